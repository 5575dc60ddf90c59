/**
 * Who is who, beyond names. IAM gives each user and role an id of its own, and where a policy is saved that
 * names one by ARN it keeps that id: whoever is deleted and made again is another, whom the policy does not
 * name until it is saved again. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import { randomUUID } from 'node:crypto';
import { entityArn } from './entities.ts';
import { uniqueId } from './identifiers.ts';
import { principalsIn, replacePrincipals } from './policy-principals.ts';
import type { Finding, Path } from './problem.ts';

/** What of an organization has an identity or names others. Documents and resolved data both have this form. */
interface Described {
  readonly accounts: readonly {
    readonly id: string;
    readonly users?: readonly Named[];
    readonly roles?: readonly (Named & { readonly trustPolicy: object })[];
    readonly buckets?: readonly { readonly name: string; readonly policy?: object }[];
  }[];
}

interface Named {
  readonly name: string;
  readonly path?: string;
}

/** Principal as it was written -> the id that it meant when the policy was saved. */
type Bound = ReadonlyMap<string, string>;

export interface Identities {
  /** ARN of a user or role -> its unique id. */
  readonly ids: ReadonlyMap<string, string>;
  /** Policies that name principals, by what they are attached to. */
  readonly saved: ReadonlyMap<string, { readonly text: string; readonly bound: Bound }>;
}

/** A role or bucket, whose policy names principals. */
interface Owner {
  readonly key: string;
  readonly policy: object;
  readonly path: Path;
}

/**
 * @param previous what is so far; a policy that stays as it was keeps whom it named, whoever is there now
 * @param savedAgain the ARN of a role or bucket whose policy is saved even where it is the same
 */
export function identify(
  organization: Described,
  previous?: Identities,
  savedAgain?: string,
): { readonly identities: Identities; readonly findings: readonly Finding[] } {
  const ids = assignIds(organization, previous?.ids);
  const everybody = knownPrincipals(organization, ids);
  // A role that is only being made cannot name itself: nothing of that name is there yet.
  const isComing = savedAgain !== undefined && previous?.ids.has(savedAgain) === false;
  const known = (text: string) => (isComing && text === savedAgain ? undefined : everybody(text));
  const findings: Finding[] = [];
  const saved = new Map(
    ownersOf(organization, ids).map(({ key, policy, path }) => {
      const text = JSON.stringify(policy);
      const before = previous?.saved.get(key);
      const isKept = before?.text === text && !key.startsWith(`${savedAgain ?? ''}#`);
      return [key, isKept ? before : { text, bound: bind(policy, path, { known, findings }) }] as const;
    }),
  );
  return { identities: { ids, saved }, findings };
}

/** The first id of an ARN is the same in every sandbox, so that a restart orphans nothing; later ones are new. */
function assignIds(organization: Described, previous?: ReadonlyMap<string, string>): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { id, users = [], roles = [] } of organization.accounts) {
    for (const [kind, entities] of [['user', users] as const, ['role', roles] as const]) {
      for (const entity of entities) {
        const arn = entityArn(id, kind, entity);
        const prefix = kind === 'role' ? 'AROA' : 'AIDA';
        const first = uniqueId(prefix, previous === undefined ? arn : randomUUID());
        ids.set(arn, previous?.get(arn) ?? first);
      }
    }
  }
  return ids;
}

/** Where a role's own id is part of it, a role that is made again has saved its policy anew. */
function trustKey(arn: string, ids: ReadonlyMap<string, string>): string {
  return `${arn}#${ids.get(arn) ?? ''}`;
}

function bucketKey(accountId: string, name: string): string {
  return `arn:aws:s3:::${name}#${accountId}`;
}

function ownersOf(organization: Described, ids: ReadonlyMap<string, string>): Owner[] {
  return organization.accounts.flatMap(({ id, roles = [], buckets = [] }, at) => [
    ...roles.map((role, index) => ({
      key: trustKey(entityArn(id, 'role', role), ids),
      policy: role.trustPolicy,
      path: ['accounts', at, 'roles', index, 'trustPolicy'],
    })),
    ...buckets.flatMap(({ name, policy }, index) =>
      policy === undefined
        ? []
        : [{ key: bucketKey(id, name), policy, path: ['accounts', at, 'buckets', index, 'policy'] }],
    ),
  ]);
}

/** Everything an `AWS` principal can say -> the id it stands for; of an account nothing is kept but its number. */
function knownPrincipals(
  organization: Described,
  ids: ReadonlyMap<string, string>,
): (text: string) => string | undefined {
  const accounts = new Set(organization.accounts.map(({ id }) => id));
  const rolesByName = new Map(
    organization.accounts.flatMap(({ id, roles = [] }) =>
      roles.map((role) => [`${id}/${role.name}`, ids.get(entityArn(id, 'role', role)) ?? ''] as const),
    ),
  );
  const all = new Set(ids.values());
  return (text) => {
    if (text === '*') return text;
    // Everybody, or one: IAM takes no part of a name.
    if (/[*?]/.test(text)) return undefined;
    const account = /^(?:arn:aws:iam::)?([0-9]{12})(?::root)?$/.exec(text)?.[1];
    if (account !== undefined) return accounts.has(account) ? account : undefined;
    const session = /^arn:aws:sts::([0-9]{12}):(assumed-role|federated-user)\/([^/]+)/.exec(text);
    if (session?.[2] === 'assumed-role') return rolesByName.get(`${session[1] ?? ''}/${session[3] ?? ''}`);
    if (session !== null) return accounts.has(session[1] ?? '') ? session[1] : undefined;
    return ids.get(text) ?? (all.has(text) ? text : undefined);
  };
}

function bind(
  policy: object,
  path: Path,
  { known, findings }: { known: (text: string) => string | undefined; findings: Finding[] },
): Bound {
  const bound = new Map<string, string>();
  for (const principal of principalsIn(policy)) {
    const id = known(principal.text);
    if (id !== undefined) bound.set(principal.text, id);
    else
      findings.push({
        path: [...path, ...principal.path],
        message: `Invalid principal in policy: "AWS":"${principal.text}"`,
        code: 'MalformedPolicyDocument',
        status: 400,
      });
  }
  return bound;
}

export interface BoundPolicy {
  /** For decisions: users and roles by their ids. */
  readonly decided: object;
  /** As IAM shows it: the ARN while the one it was saved for is there, else the id that was left behind. */
  readonly shown: object;
}

export function trustPolicyOf(arn: string, policy: object, { ids, saved }: Identities): BoundPolicy {
  return boundPolicy(policy, saved.get(trustKey(arn, ids))?.bound, ids);
}

export function bucketPolicyOf(
  accountId: string,
  name: string,
  policy: object,
  { ids, saved }: Identities,
): BoundPolicy {
  return boundPolicy(policy, saved.get(bucketKey(accountId, name))?.bound, ids);
}

function boundPolicy(
  policy: object,
  bound: Bound | undefined,
  ids: ReadonlyMap<string, string>,
): BoundPolicy {
  if (bound === undefined) return { decided: policy, shown: policy };
  const alive = new Set(ids.values());
  const isId = (id: string | undefined): id is string => id !== undefined && /^A(?:ROA|IDA)/.test(id);
  const leftBehind = (text: string): string => {
    const id = bound.get(text);
    return isId(id) && !alive.has(id) ? id : text;
  };
  return {
    decided: replacePrincipals(policy, (text) => {
      const id = bound.get(text);
      // One session of a role is still named by its ARN; only the role behind it has an id.
      return isId(id) && !text.startsWith('arn:aws:sts::') ? id : leftBehind(text);
    }),
    shown: replacePrincipals(policy, leftBehind),
  };
}
