/** Tokens that people make for their own scripts: shown once, and never more than their person may do. */
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Authorization, AuthorizationStore } from '../core/ports/authorizations.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { OneTimeValue } from '../core/ports/stores.ts';
import { principalId, type UserPrincipal } from '../core/principal.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import type { EntitlementSource } from './list-entitlements.ts';
import { after } from './sign-in-session.ts';

/** Says at a glance, and to secret scanners, what the string is. */
const TOKEN_PREFIX = 'daypass_pat_';
const DAY_SECONDS = 86_400;
/** Few enough to look through, many more than a person has scripts. */
const MAXIMUM_TOKENS = 50;

export interface NewPersonalToken {
  readonly label: string;
  /** At most `maximumDays`. */
  readonly expiresInDays: number;
  /** The only roles it is for, by id; absent for all that its person may use, then as now. */
  readonly roles?: readonly string[] | undefined;
  /** The same key makes one token, however often it is sent. */
  readonly idempotencyKey?: string | undefined;
}

export interface MadePersonalToken {
  readonly token: string;
  readonly authorization: Authorization;
}

export interface PersonalTokens {
  readonly maximumDays: number;
  /** Live ones, newest first. */
  list(person: UserPrincipal): Promise<readonly Authorization[]>;
  /**
   * @param person by their own sign-in session: it must still stand when the token is made.
   * @throws BrokerError `role.not_found`, `request.repeated`, `token.too_many`, `session.ended`
   */
  create(person: UserPrincipal, wish: NewPersonalToken, origin: Origin): Promise<MadePersonalToken>;
}

export interface PersonalTokensDependencies {
  readonly authorizations: Pick<AuthorizationStore, 'create' | 'listOf'>;
  readonly entitlements: Pick<EntitlementSource, 'list'>;
  readonly clock: Clock;
  readonly maximumDays: number;
}

export function createPersonalTokens(dependencies: PersonalTokensDependencies): PersonalTokens {
  const { authorizations, clock, maximumDays } = dependencies;
  const list = ({ identity }: UserPrincipal): Promise<readonly Authorization[]> =>
    authorizations.listOf(identity, clock.now(), ['personal']);
  return {
    maximumDays,
    list,
    async create(person, wish, origin) {
      if (person.standing.kind !== 'sign-in-session') throw new BrokerError('session.only');
      if (wish.expiresInDays > maximumDays) throw new BrokerError('request.malformed');
      await assertTheirs(dependencies, person, wish.roles ?? []);
      if ((await list(person)).length >= MAXIMUM_TOKENS) throw new BrokerError('token.too_many');
      const authorization = authorizationOf(person, wish, { now: clock.now(), origin });
      const token = TOKEN_PREFIX + randomToken();
      await save(dependencies, { token, authorization, person, wish, origin });
      return { token, authorization };
    },
  };
}

async function assertTheirs(
  { entitlements }: PersonalTokensDependencies,
  person: UserPrincipal,
  roles: readonly string[],
): Promise<void> {
  const theirs = new Set((await entitlements.list(person)).map(({ role }) => role.id));
  const foreign = roles.find((id) => !theirs.has(id));
  if (foreign !== undefined) {
    throw new BrokerError('role.not_found', {
      hint: `There is no role “${foreign}” among those you may use.`,
    });
  }
}

function authorizationOf(
  { identity }: UserPrincipal,
  { label, expiresInDays, roles }: NewPersonalToken,
  { now, origin }: { readonly now: Date; readonly origin: Origin },
): Authorization {
  const { sourceIp, userAgent } = origin;
  return {
    id: randomToken(),
    kind: 'personal',
    owner: { connectorId: identity.connectorId, subject: identity.subject },
    label,
    facts: {
      ...(roles === undefined ? {} : { roles }),
      ...(sourceIp === undefined ? {} : { sourceIp }),
      ...(userAgent === undefined ? {} : { userAgent }),
    },
    createdAt: now,
    usedAt: now,
    expiresAt: after(now, expiresInDays * DAY_SECONDS),
  };
}

interface Making extends MadePersonalToken {
  readonly person: UserPrincipal;
  readonly wish: NewPersonalToken;
  readonly origin: Origin;
}

async function save(
  { authorizations }: PersonalTokensDependencies,
  { token, authorization, person, wish, origin }: Making,
): Promise<void> {
  const { id, kind, label, expiresAt, createdAt, facts } = authorization;
  const { roles } = facts;
  try {
    await authorizations.create({
      authorization,
      tokens: [{ use: 'access', idHash: sha256Hex(token), expiresAt }],
      spend: wish.idempotencyKey === undefined ? [] : [onceOnly(person, wish.idempotencyKey, createdAt)],
      standing: person.standing,
      event: {
        name: 'access-token.issued',
        at: createdAt,
        principal: principalId(person),
        origin,
        detail: {
          kind,
          authorization: id,
          label,
          expiresAt: expiresAt.toISOString(),
          ...(roles === undefined ? {} : { roles }),
        },
      },
    });
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'code.spent') {
      throw new BrokerError('request.repeated', {
        hint: 'A token was made by a request with the same Idempotency-Key. It was shown once: look for it among your tokens, end it, and make another.',
      });
    }
    throw error;
  }
}

/** Remembered for a day: nobody tries again after that. */
function onceOnly(person: UserPrincipal, key: string, now: Date): OneTimeValue {
  return { scope: `personal-token ${principalId(person)}`, value: key, expiresAt: after(now, DAY_SECONDS) };
}
