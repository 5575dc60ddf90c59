import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomToken } from '../../src/lib/hash.ts';
import { ApiClient } from '../support/api-client.ts';
import { formsOf, HttpBrowser, type Page } from '../support/http-browser.ts';
import { continueAs, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { storedAudit } from '../support/stored-audit.ts';

const EMPTY = { access: () => ({}) };
const AUTHOR = 'user:_first-run:administrator';

interface Wizard {
  readonly broker: TestBroker;
  readonly browser: HttpBrowser;
  at(path?: string): Promise<Page>;
  enter(code: string): Promise<Page>;
  saveProvider(fields?: Readonly<Record<string, string>>): Promise<Page>;
}

function wizardOf(broker: TestBroker, browser = new HttpBrowser()): Wizard {
  const at = (path = '/first-run'): Promise<Page> => browser.get(`${broker.baseUrl}${path}`);
  return {
    broker,
    browser,
    at,
    enter: async (code) => browser.submit(await at(), '/first-run', { code }),
    saveProvider: async (fields = {}) =>
      browser.submit(await at(), '/first-run/provider', {
        label: 'Example Corp',
        kind: 'saml',
        metadataUrl: `${broker.identityProvidersUrl}/saml/metadata`,
        ...fields,
      }),
  };
}

async function signInAs({ broker, browser }: Wizard, person: string): Promise<Page> {
  const choosing = await browser.get(`${broker.baseUrl}/sign-in/company?returnTo=/first-run`);
  return continueAs(browser, choosing, person);
}

describe('the first run', () => {
  let broker: TestBroker;
  let wizard: Wizard;
  let usedCode: string;

  beforeAll(async () => {
    broker = await startTestBroker(EMPTY);
    wizard = wizardOf(broker);
  });
  afterAll(() => broker.close());

  const code = (): string => broker.daypass.firstRunCode ?? '';

  it('asks for the code, and takes no other', async () => {
    usedCode = code();
    const refused = await wizard.enter(randomToken());
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('This code is wrong, was used before or is too old.');
    expect((await wizard.enter(code())).text).toContain('1. Identity provider');
    const again = await wizardOf(broker).enter(code());
    expect(again.status).toBe(403);
  });

  it('tells what is wrong with a provider, keeps what was typed, and changes nothing', async () => {
    const page = await wizard.saveProvider({ label: 'My <Corp>', metadataUrl: 'no address' });
    expect(page.status).toBe(400);
    expect(page.text).toContain('That did not work');
    expect(page.text).toContain('value="no address"');
    expect(page.text).toContain('My &lt;Corp&gt;');
    const both = await wizard.saveProvider({ metadata: '<EntityDescriptor/>' });
    expect(both.status).toBe(400);
    expect((await wizard.at()).text).toContain('Save an identity provider first');
  });

  it('goes on where it was after a restart, with another code for whoever needs one', async () => {
    const [first, page] = [code(), await wizard.saveProvider()];
    expect(page.text).toContain('Sign in with <span class="name">Example Corp</span>');
    await broker.restart();
    expect(code()).not.toBe(first);
    expect((await wizard.at()).text).toContain('Sign in with <span class="name">Example Corp</span>');
  });

  it('adds an account and a role', async () => {
    const fields = { accountId: '111122223333', accountName: 'Example Tools', roleName: 'Ec2Operator' };
    const bad = await wizard.browser.submit(await wizard.at(), '/first-run/role', {
      ...fields,
      accountId: '1',
    });
    expect(bad.status).toBe(400);
    const page = await wizard.browser.submit(await wizard.at(), '/first-run/role', fields);
    expect(page.text).toContain('<strong class="name">Ec2Operator</strong>');
  });

  it('A06: names an administrator by what arrived alone, never by what a form says', async () => {
    const early = await wizard.browser.post(`${broker.baseUrl}/first-run/administrator`, {
      csrfToken: formsOf(await wizard.at())[0]?.fields.get('csrfToken') ?? '',
      who: 'group:daypass-administrators',
    });
    expect(early.status).toBe(400);
    const page = await signInAs(wizard, 'nora.quinn');
    expect(page.text).toContain('This arrived');
    const other = await wizard.browser.submit(page, '/first-run/administrator', {
      who: 'group:daypass-administrators',
    });
    expect(other.status).toBe(400);
    expect(other.text).toContain('Choose one of your groups');
  });

  it('ends with the first administrator, who may use the first role, and leaves nothing at its address', async () => {
    const page = await signInAs(wizard, 'alex.admin');
    expect(page.text).toContain('daypass-administrators');
    const done = await wizard.browser.submit(page, '/first-run/administrator', {
      who: 'group:daypass-administrators',
      roles: 'yes',
    });
    expect(done.url).toBe(`${broker.baseUrl}/`);
    expect(done.text).toContain('Ec2Operator');
    for (const path of ['/first-run', '/first-run/provider'])
      expect((await wizard.at(path)).status).toBe(404);

    const api = ApiClient.ofBrowser(wizard.browser, broker.baseUrl);
    const { body } = await api.get<{ versions: { author?: string; reason?: string }[] }>(
      '/api/v1/admin/versions',
    );
    expect(body.versions.map(({ author, reason }) => `${author ?? ''} ${reason ?? ''}`).slice(0, 3)).toEqual([
      `${AUTHOR} first run: the first administrator`,
      `${AUTHOR} first run: an account and a role`,
      `${AUTHOR} first run: the identity provider`,
    ]);
    const record = JSON.stringify(storedAudit(broker));
    expect(record).toContain('first-run.started');
    expect(record).toContain('first-run.denied');
    expect(record).not.toContain(usedCode);
    await broker.restart();
    expect(broker.daypass.firstRunCode).toBeUndefined();
  });
});

describe('the code of the first run', () => {
  let broker: TestBroker;
  let now = new Date();

  beforeAll(async () => {
    broker = await startTestBroker({ ...EMPTY, clock: { now: () => now } });
  });
  afterAll(() => broker.close());

  const code = (): string => broker.daypass.firstRunCode ?? '';

  it('opens for one of two who enter it at once', async () => {
    const pages = await Promise.all([wizardOf(broker).enter(code()), wizardOf(broker).enter(code())]);
    expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 403]);
  });

  it('is worth nothing after an hour', async () => {
    await broker.restart();
    now = new Date(now.getTime() + 3_601_000);
    expect((await wizardOf(broker).enter(code())).status).toBe(403);
  });

  it('W13: takes a step from a page of its own alone', async () => {
    await broker.restart();
    const wizard = wizardOf(broker);
    await wizard.enter(code());
    const step = `${broker.baseUrl}/first-run/provider`;
    const fields = { label: 'x', kind: 'saml', metadataUrl: 'https://idp.example/metadata' };
    expect((await wizard.browser.post(step, fields)).status).toBe(403);
    const csrfToken = formsOf(await wizard.at())[0]?.fields.get('csrfToken') ?? '';
    const abroad = await wizard.browser.send(step, {
      method: 'POST',
      form: new Map(Object.entries({ ...fields, csrfToken })),
      from: 'http://elsewhere.example/',
    });
    expect(abroad.status).toBe(403);
    // Without the wizard’s cookie there is nobody in whose name it could be done.
    const stranger = await new HttpBrowser().post(step, { ...fields, csrfToken });
    expect(stranger.text).toContain('Its console showed a code');
    expect((await wizard.at()).text).toContain('Save an identity provider first');
  });

  it('is not looked at after a few wrong ones', async () => {
    await broker.restart();
    for (let tries = 0; tries < 8; tries += 1) await wizardOf(broker).enter(randomToken());
    expect((await wizardOf(broker).enter(code())).status).toBe(429);
    now = new Date(now.getTime() + 10 * 60_000);
    expect((await wizardOf(broker).enter(code())).status).toBe(200);
  });
});

describe('a Daypass that is administered', () => {
  it('has no first run', async () => {
    const broker = await startTestBroker();
    try {
      expect(broker.daypass.firstRunCode).toBeUndefined();
      expect((await wizardOf(broker).at()).status).toBe(404);
      const post = await new HttpBrowser().post(`${broker.baseUrl}/first-run`, { code: randomToken() });
      expect(post.status).toBe(404);
    } finally {
      await broker.close();
    }
  });
});
