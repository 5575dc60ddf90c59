/** Trust policies: who gets in, under which conditions, and whether a session of Daypass's would pass. */
import type { Condition, Policy, PrincipalEntry, Statement } from '../../iam/policy.ts';
import { pointer, type PatchOperation } from './json-patch.ts';
import { allows } from './lint-permission.ts';
import type { Found, LintFacts } from './lint-policy.ts';
import { WEB_IDENTITY_AUDIENCE } from '../aws-sign-in.ts';

export function lintTrust(policy: Policy, document: object, facts: LintFacts): Found[] {
  const inStatements = policy.statements.flatMap((statement, index): Found[] =>
    statement.effect === 'Allow'
      ? lintStatement({ statement, where: `Statement[${index}]`, raw: rawStatement(document, index), facts })
      : [],
  );
  return [...inStatements, ...missingActions(policy, document, facts)];
}

interface Linted {
  readonly statement: Statement;
  readonly where: string;
  readonly raw: RawStatement;
  readonly facts: LintFacts;
}

interface RawStatement {
  readonly path: readonly (string | number)[];
  readonly value: Readonly<Record<string, unknown>>;
}

/** One statement need not be in a list. */
function rawStatement(document: object, index: number): RawStatement {
  const { Statement: all } = document as { readonly Statement: unknown };
  const value = (Array.isArray(all) ? all[index] : all) as Readonly<Record<string, unknown>>;
  return { path: Array.isArray(all) ? ['Statement', index] : ['Statement'], value };
}

function lintStatement(linted: Linted): Found[] {
  const { statement, where } = linted;
  const entries = statement.principals?.entries ?? [];
  return [
    ...lintAnyone(linted, entries),
    ...lintAccounts(linted, entries),
    ...lintFederated(linted, entries),
    ...(entries.length > 0 && entries.every((entry) => comesByNone(statement, entry))
      ? [{ code: 'trust.wrong-action', where: `${where}.Action` } as const]
      : []),
    ...(statement.actions.negated || statement.actions.patterns.some(({ text }) => text.includes('*'))
      ? [{ code: 'trust.wide-action', where: `${where}.Action` } as const]
      : []),
  ];
}

function lintAnyone({ statement, where }: Linted, entries: readonly PrincipalEntry[]): Found[] {
  if (!entries.some(({ kind }) => kind === 'anyone')) return [];
  const isNarrowed = ['aws:principalarn', 'aws:principalaccount', 'aws:principalorgid'].some((key) =>
    asks(statement, key),
  );
  return [{ code: isNarrowed ? 'trust.anyone-narrowed' : 'trust.anyone', where: `${where}.Principal` }];
}

/** An organization's own accounts are no strangers to each other. */
function lintAccounts({ statement, where, raw, facts }: Linted, entries: readonly PrincipalEntry[]): Found[] {
  const { accountId, externalId } = facts;
  const isForeign = entries.some((entry) => {
    const of = accountOf(entry);
    return of !== undefined && accountId !== undefined && of !== accountId;
  });
  if (!isForeign || !allows(statement, 'sts:assumerole') || asks(statement, 'aws:principalorgid')) return [];
  const at = `${where}.Condition`;
  const wanted = conditionOn(statement, 'sts:externalid');
  if (wanted === undefined) {
    const patch = externalId === undefined ? undefined : asking(raw, 'sts:ExternalId', externalId);
    return [{ code: 'trust.external-id', where: at, ...(patch === undefined ? {} : { patch }) }];
  }
  if (externalId === undefined || wanted.operands.some(({ text }) => text === externalId)) return [];
  return [{ code: 'trust.other-external-id', where: at, patch: replacing(raw, wanted, externalId) }];
}

function accountOf(entry: PrincipalEntry): string | undefined {
  if (entry.kind === 'account') return entry.accountId;
  return entry.kind === 'arn' ? entry.arn.split(':')[4] : undefined;
}

function lintFederated(linted: Linted, entries: readonly PrincipalEntry[]): Found[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'federated') return [];
    const issuer = /:oidc-provider\/(.+)$/.exec(entry.provider)?.[1] ?? entry.provider;
    return entry.provider.includes(':saml-provider/') ? lintSaml(linted) : lintOpenid(linted, issuer);
  });
}

function lintSaml({ statement, where, raw, facts }: Linted): Found[] {
  if (!allows(statement, 'sts:assumerolewithsaml') || asks(statement, 'saml:aud')) return [];
  const { samlRecipient } = facts;
  const patch = samlRecipient === undefined ? undefined : asking(raw, 'saml:aud', samlRecipient);
  return [
    {
      code: 'trust.saml-audience',
      where: `${where}.Condition`,
      ...(patch === undefined ? {} : { patch }),
    },
  ];
}

function lintOpenid({ statement, where, raw }: Linted, issuer: string): Found[] {
  if (!allows(statement, 'sts:assumerolewithwebidentity')) return [];
  const at = `${where}.Condition`;
  const isOurs = issuer.endsWith('/aws');
  const found: Found[] = [];
  if (!asks(statement, `${issuer}:aud`)) {
    const patch = isOurs ? { patch: asking(raw, `${issuer}:aud`, WEB_IDENTITY_AUDIENCE) } : {};
    found.push({ code: 'trust.web-identity-audience', where: at, ...patch });
  }
  if (!asks(statement, `${issuer}:sub`) && !asks(statement, 'sts:roleauthorizedbyidp'))
    found.push({ code: 'trust.web-identity-subject', where: at });
  return found;
}

const WAYS_IN = ['sts:assumerole', 'sts:assumerolewithsaml', 'sts:assumerolewithwebidentity'] as const;

function isWayIn(statement: Statement): boolean {
  return WAYS_IN.some((action) => allows(statement, action));
}

/** A statement that lets somebody in, by another way than this principal's. */
function comesByNone(statement: Statement, entry: PrincipalEntry): boolean {
  return isWayIn(statement) && !allows(statement, wayOf(entry));
}

function wayOf(entry: PrincipalEntry): (typeof WAYS_IN)[number] {
  if (entry.kind !== 'federated') return 'sts:assumerole';
  return entry.provider.includes(':saml-provider/') ? WAYS_IN[1] : WAYS_IN[2];
}

/** One statement may let somebody in and another let them tag: the document as a whole has to. */
function missingActions({ statements }: Policy, document: object, { needs }: LintFacts): Found[] {
  const allowing = statements.filter(({ effect }) => effect === 'Allow');
  const at = statements.findIndex((statement) => statement.effect === 'Allow' && isWayIn(statement));
  if (needs === undefined || at < 0) return [];
  const raw = rawStatement(document, at);
  const wanted = [
    [needs.sessionTags, 'sts:TagSession', 'trust.tag-session'],
    [needs.sourceIdentity, 'sts:SetSourceIdentity', 'trust.source-identity'],
  ] as const;
  let actions = [raw.value['Action'] ?? []].flat();
  return wanted.flatMap(([isNeeded, action, code]): Found[] => {
    if (!isNeeded || allowing.some((statement) => allows(statement, action.toLowerCase()))) return [];
    actions = [...actions, action];
    const patch = [{ op: 'replace', path: pointer(...raw.path, 'Action'), value: actions }] as const;
    return [{ code, where: `Statement[${at}].Action`, ...('Action' in raw.value ? { patch } : {}) }];
  });
}

/** Whether nobody gets in without a value for the key that the statement names. */
function asks(statement: Statement, key: string): boolean {
  return conditionOn(statement, key) !== undefined;
}

/** IfExists and ForAllValues hold where the key is missing; a lone wildcard holds whatever it is. */
function conditionOn({ conditions }: Statement, key: string): Condition | undefined {
  return conditions.find(
    (condition) =>
      condition.key.toLowerCase() === key.toLowerCase() &&
      !condition.negated &&
      !condition.ifExists &&
      condition.set !== 'ForAllValues' &&
      condition.operands.length > 0 &&
      !condition.operands.some(({ text }) => /Like$/.test(condition.operator) && /^[*?]+$/.test(text)),
  );
}

function asking({ path, value }: RawStatement, key: string, wanted: string): PatchOperation[] {
  const condition = value['Condition'] as Readonly<Record<string, object>> | undefined;
  if (condition === undefined)
    return [{ op: 'add', path: pointer(...path, 'Condition'), value: { StringEquals: { [key]: wanted } } }];
  return condition['StringEquals'] === undefined
    ? [{ op: 'add', path: pointer(...path, 'Condition', 'StringEquals'), value: { [key]: wanted } }]
    : [{ op: 'add', path: pointer(...path, 'Condition', 'StringEquals', key), value: wanted }];
}

function replacing({ path }: RawStatement, { operator, key }: Condition, wanted: string): PatchOperation[] {
  return [{ op: 'replace', path: pointer(...path, 'Condition', operator, key), value: wanted }];
}
