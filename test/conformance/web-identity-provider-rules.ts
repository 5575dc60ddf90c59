import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { discovery } from '../support/fake-federation.ts';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';
import { DEVELOPMENT, PRODUCTION, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { redeem, SECOND_AUDIENCE, whileServing } from './web-identity-ask.ts';

const PROVIDER = '4.1 OpenID provider';
const DISCOVERY = '4.2 Discovery';

const taken = { status: 200, code: 'Success', result: {} } as const;
const invalid = { status: 400, code: 'InvalidIdentityToken' } as const;
const noKey = {
  ...invalid,
  message:
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
} as const;
const DISCOVERY_PATH = '/.well-known/openid-configuration';

/** Serves the document at the end of an issuer's address that no other row uses. */
function discovering(sandbox: TestSandboxAws, name: string, change: object): Promise<Answer> {
  const issuer = `/aws/${name}`;
  const document = { ...discovery(`${sandbox.federation.url}${issuer}`), ...change };
  return whileServing(sandbox, { body: JSON.stringify(document) }, { issuer, path: issuer + DISCOVERY_PATH });
}

/** So many keys, of which the token's is the first. */
function withManyKeys(sandbox: TestSandboxAws, count: number): Promise<Answer> {
  const { federation } = sandbox;
  const [key] = federation.publishedKeys();
  const others = Array.from({ length: count - 1 }, (_, index) => ({ ...key, kid: `other-${index}` }));
  const path = `/keys-${count}`;
  federation.serve(path, { body: JSON.stringify({ keys: [key, ...others] }) });
  return discovering(sandbox, `many-${count}`, { jwks_uri: `${federation.url}${path}` });
}

/** An issuer by https that vouches for itself. */
async function atUntrustedIssuer(sandbox: TestSandboxAws): Promise<Answer> {
  const { privateKey, certificate } = createCertifiedKey('localhost');
  const server = createServer({ key: privateKey, cert: certificate }, (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const { organization } = sandbox.aws;
    organization.put(DEVELOPMENT, 'oidcProviders', { issuer, clientIds: ['sts.amazonaws.com'] });
    return await redeem(sandbox, { issuer });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export const WEB_IDENTITY_PROVIDER_RULES: readonly Rule[] = [
  {
    section: PROVIDER,
    rule: 'takes any of the client IDs',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { claims: { aud: SECOND_AUDIENCE } }),
    answer: { ...taken, result: { Audience: SECOND_AUDIENCE } },
  },
  {
    section: PROVIDER,
    rule: 'has to be in the account of the role',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, {}, { RoleArn: `arn:aws:iam::${PRODUCTION}:role/ReadOnly` }),
    answer: { ...invalid, message: /^No OpenIDConnect provider found in your account for http/ },
  },
  {
    section: PROVIDER,
    rule: 'has to equal the issuer of the token exactly',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { issuer: `${sandbox.federation.url}/aws/` }),
    answer: { ...invalid, message: /^No OpenIDConnect provider found in your account for http.*\/aws\/$/ },
  },
  ...[
    'issuer',
    'response_types_supported',
    'subject_types_supported',
    'id_token_signing_alg_values_supported',
  ].map((member): Rule => ({
    section: DISCOVERY,
    rule: `wants ${member} in the discovery document`,
    confidence: 'quoted',
    ask: (sandbox) => discovering(sandbox, `without-${member}`, { [member]: undefined }),
    answer: noKey,
  })),
  {
    section: DISCOVERY,
    rule: 'wants the same issuer in the discovery document',
    confidence: 'known',
    ask: (sandbox) => discovering(sandbox, 'other-issuer', { issuer: 'https://mallory.example' }),
    answer: invalid,
  },
  {
    section: DISCOVERY,
    rule: 'tells an issuer that does not answer in time, so that clients try again',
    confidence: 'known',
    ask: (sandbox) =>
      whileServing(sandbox, { hang: true }, { issuer: '/aws/slow', path: `/aws/slow${DISCOVERY_PATH}` }),
    answer: { status: 400, code: 'IDPCommunicationError' },
  },
  {
    section: DISCOVERY,
    rule: 'refuses a key set that is none',
    confidence: 'quoted',
    ask: (sandbox) => discovering(sandbox, 'no-keys', { jwks_uri: `${sandbox.federation.url}/nothing` }),
    answer: noKey,
  },
  {
    section: DISCOVERY,
    rule: 'refuses more than a hundred RSA keys',
    confidence: 'known',
    ask: (sandbox) => withManyKeys(sandbox, 101),
    answer: invalid,
  },
  {
    section: DISCOVERY,
    rule: 'takes a hundred of them',
    confidence: 'known',
    ask: (sandbox) => withManyKeys(sandbox, 100),
    answer: taken,
  },
  {
    section: DISCOVERY,
    rule: 'refuses an issuer whose certificate nobody trusts',
    confidence: 'quoted',
    ask: (sandbox) => atUntrustedIssuer(sandbox),
    answer: {
      ...invalid,
      message: "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
    },
  },
];
