import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RoleChoices } from '../../src/sandbox/aws/console/role-choices.ts';
import {
  ConsoleBrowser,
  DEVELOPMENT_DEVELOPER,
  DEVELOPMENT_READER,
  offering,
  PRODUCTION_READER,
  startSandboxWithPages,
} from '../support/console-browser.ts';
import { encryptAssertion } from '../support/encrypt-assertion.ts';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';
import { PRODUCTION, type TestSandboxAws } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;

beforeAll(async () => {
  sandbox = await startSandboxWithPages();
});
afterEach(() => {
  sandbox.clockOffsetMs = 0;
});
afterAll(() => sandbox.close());

const ALL = [PRODUCTION_READER, DEVELOPMENT_READER, DEVELOPMENT_DEVELOPER];

/** Brings a response to the sign-in endpoint. */
async function bring(
  samlResponse: string,
  fields: Record<string, string> = {},
): Promise<{ browser: ConsoleBrowser; answer: Response }> {
  const browser = new ConsoleBrowser(sandbox);
  const answer = await browser.post('/saml', { SAMLResponse: samlResponse, ...fields });
  return { browser, answer };
}

const nameIn = (html: string): string => /name="signIn" value="([^"]+)"/.exec(html)?.[1] ?? '';

describe('a response that offers one role', () => {
  it('leads straight into the console, at its first page', async () => {
    const { browser, answer } = await bring(offering(sandbox, [PRODUCTION_READER]));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/home']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const html = await (await browser.get('/console/home')).text();
    for (const text of [
      'Example Production',
      PRODUCTION,
      'ReadOnly',
      'erin.engel',
      'SAML sign-in endpoint',
    ]) {
      expect(html).toContain(text);
    }
  });

  it('is what the journal calls it: AssumeRoleWithSAML, and then a login', async () => {
    const after = sandbox.aws.journal.lastId;
    await bring(offering(sandbox, [PRODUCTION_READER], { attributes: { SourceIdentity: ['erin'] } }));
    const entries = sandbox.aws.journal.entries(after);
    expect(entries).toMatchObject([
      {
        service: 'sts',
        action: 'AssumeRoleWithSAML',
        parameters: {
          roleArn: `arn:aws:iam::${PRODUCTION}:role/ReadOnly`,
          principalArn: `arn:aws:iam::${PRODUCTION}:saml-provider/daypass`,
          roleSessionName: 'erin.engel',
          sourceIdentity: 'erin',
        },
        result: { code: 'Success' },
      },
      { service: 'signin', action: 'ConsoleLogin', result: { code: 'Success' } },
    ]);
  });
});

describe('a response that offers several roles', () => {
  it('gets a page to choose from, which does not hold the assertion and is not kept', async () => {
    const samlResponse = offering(sandbox, ALL);
    const { answer } = await bring(samlResponse);
    const html = await answer.text();
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(Array.from(html.matchAll(/<legend>([^<]+)<\/legend>/g), ([, legend]) => legend)).toEqual([
      'Account: example-production (444455556666)',
      'Account: example-development (222233334444)',
    ]);
    expect(html).not.toContain(samlResponse.slice(0, 40));
  });

  it('shows a role once, however often it is offered', async () => {
    const { answer } = await bring(offering(sandbox, [PRODUCTION_READER, PRODUCTION_READER]));
    expect(answer.status).toBe(303);
  });

  it('carries on with the role that is chosen, once', async () => {
    const { browser, answer } = await bring(offering(sandbox, ALL), {
      RelayState: 'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1',
    });
    const fields = {
      signIn: nameIn(await answer.text()),
      roleIndex: 'arn:aws:iam::222233334444:role/Developer',
    };
    const chosen = await browser.post('/saml/role', fields);
    expect([chosen.status, chosen.headers.get('location')]).toEqual([
      303,
      '/console/ec2/home?region=eu-west-1',
    ]);
    expect(await (await browser.get('/console/')).text()).toContain('Example Development');
    const again = await new ConsoleBrowser(sandbox).post('/saml/role', fields);
    expect([again.status, again.headers.get('set-cookie')]).toEqual([400, null]);
  });

  it('lets only one of two answers in that come at once', async () => {
    const { answer } = await bring(offering(sandbox, ALL));
    const fields = { signIn: nameIn(await answer.text()), roleIndex: DEVELOPMENT_READER.split(',')[0] ?? '' };
    const answers = await Promise.all(
      [1, 2, 3].map(() => new ConsoleBrowser(sandbox).post('/saml/role', fields)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400]);
  });

  it.each(['', 'arn:aws:iam::444455556666:role/Developer', 'arn:aws:iam::111122223333:role/DaypassHub'])(
    'takes no role that was not offered (%j), and lets choose again',
    async (roleIndex) => {
      const { browser, answer } = await bring(offering(sandbox, ALL));
      const signIn = nameIn(await answer.text());
      const refused = await browser.post('/saml/role', { signIn, roleIndex });
      expect([refused.status, refused.headers.get('set-cookie')]).toEqual([400, null]);
      const role = DEVELOPMENT_READER.split(',')[0] ?? '';
      expect((await browser.post('/saml/role', { signIn, roleIndex: role })).status).toBe(303);
    },
  );

  it('has to be answered while the response is good', async () => {
    const { browser, answer } = await bring(offering(sandbox, ALL));
    const signIn = nameIn(await answer.text());
    sandbox.clockOffsetMs = 300_000;
    const late = await browser.post('/saml/role', {
      signIn,
      roleIndex: DEVELOPMENT_READER.split(',')[0] ?? '',
    });
    expect([late.status, late.headers.get('set-cookie')]).toEqual([400, null]);
  });

  it('knows no choice of nobody', async () => {
    const answer = await new ConsoleBrowser(sandbox).post('/saml/role', { signIn: 'x', roleIndex: 'y' });
    expect(answer.status).toBe(400);
  });

  it('forgets the oldest of very many that nobody answers', () => {
    const choices = new RoleChoices(() => new Date());
    const posted = { samlResponse: 'x', providerId: undefined, landingPath: '/console/home' };
    const names = Array.from({ length: 101 }, () => choices.wait(posted));
    expect(names.map((name) => choices.peek(name) !== undefined)).toEqual([
      false,
      ...Array.from({ length: 100 }, () => true),
    ]);
  });
});

describe('a browser that is signed in', () => {
  it('has to log out first', async () => {
    const { browser } = await bring(offering(sandbox, [PRODUCTION_READER]));
    const answer = await browser.post('/saml', { SAMLResponse: offering(sandbox, ALL) });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('You must first log out');
    await browser.get('/oauth?Action=logout');
    const next = await browser.post('/saml', { SAMLResponse: offering(sandbox, [DEVELOPMENT_READER]) });
    expect(next.status).toBe(303);
  });

  it('has to log out first where it signed in while it was choosing', async () => {
    const { browser, answer } = await bring(offering(sandbox, ALL));
    const signIn = nameIn(await answer.text());
    await browser.post('/saml', { SAMLResponse: offering(sandbox, [PRODUCTION_READER]) });
    const roleIndex = DEVELOPMENT_READER.split(',')[0] ?? '';
    expect((await browser.post('/saml/role', { signIn, roleIndex })).status).toBe(400);
  });
});

describe('a provider that requires encryption', () => {
  const PROVIDER_ID = 'SAMLSPWEBSTRICT0001';
  const key = createCertifiedKey('encrypted for AWS');
  const pair = `arn:aws:iam::${PRODUCTION}:role/Strict,arn:aws:iam::${PRODUCTION}:saml-provider/strict`;

  beforeAll(() => {
    const { organization } = sandbox.aws;
    organization.put(PRODUCTION, 'samlProviders', {
      name: 'strict',
      metadataUrl: `${sandbox.federation.url}/aws/saml/metadata`,
      privateKeys: [key.privateKey],
      encryption: 'Required',
      providerId: PROVIDER_ID,
    });
    const principal = { Federated: `arn:aws:iam::${PRODUCTION}:saml-provider/strict` };
    const statement = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRoleWithSAML' };
    const trustPolicy = { Version: '2012-10-17', Statement: [statement] };
    organization.put(PRODUCTION, 'roles', { name: 'Strict', trustPolicy });
  });

  it('lets somebody in by its own place, and the assertion alone is not enough', async () => {
    const place = `/saml/acs/${PROVIDER_ID}`;
    const clear = offering(sandbox, [pair], { recipient: `${sandbox.url}${place}` });
    const browser = new ConsoleBrowser(sandbox);
    const refused = await browser.post(place, { SAMLResponse: clear });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('SAML assertion must be encrypted'),
    ]);
    const entered = await browser.post(place, { SAMLResponse: await encryptAssertion(clear, key) });
    expect(entered.headers.get('location')).toBe('/console/home');
  });

  it('is told in its own metadata where its responses go', async () => {
    const answer = await fetch(`${sandbox.url}/static/saml/${PROVIDER_ID}/saml-metadata.xml`);
    expect(await answer.text()).toContain(`Location="${sandbox.url}/saml/acs/${PROVIDER_ID}"`);
    expect((await fetch(`${sandbox.url}/static/saml/SAMLSPNOBODY/saml-metadata.xml`)).status).toBe(403);
  });
});
