import { PolicySyntaxError, quoted } from './policy-syntax-error.ts';
import type { PrincipalEntry } from './policy.ts';
import { isJsonObject, type JsonValue } from './strict-json.ts';
import { textsOf } from './texts.ts';

const ROOT = /^arn:[a-z-]+:iam::([0-9]{12}):root$/;
/** No wildcards: AWS refuses a part of a name here. */
const USER_OR_ROLE = /^arn:[a-z-]+:iam::[0-9]{12}:(?:user|role)\/[\w+=,.@/-]{1,576}$/;
const SESSION =
  /^arn:[a-z-]+:sts::[0-9]{12}:(?:assumed-role\/[\w+=,.@-]{1,64}|federated-user)\/[\w+=,.@-]{2,64}$/;
/** Of a user or a role: what IAM keeps in place of the ARN. */
const UNIQUE_ID = /^(?:AIDA|AROA)[A-Z0-9]{12,124}$/;
const PROVIDER = /^arn:[a-z-]+:iam::[0-9]{12}:(?:saml|oidc)-provider\/[\w+=,.@:/~%-]{1,255}$/;
const BUILT_IN_PROVIDERS: readonly string[] = [
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'graph.facebook.com',
  'www.amazon.com',
];

type ParseEntry = (text: string) => PrincipalEntry | undefined;

const ENTRY_KINDS: ReadonlyMap<string, { readonly parse: ParseEntry; readonly expected: string }> = new Map([
  [
    'AWS',
    {
      parse: parseAwsPrincipal,
      expected: '"*", an account id, or the whole ARN of an account’s root, a user, a role or a session',
    },
  ],
  ['Service', { parse: parseService, expected: 'a service such as "lambda.amazonaws.com"' }],
  [
    'Federated',
    {
      parse: parseFederated,
      expected: 'the ARN of a saml-provider or oidc-provider, or a built-in provider’s host',
    },
  ],
  ['CanonicalUser', { parse: parseCanonicalUser, expected: 'the 64 hex digits of a canonical user id' }],
]);

/** The value of Principal or NotPrincipal. */
export function parsePrincipals(value: JsonValue, where: string): PrincipalEntry[] {
  if (value === '*') return [{ kind: 'anyone' }];
  if (!isJsonObject(value) || value.size === 0) {
    throw new PolicySyntaxError(where, `write "*" or an object with ${[...ENTRY_KINDS.keys()].join(', ')}`);
  }
  return [...value].flatMap(([name, entries]) => {
    const kind = ENTRY_KINDS.get(name);
    if (kind === undefined) {
      const known = [...ENTRY_KINDS.keys()].join(', ');
      throw new PolicySyntaxError(where, `has no kind ${quoted(name)}; it has ${known}`);
    }
    return textsOf(entries, `${where}.${name}`).map(({ text, where: at }) => {
      const entry = kind.parse(text);
      if (entry === undefined) throw new PolicySyntaxError(at, `write ${kind.expected}, not ${quoted(text)}`);
      return entry;
    });
  });
}

function parseAwsPrincipal(text: string): PrincipalEntry | undefined {
  if (text === '*') return { kind: 'anyone' };
  const accountId = /^[0-9]{12}$/.test(text) ? text : ROOT.exec(text)?.[1];
  if (accountId !== undefined) return { kind: 'account', accountId };
  if (USER_OR_ROLE.test(text) || SESSION.test(text)) return { kind: 'arn', arn: text };
  return UNIQUE_ID.test(text) ? { kind: 'unique-id', uniqueId: text } : undefined;
}

function parseService(text: string): PrincipalEntry | undefined {
  const isService = /^[a-z0-9-]{1,64}(?:\.[a-z0-9-]{1,64}){1,6}$/.test(text);
  return isService ? { kind: 'service', service: text } : undefined;
}

function parseFederated(text: string): PrincipalEntry | undefined {
  const isProvider = PROVIDER.test(text) || BUILT_IN_PROVIDERS.includes(text);
  return isProvider ? { kind: 'federated', provider: text } : undefined;
}

function parseCanonicalUser(text: string): PrincipalEntry | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? { kind: 'canonical-user', canonicalId: text } : undefined;
}
