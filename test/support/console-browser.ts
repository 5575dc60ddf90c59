/** The sandbox's AWS with its pages, and a browser of one cookie before it that follows nothing by itself. */
import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import { awsConsoleRouter } from '../../src/sandbox/aws/console/aws-console.ts';
import type { SandboxAwsOptions } from '../../src/sandbox/aws/aws-server.ts';
import type { SamlRecipe } from './fake-federation.ts';
import {
  credentialsIn,
  DEVELOPMENT,
  PRODUCTION,
  startSandboxAws,
  type TestSandboxAws,
} from './start-sandbox-aws.ts';

export const BROKER_URL = 'http://broker.test:8080';

export function startSandboxWithPages(
  options: Partial<SandboxAwsOptions> & { readonly issuerUrl?: string } = {},
): Promise<TestSandboxAws> {
  const { issuerUrl = BROKER_URL, ...others } = options;
  return startSandboxAws({
    pages: (aws) =>
      awsConsoleRouter({
        awsUrl: new URL(aws.samlEndpoint).origin,
        brokerUrl: issuerUrl,
        identityProvidersUrl: 'http://idp.test:8082',
        rootDir: process.cwd(),
        aws,
      }),
    ...others,
  });
}

export const provider = (account: string): string => `arn:aws:iam::${account}:saml-provider/daypass`;
const role = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;
export const PRODUCTION_READER = `${role(PRODUCTION, 'ReadOnly')},${provider(PRODUCTION)}`;
export const DEVELOPMENT_DEVELOPER = `${role(DEVELOPMENT, 'Developer')},${provider(DEVELOPMENT)}`;
export const DEVELOPMENT_READER = `${role(DEVELOPMENT, 'ReadOnly')},${provider(DEVELOPMENT)}`;

/** A response that offers these pairs of role and provider. */
export function offering(
  sandbox: TestSandboxAws,
  pairs: readonly string[],
  { attributes, ...changes }: Partial<SamlRecipe> = {},
): string {
  return sandbox.federation.saml({
    roleArn: '',
    providerArn: '',
    now: sandbox.now(),
    attributes: { Role: pairs, ...attributes },
    ...changes,
  });
}

export class ConsoleBrowser {
  readonly #sandbox: TestSandboxAws;
  cookie = '';

  constructor(sandbox: TestSandboxAws) {
    this.#sandbox = sandbox;
  }

  async get(path: string): Promise<Response> {
    return this.#keep(await fetch(new URL(path, this.#sandbox.url), this.#init()));
  }

  async post(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
    const init = { ...this.#init(), method: 'POST', body: new URLSearchParams(form) };
    return this.#keep(await fetch(new URL(path, this.#sandbox.url), init));
  }

  #init(): RequestInit {
    return { redirect: 'manual', headers: { cookie: this.cookie } };
  }

  #keep(response: Response): Response {
    const set = response.headers.get('set-cookie');
    if (set !== null) this.cookie = set.split(';')[0] ?? '';
    return response;
  }
}

/** What the sandbox's page says: its text without markup. */
export function pageText(html: string): string {
  return html
    .replace(/<head>[^]*?<\/head>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .replaceAll(' .', '.');
}

/** Of credentials that AssumeRoleWithSAML gives for a pair of role and provider. */
export async function signinToken(sandbox: TestSandboxAws, pair: string): Promise<string> {
  const [RoleArn = '', PrincipalArn = ''] = pair.split(',');
  const sts = sandbox.client({ accessKeyId: 'unused', secretAccessKey: 'unused' });
  const SAMLAssertion = offering(sandbox, [pair]);
  const { accessKeyId, secretAccessKey, sessionToken } = credentialsIn(
    await sts.send(new AssumeRoleWithSAMLCommand({ RoleArn, PrincipalArn, SAMLAssertion })),
  );
  const Session = JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken });
  const body = new URLSearchParams({ Action: 'getSigninToken', Session });
  const answer = await fetch(`${sandbox.url}/federation`, { method: 'POST', body });
  return ((await answer.json()) as { SigninToken: string }).SigninToken;
}
