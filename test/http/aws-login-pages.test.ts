/** `aws login` in the browser: who asks, which roles there are to give, and where the answer may go. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AwsLoginClient,
  buttonsOn,
  codeOn,
  hrefOn,
  OTHER_DEVICE,
  SAME_DEVICE,
  shownCode,
} from '../support/aws-login-client.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { continueAs, signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

const ROLE = 'production-readonly';

let broker: TestBroker;
let browser: HttpBrowser;

beforeAll(async () => {
  broker = await startTestBroker();
  browser = await visitor('erin.engel');
});
afterAll(() => broker.close());

async function visitor(person: string): Promise<HttpBrowser> {
  const visiting = new HttpBrowser();
  await signIn(visiting, broker, { person, connector: 'sandbox-saml' });
  return visiting;
}

describe('the page that aws login opens', () => {
  it('comes after a sign-in, with everything that the client said', async () => {
    const stranger = new HttpBrowser();
    const client = new AwsLoginClient(broker);
    const signInPage = await stranger.get(client.authorizeUrl());
    const [, href = ''] = /href="(\/sign-in\/sandbox-saml[^"]*)"/.exec(signInPage.text) ?? [];
    const choosing = await stranger.get(broker.baseUrl + href.replaceAll('&amp;', '&'));
    const page = await continueAs(stranger, choosing, 'erin.engel');
    expect(page.url).toBe(client.authorizeUrl());
    const code = codeOn(await stranger.submit(page, /^\/v1\//, { role: ROLE }));
    expect((await client.redeem(code)).status).toBe(200);
  });

  it('names who asks, where the browser is and when, and gives nothing by being opened', async () => {
    const page = await browser.get(new AwsLoginClient(broker).authorizeUrl());
    expect(page.status).toBe(200);
    expect(page.text).toContain('The AWS CLI on this device');
    expect(page.text).toContain('127.0.0.1');
    expect(page.text).toMatch(/<time datetime="\d{4}-/);
    expect(page.text).not.toMatch(/http-equiv="refresh"|oauth\/callback\?/);
    expect(recordedFor(broker, page)).toEqual([]);
  });

  it('offers the roles that can be used this way, and says how many cannot', async () => {
    const page = await browser.get(new AwsLoginClient(broker).authorizeUrl());
    expect(buttonsOn(page)).toEqual([
      'development-data-analyst',
      'development-developer',
      'development-readonly',
      'production-ec2-operator',
      ROLE,
      'tools-reports',
    ]);
    expect(page.text).toMatch(/One more role of yours is\s+not here/);
    const alex = await (await visitor('alex.admin')).get(new AwsLoginClient(broker).authorizeUrl());
    expect(buttonsOn(alex)).not.toContain('tools-session');
  });

  it('sends somebody to a fresh sign-in first, where the role asks for one, and back here', async () => {
    const priya = await visitor('priya.nair');
    const client = new AwsLoginClient(broker);
    const page = await priya.get(client.authorizeUrl());
    expect(buttonsOn(page)).not.toContain('production-developer-step-up');
    const [, href = ''] =
      /href="(\/sign-in\/sandbox-saml\?for=production-developer-step-up[^"]*)"/.exec(page.text) ?? [];
    expect(new URL(href.replaceAll('&amp;', '&'), broker.baseUrl).searchParams.get('returnTo')).toBe(
      client.authorizeUrl().slice(broker.baseUrl.length),
    );
    const refused = await client.pick(priya, 'production-developer-step-up');
    expect([refused.status, refused.text.includes('sign_in.')]).toEqual([401, true]);
    const choosing = await priya.get(broker.baseUrl + href.replaceAll('&amp;', '&'));
    const back = await continueAs(priya, choosing, 'priya.nair');
    expect(buttonsOn(back)).toContain('production-developer-step-up');
  });

  it('searches, and keeps what the client said', async () => {
    const client = new AwsLoginClient(broker);
    const page = await browser.get(`${client.authorizeUrl()}&q=analyst`);
    expect(buttonsOn(page)).toEqual(['development-data-analyst']);
    const [search] = /<form class="search"[\s\S]*?<\/form>/.exec(page.text) ?? [''];
    for (const name of ['client_id', 'redirect_uri', 'state', 'code_challenge'])
      expect(search).toContain(`name="${name}"`);
    const code = codeOn(await browser.submit(page, /^\/v1\//, { role: 'development-data-analyst' }));
    expect((await client.redeem(code)).status).toBe(200);
  });

  it.each(['tools-edge-list-buckets', 'tools-session', 'no-such-role', 'payments', ''])(
    'gives no code for the role “%s”',
    async (role) => {
      const alex = await visitor('alex.admin');
      const page = await new AwsLoginClient(broker).pick(alex, role);
      expect(page.status).toBeGreaterThanOrEqual(400);
      expect(page.status).toBeLessThan(500);
      expect(page.text).not.toMatch(/code=|login-code/);
    },
  );

  it('leads on by a page, to the client’s own address, with its state', async () => {
    const client = new AwsLoginClient(broker);
    const page = await client.pick(browser, ROLE);
    const href = new URL(hrefOn(page));
    expect(page.status).toBe(200);
    expect(href.origin + href.pathname).toBe(client.redirectUri);
    expect(href.searchParams.get('state')).toBe(client.state);
    expect(href.searchParams.get('code')).toMatch(/^[0-9a-f]{64}$/);
    expect(recordedFor(broker, page)).toMatchObject([
      {
        name: 'client.approved',
        principal: 'user:sandbox-saml:erin.engel',
        detail: { kind: 'aws-login', client: SAME_DEVICE, role: ROLE },
      },
    ]);
  });

  it('tells the client that it gets nothing, when its person gives nothing', async () => {
    const client = new AwsLoginClient(broker);
    const page = await client.pick(browser, '', { decision: 'decline' });
    const href = new URL(hrefOn(page));
    expect([...href.searchParams]).toEqual([
      ['error', 'access_denied'],
      ['state', client.state],
    ]);
    expect(recordedFor(broker, page)).toMatchObject([
      { name: 'client.denied', detail: { client: SAME_DEVICE, reason: 'person' } },
    ]);
  });

  it('W01: gives nothing to a post without the page’s token or from another site', async () => {
    const client = new AwsLoginClient(broker);
    const form = new Map([...new URL(client.authorizeUrl()).searchParams, ['role', ROLE]] as [
      string,
      string,
    ][]);
    const target = `${broker.baseUrl}/v1/authorize`;
    const foreign = await browser.send(target, { method: 'POST', form, from: 'http://127.0.0.1:1/' });
    const tokenless = await browser.send(target, {
      method: 'POST',
      form: new Map([...form, ['csrfToken', 'guess']]),
      from: target,
    });
    expect([foreign.status, tokenless.status]).toEqual([403, 403]);
  });
});

describe('the request of aws login', () => {
  const refused = async (otherwise: Readonly<Record<string, string>>): Promise<Page> =>
    browser.send(new AwsLoginClient(broker).authorizeUrl(otherwise));

  it.each([
    'http://127.0.0.1:50123/oauth/callback/',
    'http://127.0.0.1:50123/oauth/callback?x=1',
    'http://127.0.0.1:50123/oauth/callback#x',
    'http://127.0.0.1:50123/oauth/callback/../evil',
    'http://127.0.0.1:50123/OAUTH/callback',
    'http://127.0.0.1/oauth/callback',
    'http://127.0.0.1:0/oauth/callback',
    'http://127.0.0.1:65536/oauth/callback',
    'http://127.0.0.1:050/oauth/callback',
    'https://127.0.0.1:50123/oauth/callback',
    'http://localhost:50123/oauth/callback',
    'http://127.1:50123/oauth/callback',
    'http://2130706433:50123/oauth/callback',
    'http://127.0.0.1.evil.example:50123/oauth/callback',
    'http://127.0.0.1:50123@evil.example/oauth/callback',
    'http://evil.example:50123/oauth/callback',
    'http://user@127.0.0.1:50123/oauth/callback',
    'http://127.0.0.1:50123\\@evil.example/oauth/callback',
    ' http://127.0.0.1:50123/oauth/callback',
    'javascript:alert(1)//127.0.0.1:50123/oauth/callback',
    '//127.0.0.1:50123/oauth/callback',
    '/v1/sessions/confirmation',
    '',
  ])('D07, D08: sends nothing to %s', async (redirectUri) => {
    const page = await refused({ redirect_uri: redirectUri });
    expect(page.status).toBe(400);
    expect(page.headers.get('location')).toBeNull();
    expect(page.text).not.toMatch(/name="role"|http-equiv="refresh"/);
  });

  it.each(['http://127.0.0.1:1/oauth/callback', 'http://[::1]:65535/oauth/callback'])(
    'may want its answer at %s',
    async (redirectUri) => {
      expect((await refused({ redirect_uri: redirectUri })).status).toBe(200);
    },
  );

  it('D08: wants the answer for another device where it is shown, and nowhere else', async () => {
    const here = `${broker.baseUrl}/v1/sessions/confirmation`;
    for (const [client_id, redirect_uri, status] of [
      [OTHER_DEVICE, here, 200],
      [OTHER_DEVICE, `${here}/`, 400],
      [OTHER_DEVICE, `${here}?x`, 400],
      [OTHER_DEVICE, 'https://evil.example/v1/sessions/confirmation', 400],
      [OTHER_DEVICE, 'http://127.0.0.1:50123/oauth/callback', 400],
      [SAME_DEVICE, here, 400],
    ] as const)
      expect([redirect_uri, (await refused({ client_id, redirect_uri })).status]).toEqual([
        redirect_uri,
        status,
      ]);
  });

  it.each([
    ['client_id', 'arn:aws:signin:::devtools/same-device '],
    ['client_id', 'arn:aws:signin:::devtools/SAME-DEVICE'],
    ['client_id', 'constructor'],
    ['response_type', 'token'],
    ['code_challenge_method', 'S256'],
    ['code_challenge_method', 'plain'],
    ['code_challenge', ''],
    ['code_challenge', 'a'.repeat(42)],
    ['scope', 'openid profile'],
    ['state', ''],
    ['state', '"><script>'],
    ['state', 'a'.repeat(257)],
  ])('D08: is not one with the %s “%s”', async (name, value) => {
    expect((await refused({ [name]: value })).status).toBe(400);
  });

  it('D08: is not one that says something twice, and is looked at again when a role is pressed', async () => {
    const client = new AwsLoginClient(broker);
    expect((await browser.send(`${client.authorizeUrl()}&state=another`)).status).toBe(400);
    const page = await client.pick(browser, ROLE, { redirect_uri: 'https://evil.example/oauth/callback' });
    expect([page.status, page.text.includes('code=')]).toEqual([400, false]);
  });
});

describe('for another device', () => {
  it('D01: warns that somebody else may have started it, and wants to hear otherwise', async () => {
    const client = new AwsLoginClient(broker, { onOtherDevice: true });
    const page = await browser.get(client.authorizeUrl());
    expect(page.text).toContain('The AWS CLI on another device');
    expect(page.text).toMatch(/Did you type <code>aws login --remote<\/code> yourself/);
    expect(page.text).toMatch(/act in your name with the role/);
    expect(page.text).not.toContain(' checked');
    const unsaid = await client.pick(browser, ROLE);
    expect([unsaid.status, shownCode(unsaid)]).toEqual([400, '']);
  });

  it('D01: shows one text to copy, in no address of ours, and says to give it to nobody', async () => {
    const client = new AwsLoginClient(broker, { onOtherDevice: true });
    const page = await client.pick(browser, ROLE, { startedByMe: 'yes' });
    expect(page.url).toBe(`${broker.baseUrl}/v1/sessions/confirmation`);
    expect(page.text).toContain('Give it to nobody.');
    expect(page.text).not.toContain('http-equiv="refresh"');
    const shown = shownCode(page);
    const result = Buffer.from(shown, 'base64').toString();
    expect(Buffer.from(result).toString('base64'), 'padded, standard').toBe(shown);
    const [, code = ''] = new RegExp(`^state=${client.state}&code=([0-9a-f]{64})$`).exec(result) ?? [];
    const answer = await client.redeem(code);
    expect(answer.status).toBe(200);
    const [approved] = recordedFor(broker, page);
    const issued = recordedFor(broker, answer).find(({ name }) => name === 'access-token.issued');
    expect([approved?.origin.sourceIp, issued?.origin.sourceIp]).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('leads home whoever comes to that address by itself', async () => {
    const page = await browser.send(`${broker.baseUrl}/v1/sessions/confirmation`);
    expect([page.status, page.headers.get('location')]).toEqual([303, '/']);
  });

  it('gives nothing when its person gives nothing', async () => {
    const client = new AwsLoginClient(broker, { onOtherDevice: true });
    const page = await client.pick(browser, '', { decision: 'decline' });
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/login-code|oauth\/callback/);
  });
});

describe('D01: where codes for other devices are switched off', () => {
  it('there is no such login, and the one on the same device works on', async () => {
    const strict = await startTestBroker({ settings: { awsClients: { deviceCodes: false } } });
    try {
      const erin = new HttpBrowser();
      await signIn(erin, strict, { person: 'erin.engel', connector: 'sandbox-saml' });
      const remote = new AwsLoginClient(strict, { onOtherDevice: true });
      const page = await erin.get(remote.authorizeUrl());
      expect([page.status, page.text.includes('switched off')]).toEqual([400, true]);
      const local = new AwsLoginClient(strict);
      const posted = await local.pick(erin, ROLE, {
        client_id: remote.clientId,
        redirect_uri: remote.redirectUri,
        startedByMe: 'yes',
      });
      expect([posted.status, shownCode(posted)]).toEqual([400, '']);
      expect((await local.login(erin, ROLE)).status).toBe(200);
    } finally {
      await strict.close();
    }
  });
});
