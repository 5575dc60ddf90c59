import { parseConditions } from './parse-conditions.ts';
import { parsePrincipals } from './parse-principals.ts';
import { PolicySyntaxError, quoted } from './policy-syntax-error.ts';
import type { ActionsElement, PolicyKind, PrincipalsElement, ResourcesElement, Statement } from './policy.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './strict-json.ts';
import { outline, parseTemplate } from './template.ts';
import { textsOf } from './texts.ts';
import { ARN_COLONS, globOf } from './wildcard.ts';

export interface StatementOptions {
  readonly kind: PolicyKind;
  /** Whether the document's version has policy variables. */
  readonly variables: boolean;
}

const ELEMENTS: readonly string[] = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

export function parseStatement(value: JsonValue, where: string, options: StatementOptions): Statement {
  if (!isJsonObject(value)) throw new PolicySyntaxError(where, 'write a JSON object');
  for (const name of value.keys()) {
    if (!ELEMENTS.includes(name))
      throw new PolicySyntaxError(where, `has no element ${quoted(name)}; it has ${ELEMENTS.join(', ')}`);
  }
  const effect = value.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new PolicySyntaxError(`${where}.Effect`, 'write "Allow" or "Deny"');
  return {
    sid: sidOf(value.get('Sid'), `${where}.Sid`, options.kind),
    effect,
    principals: principalsOf(value, where, options.kind),
    actions: actionsOf(value, where, options.kind),
    resources: resourcesOf(value, where, options),
    conditions: parseConditions(value.get('Condition'), `${where}.Condition`, options.variables),
  };
}

function sidOf(value: JsonValue | undefined, where: string, kind: PolicyKind): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new PolicySyntaxError(where, 'write a text');
  // Services other than IAM take any text.
  if (kind !== 'resource' && !/^[A-Za-z0-9]*$/.test(value))
    throw new PolicySyntaxError(where, 'write letters and digits only');
  return value === '' ? undefined : value;
}

const KINDS_WITH_PRINCIPAL: readonly PolicyKind[] = ['trust', 'resource', 'resource-control'];

function principalsOf(statement: JsonObject, where: string, kind: PolicyKind): PrincipalsElement | undefined {
  const found = oneOf(statement, where, ['Principal', 'NotPrincipal']);
  if (!KINDS_WITH_PRINCIPAL.includes(kind)) {
    if (found === undefined) return undefined;
    throw new PolicySyntaxError(
      `${where}.${found.name}`,
      'leave it out: this policy is attached to who acts, and applies to them',
    );
  }
  if (found === undefined) throw new PolicySyntaxError(where, 'needs a Principal');
  const at = `${where}.${found.name}`;
  if (found.negated && statement.get('Effect') === 'Allow')
    throw new PolicySyntaxError(
      at,
      'name who is allowed with Principal; NotPrincipal goes with "Deny" alone',
    );
  const entries = parsePrincipals(found.value, at);
  if (kind === 'resource-control') refuseBeyondControl({ negated: found.negated, entries }, statement, where);
  return { negated: found.negated, entries };
}

/**
 * What Organizations takes of a customer's resource control policy: AWS's own allows everything, and others take
 * back. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
 */
function refuseBeyondControl(principals: PrincipalsElement, statement: JsonObject, where: string): void {
  if (principals.negated || principals.entries.some((entry) => entry.kind !== 'anyone'))
    throw new PolicySyntaxError(where, 'write "Principal": "*"; Condition narrows whom it binds');
  if (statement.get('Effect') !== 'Deny')
    throw new PolicySyntaxError(`${where}.Effect`, 'write "Deny": only AWS’s own RCPFullAWSAccess allows');
  if (statement.has('NotAction')) throw new PolicySyntaxError(`${where}.NotAction`, 'write Action instead');
}

/** `service:Name` with wildcards in the name; the service's prefix has none. */
const ACTION = /^[A-Za-z0-9-]{1,64}:[A-Za-z0-9*?_-]{1,128}$/;

function actionsOf(statement: JsonObject, where: string, kind: PolicyKind): ActionsElement {
  const found = oneOf(statement, where, ['Action', 'NotAction']);
  if (found === undefined) throw new PolicySyntaxError(where, 'needs an Action');
  const patterns = textsOf(found.value, `${where}.${found.name}`).map(({ text, where: at }) => {
    if (text !== '*' && !ACTION.test(text))
      throw new PolicySyntaxError(at, `write "*" or "service:Action", not ${quoted(text)}`);
    if (kind === 'trust' && !text.toLowerCase().startsWith('sts:'))
      throw new PolicySyntaxError(at, `a trust policy speaks of sts: actions only, not ${quoted(text)}`);
    return { text, glob: globOf(text.toLowerCase()) };
  });
  return { negated: found.negated, patterns };
}

function resourcesOf(
  statement: JsonObject,
  where: string,
  { kind, variables }: StatementOptions,
): ResourcesElement | undefined {
  const found = oneOf(statement, where, ['Resource', 'NotResource']);
  if (kind === 'trust') {
    if (found === undefined) return undefined;
    throw new PolicySyntaxError(`${where}.${found.name}`, 'leave it out: the role itself is the resource');
  }
  if (found === undefined) throw new PolicySyntaxError(where, 'needs a Resource');
  const templates = textsOf(found.value, `${where}.${found.name}`).map(({ text, where: at }) => {
    const template = parseTemplate(text, { variables, where: at, isArn: true });
    if (!isResourceShaped(outline(template)))
      throw new PolicySyntaxError(at, `write "*" or an ARN, not ${quoted(text)}`);
    return template;
  });
  return { negated: found.negated, templates };
}

/** An ARN of six parts, or of fewer where a star can stand for the rest. AWS wants the service in full. */
function isResourceShaped(text: string): boolean {
  if (text === '*') return true;
  const parts = text.split(':');
  const [arn, partition = '', service = ''] = parts;
  return (
    arn === 'arn' &&
    partition !== '' &&
    /^[a-z0-9-]+$/i.test(service) &&
    (parts.length > ARN_COLONS || text.includes('*'))
  );
}

interface FoundElement {
  readonly name: string;
  readonly negated: boolean;
  readonly value: JsonValue;
}

/** The element or its Not form, of which a statement has one at most. */
function oneOf(
  statement: JsonObject,
  where: string,
  [plain, negated]: readonly [string, string],
): FoundElement | undefined {
  const value = statement.get(plain);
  const negatedValue = statement.get(negated);
  if (value !== undefined && negatedValue !== undefined)
    throw new PolicySyntaxError(where, `write ${plain} or ${negated}, not both`);
  if (value !== undefined) return { name: plain, negated: false, value };
  return negatedValue === undefined ? undefined : { name: negated, negated: true, value: negatedValue };
}
