/**
 * The policy language: this folder reads IAM policy documents and decides requests by them, purely, with the
 * reason (`evaluate`). It knows no AWS service, no store and no clock, and imports nothing. What a policy may
 * be is decided here, strictly: what AWS would refuse, or what two readers could understand differently, is
 * refused with its place and what to write.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { parseStatement, type StatementOptions } from './parse-statement.ts';
import { PolicySyntaxError, quoted } from './policy-syntax-error.ts';
import type { Policy, PolicyKind, Statement } from './policy.ts';
import { isJsonObject, parseStrictJson, type JsonObject, type JsonValue } from './strict-json.ts';

export { PolicySyntaxError } from './policy-syntax-error.ts';

/** The largest quota of any kind (a bucket's policy); each kind's own quota is its keeper's to check. */
const MAXIMUM_LENGTH = 20_480;
const ELEMENTS: readonly string[] = ['Version', 'Id', 'Statement'];

/** IAM's and STS's own class for policy documents. Other services' resource policies may hold any character. */
const CHARACTERS = /^[\t\n\r\u0020-\u00ff]*$/;

/** @throws PolicySyntaxError saying what is wrong, and where */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  if (text.length > MAXIMUM_LENGTH)
    throw new PolicySyntaxError('Policy', `longer than ${MAXIMUM_LENGTH} characters`);
  if (kind !== 'resource' && !CHARACTERS.test(text))
    throw new PolicySyntaxError('Policy', 'write characters up to U+00FF only; escape others as \\uXXXX');
  const document = parseStrictJson(text);
  if (!isJsonObject(document)) throw new PolicySyntaxError('Policy', 'write a JSON object');
  refuseUnknown(document);
  const version = versionOf(document.get('Version'));
  const id = document.get('Id');
  if (id !== undefined && typeof id !== 'string') throw new PolicySyntaxError('Id', 'write a text');
  const statements = statementsOf(document.get('Statement'), { kind, variables: version === '2012-10-17' });
  return { kind, version, id, statements };
}

function refuseUnknown(document: JsonObject): void {
  for (const name of document.keys()) {
    if (!ELEMENTS.includes(name))
      throw new PolicySyntaxError('Policy', `has no element ${quoted(name)}; it has ${ELEMENTS.join(', ')}`);
  }
}

function versionOf(value: JsonValue | undefined): Policy['version'] {
  if (value === undefined) return '2008-10-17';
  if (value === '2008-10-17' || value === '2012-10-17') return value;
  throw new PolicySyntaxError('Version', 'write "2012-10-17"');
}

function statementsOf(value: JsonValue | undefined, options: StatementOptions): Statement[] {
  if (value === undefined) throw new PolicySyntaxError('Policy', 'needs a Statement');
  if (!Array.isArray(value)) return [parseStatement(value, 'Statement', options)];
  const list = value as readonly JsonValue[];
  if (list.length === 0) throw new PolicySyntaxError('Statement', 'needs at least one statement');
  const statements = list.map((one, index) => parseStatement(one, `Statement[${index}]`, options));
  const seen = new Set<string>();
  for (const [index, { sid }] of statements.entries()) {
    if (sid === undefined) continue;
    if (seen.has(sid))
      throw new PolicySyntaxError(`Statement[${index}].Sid`, `${quoted(sid)} is taken; a Sid is unique`);
    seen.add(sid);
  }
  return statements;
}
