/** What AWS lists as findings: which of the roles are for people at all, and which trust Daypass already. */
import { z } from 'zod';
import type { Account } from '../catalogue.ts';
import type { ListedAccount, ListedRole, Listing } from '../ports/aws-listing.ts';
import { leftOut, noFindings, quoted, toCheck, type Findings, type FoundRole } from './findings.ts';

/** How Daypass is called in a trust policy, and what it uses itself. */
export interface OwnNames {
  /** `daypass.example.com/aws`: its OpenID issuer without the scheme. */
  readonly issuer: string;
  /** ARNs of the roles that others are reached through. */
  readonly hubs: ReadonlySet<string>;
}

export function readRoleListing(
  { items, isCut }: Listing<ListedRole>,
  account: Pick<Account, 'id' | 'name' | 'partition'>,
  own: OwnNames,
): Findings {
  const findings = noFindings();
  for (const role of items) addRole(role, { account, own, findings });
  if (isCut) tellCut(findings, `account ${account.id}`, items.length);
  return findings;
}

export function readAccountListing({ items, isCut }: Listing<ListedAccount>): Findings {
  const findings = noFindings();
  items.forEach(({ id, name, status }, position) => {
    const at = { file: 'Organizations', place: `account ${position + 1}` };
    if (status === 'ACTIVE') findings.accounts.push({ id, name, at });
    else leftOut(findings, at, `account ${quoted(id)} is ${quoted(status)}`);
  });
  if (isCut) tellCut(findings, 'Organizations', items.length);
  return findings;
}

interface Work {
  readonly account: Pick<Account, 'id' | 'name' | 'partition'>;
  readonly own: OwnNames;
  readonly findings: Findings;
}

function addRole(role: ListedRole, { account, own, findings }: Work): void {
  const { path, name, description, maximumSeconds } = role;
  const at = { file: `account ${account.id}`, place: `role ${quoted(name)}` };
  const trusted = trustedBy(role.trustPolicy);
  const roleName = `${path.replace(/^\//, '')}${name}`;
  const isHub = own.hubs.has(`arn:${account.partition}:iam::${account.id}:role/${roleName}`);
  const why = isHub ? 'is the hub that other roles are reached through' : notForPeople(path, trusted);
  if (why !== undefined) {
    leftOut(findings, at, why);
    return;
  }
  const grant = trusted === undefined ? undefined : grantFor(trusted, own);
  if (grant === undefined) toCheck(findings, at, 'its trust policy does not name Daypass yet');
  findings.roles.push({
    settings: {
      accountId: account.id,
      roleName,
      ...(description === undefined || description === '' ? {} : { description }),
      ...(maximumSeconds === undefined ? {} : { maximumDurationSeconds: maximumSeconds }),
      grant: grant ?? { method: 'assume-role-with-saml' },
    },
    partition: account.partition,
    called: `${account.name} ${name}`,
    at,
  });
}

interface Trusted {
  readonly federated: readonly string[];
  readonly others: number;
  readonly services: number;
}

function notForPeople(path: string, trusted: Trusted | undefined): string | undefined {
  if (path.startsWith('/aws-service-role/')) return 'is linked to an AWS service, which alone can assume it';
  if (path.startsWith('/aws-reserved/')) return 'is Identity Center’s own; nobody else can assume it';
  const onlyServices = trusted !== undefined && trusted.services > 0;
  return onlyServices && trusted.federated.length + trusted.others === 0
    ? 'trusts AWS services alone'
    : undefined;
}

/** Either is what Daypass makes; whether the conditions hold, AWS alone says. */
function grantFor({ federated }: Trusted, { issuer }: OwnNames): FoundRole['settings']['grant'] | undefined {
  if (federated.some((arn) => arn.endsWith(':saml-provider/daypass')))
    return { method: 'assume-role-with-saml' };
  if (federated.some((arn) => arn.endsWith(`:oidc-provider/${issuer}`)))
    return { method: 'assume-role-with-web-identity' };
  return undefined;
}

const words = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const trustPolicy = z.object({
  Statement: z
    .union([z.unknown().array(), z.unknown()])
    .transform((value) => (Array.isArray(value) ? value : [value]) as unknown[]),
});
const statement = z.object({
  Effect: z.literal('Allow'),
  Principal: z.union([
    z.literal('*'),
    z.object({ Federated: words.default([]), Service: words.default([]), AWS: words.default([]) }),
  ]),
});

/** Undefined for a document that cannot be read. */
function trustedBy(text: string): Trusted | undefined {
  const document = trustPolicy.safeParse(jsonOf(text));
  if (!document.success) return undefined;
  const principals = document.data.Statement.flatMap(
    (each) => statement.safeParse(each).data?.Principal ?? [],
  );
  const named = principals.filter((principal) => principal !== '*');
  return {
    federated: named.flatMap(({ Federated }) => Federated),
    others: named.flatMap(({ AWS }) => AWS).length + principals.length - named.length,
    services: named.flatMap(({ Service }) => Service).length,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function tellCut(findings: Findings, file: string, count: number): void {
  leftOut(findings, { file, place: 'the list' }, `what comes after the first ${count}`);
}
