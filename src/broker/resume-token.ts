/** Whom one of our own access tokens speaks for, while it, its session and its person stand. */
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Authorization, AuthorizationKind, AuthorizationStore } from '../core/ports/authorizations.ts';
import type { Clock } from '../core/ports/clock.ts';
import { isBarred } from '../core/barred-people.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { Principal, SignedInPerson, Standing, UserPrincipal } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { CatalogueSource } from './catalogue-source.ts';
import { after, type SignInSessions } from './sign-in-session.ts';

/** A token's last use is written at most this often. */
const TOUCH_SECONDS = 60;

export interface ResumedToken {
  readonly principal: Principal;
  readonly authorization: Authorization;
  /** The person's own ID token, where the session that it ends with keeps one. */
  readonly userIdToken?: string;
}

export interface AccessTokens {
  /**
   * @param kinds the kinds that this door takes; a token of another kind is nothing to it.
   * @throws BrokerError `token.invalid`
   */
  resume(token: string, kinds: readonly AuthorizationKind[], origin: Origin): Promise<ResumedToken>;
}

export interface AccessTokensDependencies {
  readonly authorizations: AuthorizationStore;
  readonly people: PeopleStore;
  readonly sessions: SignInSessions;
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly clock: Clock;
  /** How long a personal token works after its person's last sign-in. */
  readonly personalTokenSignInDays: number;
}

export function createAccessTokens(dependencies: AccessTokensDependencies): AccessTokens {
  const { authorizations, clock } = dependencies;
  return {
    async resume(token, kinds, origin) {
      const idHash = sha256Hex(token);
      const now = clock.now();
      const found = await authorizations.findByToken(idHash, 'access', now);
      const resumed =
        found === undefined || !kinds.includes(found.authorization.kind)
          ? undefined
          : await resume(dependencies, found.authorization, { idHash, now, origin });
      if (found === undefined || resumed === undefined) throw new BrokerError('token.invalid');
      const { id, usedAt } = found.authorization;
      // Neither waited for nor missed: the store itself says that it cannot be written.
      if (after(usedAt, TOUCH_SECONDS) < now) authorizations.touch(id, now).catch(() => undefined);
      return { ...resumed, authorization: found.authorization };
    },
  };
}

interface Asked {
  readonly idHash: string;
  readonly now: Date;
  readonly origin: Origin;
}

type Resumed = Omit<ResumedToken, 'authorization'>;

function resume(
  dependencies: AccessTokensDependencies,
  authorization: Authorization,
  asked: Asked,
): Promise<Resumed | undefined> {
  if (authorization.sessionIdHash !== undefined)
    return fromSession(dependencies, authorization, { ...asked, sessionIdHash: authorization.sessionIdHash });
  switch (authorization.kind) {
    case 'application':
    case 'on-behalf-of':
      return fromApplication(dependencies, authorization, asked);
    case 'personal':
      return fromLastSignIn(dependencies, authorization, asked);
    case 'identity-center':
    case 'aws-login':
      // They never act without the session in which they were allowed.
      return Promise.resolve(undefined);
  }
}

async function fromSession(
  { sessions }: AccessTokensDependencies,
  authorization: Authorization,
  { idHash, origin, sessionIdHash }: Asked & { readonly sessionIdHash: string },
): Promise<Resumed | undefined> {
  const session = await sessions.resumeStanding(sessionIdHash, origin);
  if (session === undefined) return undefined;
  const standing: Standing = { kind: 'access-token', idHash, sessionIdHash };
  return {
    principal: userOf(session, authorization, standing),
    ...(session.idToken === undefined ? {} : { userIdToken: session.idToken }),
  };
}

/** The application may be gone from the catalogue while its token still lives, or what it proved itself by. */
async function fromApplication(
  { catalogue, people }: AccessTokensDependencies,
  authorization: Authorization,
  { idHash }: Asked,
): Promise<Resumed | undefined> {
  const { compiled } = await catalogue.current();
  const application = compiled.applications.get(authorization.applicationId ?? '');
  const { proofs = [], roles } = authorization.facts;
  if (application === undefined || proofs.length === 0) return undefined;
  if (!proofs.every((proof) => application.proofs.has(proof))) return undefined;
  const standing: Standing = { kind: 'access-token', idHash };
  const { owner, person } = authorization;
  if (owner === undefined || person === undefined) {
    const { id, name } = application;
    const narrowed = roles === undefined ? {} : { onlyRoles: roles };
    return { principal: { kind: 'application', id, name, standing, ...narrowed } };
  }
  // Somebody who never signed in here is unknown, and nobody has refused them.
  const known = await people.find(owner);
  if (known !== undefined && isBarred(known)) return undefined;
  const standingOfBoth = known === undefined ? standing : { ...standing, person: owner };
  return { principal: { ...userOf(person, authorization, standingOfBoth), actor: application.id } };
}

/** With the groups that arrived then. Somebody who no longer signs in, or who is barred, has none. */
async function fromLastSignIn(
  { people, personalTokenSignInDays }: AccessTokensDependencies,
  authorization: Authorization,
  { idHash, now }: Asked,
): Promise<Resumed | undefined> {
  const { owner } = authorization;
  const known = owner === undefined ? undefined : await people.find(owner);
  if (owner === undefined || known === undefined || isBarred(known)) return undefined;
  if (after(known.signedInAt, personalTokenSignInDays * 86_400) <= now) return undefined;
  const standing: Standing = { kind: 'access-token', idHash, person: owner };
  return { principal: userOf(known.person, authorization, standing) };
}

function userOf(
  { identity, authentication }: SignedInPerson,
  { facts }: Authorization,
  standing: Standing,
): UserPrincipal {
  return {
    kind: 'user',
    identity,
    authentication,
    standing,
    ...(facts.roles === undefined ? {} : { onlyRoles: facts.roles }),
  };
}
