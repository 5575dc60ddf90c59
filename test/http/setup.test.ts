/** What sets tools up: the API's configuration, the page, and the files that terminals fetch. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

let broker: TestBroker;
let browser: HttpBrowser;
let erin: ApiClient;

beforeAll(async () => {
  broker = await startTestBroker({ settings: { awsClients: { profileName: '{environment}-{roleId}' } } });
  browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  erin = ApiClient.ofBrowser(browser, broker.baseUrl);
});
afterAll(() => broker.close());

const profilesIn = (text: string): string[] =>
  [...text.matchAll(/^\[profile (.+)\]$/gm)].map(([, name = '']) => name);

describe('GET /api/v1/aws-config', () => {
  const configOf = (query = '') => erin.get<{ text: string }>(`/api/v1/aws-config${query}`);

  it('is the whole file for all roles that tools may use, named as the configuration says', async () => {
    const { status, headers, body } = await configOf();
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(body.text.replaceAll(broker.baseUrl, '{baseUrl}').replaceAll(broker.awsUrl, '{awsUrl}')).toBe(
      ERIN,
    );
  });

  it('has names by another template, and another style, where they are asked for', async () => {
    const { body } = await configOf('?style=credential-process&profileName=%7Baccount%7D.%7Brole%7D');
    expect(profilesIn(body.text)).toContain('Example-Production.Ec2Operator');
    expect(body.text).toContain(
      `credential_process = sh -c 'sh "$HOME/.aws/daypass.sh" production-ec2-operator'\n`,
    );
    expect(body.text).not.toContain('sso');
  });

  it.each([
    ['?style=ini', /^style is one of: sso, credential-process, credential-process-powershell\.$/],
    ['?style=', /^style is one of/],
    ['?style=sso&style=sso', /^Send “style” once\.$/],
    ['?profileName=%7Bname%7D', /^profileName: use \{account\}/],
    ['?profileName=a%0A%5Bdefault%5D', /^profileName: use/],
  ])('says what is wrong with %s', async (query, title) => {
    const { status, body } = await configOf(query);
    expect([status, body.code]).toEqual([400, 'request.malformed']);
    expect(body.title).toMatch(title);
  });

  it('A01: is for whoever may call the API, an application too', async () => {
    const nobody = await new ApiClient(broker.baseUrl, {}).get('/api/v1/aws-config');
    expect([nobody.status, nobody.body.code]).toEqual([401, 'session.required']);
    const forger = new ApiClient(broker.baseUrl, { authorization: 'Bearer daypass' });
    expect((await forger.get('/api/v1/aws-config')).body.code).toBe('token.invalid');
    const application = await ApiClient.ofApplication(
      broker.baseUrl,
      'billing-report',
      'sandbox-secret-of-billing-report',
    );
    const own = await application.get<{ text: string }>('/api/v1/aws-config?style=credential-process');
    expect(profilesIn(own.body.text)).toEqual([
      'development-development-data-analyst',
      'production-production-readonly',
    ]);
  });

  it('answers GET alone', async () => {
    const { status, headers } = await erin.post('/api/v1/aws-config');
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('the set-up page', () => {
  it('shows the same configuration, and lines for a role of the person’s own', async () => {
    const page = await browser.get(`${broker.baseUrl}/setup`);
    expect(page.status).toBe(200);
    const text = textOf(page.text);
    const { body } = await erin.get<{ text: string }>('/api/v1/aws-config');
    expect(text).toContain(body.text);
    const [first = ''] = profilesIn(body.text);
    expect(text).toContain(`aws sso login --profile ${first}`);
    expect(text).toContain(`export AWS_ENDPOINT_URL_SSO='${broker.baseUrl}'`);
    expect(text).toContain(`$Env:AWS_ENDPOINT_URL_SSO_OIDC = '${broker.baseUrl}'`);
  });

  it('is reached from every page, and by whoever signs in for it', async () => {
    const roles = await browser.get(broker.baseUrl);
    expect(roles.text).toContain('<a href="/setup">Set up your tools</a>');
    const stranger = await new HttpBrowser().get(`${broker.baseUrl}/setup`);
    expect(stranger.url).toBe(`${broker.baseUrl}/sign-in?returnTo=%2Fsetup`);
  });

  it('names the roles that no tool can use, with the way to each', async () => {
    const alex = new HttpBrowser();
    await signIn(alex, broker, { person: 'alex.admin', connector: 'sandbox-saml' });
    const page = await alex.get(`${broker.baseUrl}/setup`);
    expect(page.text).toContain('<a href="/roles/tools-session">Tools with MFA</a> in Example Tools');
    expect(profilesIn(textOf(page.text)).join()).not.toContain('tools-session');
  });

  it('stands also for somebody without a role', async () => {
    const nora = new HttpBrowser();
    await signIn(nora, broker, { person: 'nora.quinn', connector: 'sandbox-saml' });
    const page = await nora.get(`${broker.baseUrl}/setup`);
    expect(page.text).toContain('You have no role that tools may use');
    expect(textOf(page.text)).toContain('aws sso login --profile your-profile');
  });
});

describe('the files that a terminal fetches', () => {
  it.each(['daypass.sh', 'daypass.ps1', 'endpoint-rule-set-1.json'])(
    '%s is there for everybody, with this Daypass’s address in it',
    async (name) => {
      const response = await fetch(`${broker.baseUrl}/setup/${name}`);
      const text = await response.text();
      expect(response.status).toBe(200);
      expect(text).toContain(broker.baseUrl);
      expect(text).not.toContain('{{');
    },
  );

  it('are not whatever else lies there', async () => {
    for (const path of ['/setup/daypass', '/setup/..%2fpages%2fsetup.ejs', '/setup/toString']) {
      expect((await fetch(broker.baseUrl + path)).status, path).toBe(404);
    }
  });

  it('the endpoints for an old AWS CLI are one rule without a condition', async () => {
    const response = await fetch(`${broker.baseUrl}/setup/endpoint-rule-set-1.json`);
    expect(await response.json()).toMatchObject({
      version: '1.0',
      rules: [{ conditions: [], type: 'endpoint', endpoint: { url: broker.baseUrl } }],
    });
  });

  it('the script for PowerShell takes nothing for a role that could be more than its id', async () => {
    const script = await (await fetch(`${broker.baseUrl}/setup/daypass.ps1`)).text();
    expect(script).toContain(`[ValidatePattern('^[a-z0-9-]{1,63}$')][string] $Role`);
    expect(script.match(/\$Role\b/g)).toHaveLength(4);
    expect(script, 'starts nothing out of a text').not.toMatch(/Invoke-Expression|\biex\b|Start-Process/i);
    // Windows PowerShell takes a file without a mark for one in the system's code page.
    expect(script).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

/** What a reader of the page sees in it. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

const profile = (name: string, accountId: string, roleId: string): string => `
[profile ${name}]
sso_session = daypass
sso_account_id = ${accountId}
sso_role_name = ${roleId}
region = us-east-1
services = daypass
`;

const ERIN = `# AWS roles by Daypass at {baseUrl}

[sso-session daypass]
sso_start_url = https://daypass.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[services daypass]
sso =
  endpoint_url = {baseUrl}
sso_oidc =
  endpoint_url = {baseUrl}
signin =
  endpoint_url = {baseUrl}
sts =
  endpoint_url = {awsUrl}

[default]
region = us-east-1
services = daypass
${[
  profile('development-development-data-analyst', '222233334444', 'development-data-analyst'),
  profile('development-development-developer', '222233334444', 'development-developer'),
  profile('development-development-readonly', '222233334444', 'development-readonly'),
  profile('production-production-ec2-operator', '444455556666', 'production-ec2-operator'),
  profile('production-production-readonly', '444455556666', 'production-readonly'),
  profile('tools-tools-reports', '111122223333', 'tools-reports'),
].join('')}`;
