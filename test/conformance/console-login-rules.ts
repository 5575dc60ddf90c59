/** Section 5: the login, where it leads, and how one gets out again. */
import { expect } from 'vitest';
import { ConsoleBrowser } from '../support/console-browser.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import {
  bySaml,
  consoleAfter,
  direct,
  type Fields,
  login,
  loginAddress,
  loginForm,
  seen,
} from './console-ask.ts';
import type { Rule } from './rule.ts';

const section = '5 Console federation endpoint';
const LOGIN_HOST = 'https://us-east-1.signin.aws.amazon.com';

const loginWith =
  (changes: Fields = {}): Rule['ask'] =>
  async (sandbox) =>
    login(new ConsoleBrowser(sandbox), { ...(await loginForm(sandbox, direct())), ...changes });

/** Signs in, then logs out with the login of somebody else as what comes next. */
async function logoutThenLogin(sandbox: TestSandboxAws, host: string): Promise<Answer> {
  const browser = await signedIn(sandbox);
  const next = `${host}${loginAddress(await loginForm(sandbox, bySaml))}`;
  return logout(browser, { redirect_uri: next });
}

async function signedIn(sandbox: TestSandboxAws): Promise<ConsoleBrowser> {
  const browser = new ConsoleBrowser(sandbox);
  await login(browser, await loginForm(sandbox, direct()));
  return browser;
}

async function logout(browser: ConsoleBrowser, fields: Fields = {}): Promise<Answer> {
  const query = new URLSearchParams({ Action: 'logout', ...fields });
  return seen(browser, await browser.get(`/oauth?${query.toString()}`));
}

export const consoleLoginRules: readonly Rule[] = [
  {
    section,
    rule: 'login opens the console on the page that Destination names',
    confidence: 'documented',
    ask: loginWith(),
    answer: { status: 200, code: 'Success', result: { path: '/console/s3/home' } },
  },
  {
    section,
    rule: 'login takes a POST form too',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const browser = new ConsoleBrowser(sandbox);
      return seen(browser, await browser.post('/federation', await loginForm(sandbox, direct())));
    },
    answer: { status: 200, code: 'Success', result: { path: '/console/s3/home' } },
  },
  {
    section,
    rule: 'a SigninToken is good for 15 minutes',
    confidence: 'known',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const form = await loginForm(sandbox, direct());
      sandbox.clockOffsetMs = 900_000;
      return login(new ConsoleBrowser(sandbox), form);
    },
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'a SigninToken opens one session and no other',
    confidence: 'known',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const form = await loginForm(sandbox, direct());
      await login(new ConsoleBrowser(sandbox), form);
      return login(new ConsoleBrowser(sandbox), form);
    },
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'Destination may name a region’s console, with the place in it',
    confidence: 'documented',
    ask: loginWith({
      Destination: 'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1',
    }),
    answer: { status: 200, code: 'Success', result: { path: '/console/ec2/home?region=eu-west-1' } },
  },
  {
    section,
    rule: 'Destination cannot be the console of another partition',
    confidence: 'known',
    ask: loginWith({ Destination: 'https://console.amazonaws.cn/console/home' }),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'Destination cannot be anything but a console',
    confidence: 'known',
    ask: loginWith({ Destination: 'https://console.aws.amazon.com.example.com/' }),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'when the session has ended, one is sent to the Issuer',
    confidence: 'documented',
    ask: async (sandbox) => consoleAfter(sandbox, await signedIn(sandbox), 3_601),
    answer: { status: 401, code: '', message: /https:\/\/broker\.example\.com\/again/ },
  },
  {
    section,
    rule: 'who is signed in already has to log out first',
    confidence: 'quoted',
    ask: async (sandbox) => login(await signedIn(sandbox), await loginForm(sandbox, bySaml)),
    answer: { status: 400, code: '', message: /You must first log out/ },
  },
  {
    section,
    rule: 'a logout whose redirect_uri is the next login, at the us-east-1 host, changes from one to the other',
    confidence: 'quoted',
    ask: (sandbox) => logoutThenLogin(sandbox, LOGIN_HOST),
    answer: {
      status: 200,
      code: 'Success',
      result: { path: '/console/s3/home', text: expect.stringContaining('ReadOnly') as string },
    },
  },
  {
    section,
    rule: 'that login under the host without us-east-1 is refused',
    confidence: 'known',
    ask: (sandbox) => logoutThenLogin(sandbox, 'https://signin.aws.amazon.com'),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'a logout leads nowhere but to AWS',
    confidence: 'known',
    ask: async (sandbox) => logout(await signedIn(sandbox), { redirect_uri: 'https://broker.example.com/' }),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'a logout ends the session',
    confidence: 'known',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const browser = await signedIn(sandbox);
      const { cookie } = browser;
      await logout(browser);
      browser.cookie = cookie;
      return consoleAfter(sandbox, browser, 0);
    },
    answer: { status: 401, code: '' },
  },
  {
    section,
    rule: 'the endpoint knows getSigninToken and login alone',
    confidence: 'known',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const browser = new ConsoleBrowser(sandbox);
      return seen(browser, await browser.get('/federation?Action=getSignInToken'));
    },
    answer: { status: 400, code: '' },
  },
];
