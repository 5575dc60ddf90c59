/** Brings an identity provider's responses to the sign-in endpoint, as a browser does. */
import { providerIdOf } from '../../src/sandbox/aws/sts/saml/provider-id.ts';
import {
  ConsoleBrowser,
  DEVELOPMENT_DEVELOPER,
  offering,
  PRODUCTION_READER,
  provider,
} from '../support/console-browser.ts';
import type { SamlRecipe } from '../support/fake-federation.ts';
import { PRODUCTION, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import { consoleAfter, type Fields, seen } from './console-ask.ts';
import type { Rule } from './rule.ts';

export const offeredBy = (account: string, role: string): string =>
  `arn:aws:iam::${account}:role/${role},${provider(account)}`;

interface Brought {
  readonly pairs?: readonly string[];
  readonly recipe?: Partial<SamlRecipe>;
  readonly fields?: Fields;
  readonly path?: string;
}

export async function bring(
  sandbox: TestSandboxAws,
  { pairs = [PRODUCTION_READER], recipe = {}, fields = {}, path = '/saml' }: Brought,
): Promise<{ browser: ConsoleBrowser; answer: Answer }> {
  const browser = new ConsoleBrowser(sandbox);
  const SAMLResponse = offering(sandbox, pairs, recipe);
  const answer = await seen(browser, await browser.post(path, { SAMLResponse, ...fields }));
  return { browser, answer };
}

export const bringing =
  (brought: Brought): Rule['ask'] =>
  async (sandbox) =>
    (await bring(sandbox, brought)).answer;

export const stillIn =
  (seconds: number, recipe: Partial<SamlRecipe>): Rule['ask'] =>
  async (sandbox) => {
    const { browser, answer } = await bring(sandbox, { recipe });
    return answer.code === 'Success' ? consoleAfter(sandbox, browser, seconds) : answer;
  };

export async function choose(sandbox: TestSandboxAws, roleIndex: string): Promise<Answer> {
  const { browser, answer } = await bring(sandbox, {
    pairs: [PRODUCTION_READER, DEVELOPMENT_DEVELOPER],
  });
  const { html } = answer.result as { html: string };
  const signIn = /name="signIn" value="([^"]+)"/.exec(html)?.[1] ?? '';
  return seen(browser, await browser.post('/saml/role', { signIn, roleIndex }));
}

/** Lets the role be assumed by assertions for this Recipient alone. */
export function trustRecipient(sandbox: TestSandboxAws, recipient: string): void {
  sandbox.aws.organization.put(PRODUCTION, 'roles', {
    name: 'ByRecipient',
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: provider(PRODUCTION) },
          Action: 'sts:AssumeRoleWithSAML',
          Condition: { StringEquals: { 'saml:aud': recipient } },
        },
      ],
    },
  });
}

export function ownPlace(sandbox: TestSandboxAws, account: string): { id: string; recipient: string } {
  const found = sandbox.aws.world.findSamlProvider(provider(account));
  const id = found === undefined ? '' : providerIdOf(found);
  return { id, recipient: `https://signin.aws.amazon.com/saml/acs/${id}` };
}
