import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConsoleBrowser,
  offering,
  PRODUCTION_READER,
  startSandboxWithPages,
} from '../support/console-browser.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;

beforeAll(async () => {
  sandbox = await startSandboxWithPages();
});
afterAll(() => sandbox.close());

/** Brings a response to the sign-in endpoint. */
function bring(samlResponse: string, fields: Record<string, string> = {}): Promise<Response> {
  return new ConsoleBrowser(sandbox).post('/saml', { SAMLResponse: samlResponse, ...fields });
}

describe('RelayState', () => {
  it.each([
    'https://evil.test/',
    '//evil.test/',
    'javascript:alert(1)',
    'https://console.aws.amazon.com.evil.test/',
    'https://console.amazonaws.cn/console/home',
    '\r\nSet-Cookie: x=y',
    'an identity provider’s own',
  ])('never leads to %j', async (RelayState) => {
    const answer = await bring(offering(sandbox, [PRODUCTION_READER]), { RelayState });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/home']);
  });
});

describe('a response that is no good', () => {
  it.each<[string, () => string]>([
    ['nothing', () => ''],
    ['no base64', () => '<xml>'],
    ['no XML', () => Buffer.from('hello').toString('base64')],
    ['another document', () => Buffer.from('<a/>').toString('base64')],
    ['more than AWS takes', () => 'A'.repeat(100_001)],
    ['no role', () => offering(sandbox, [])],
    ['a role without its provider', () => offering(sandbox, ['arn:aws:iam::444455556666:role/ReadOnly'])],
  ])('because it is %s gets AWS’s page, with a way to log out', async (_what, samlResponse) => {
    const after = sandbox.aws.journal.lastId;
    const answer = await bring(samlResponse());
    const html = await answer.text();
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([400, null]);
    expect(html).toContain('Your request included an invalid SAML response.');
    expect(html).toContain('To logout, <a href="/oauth?Action=logout">click here</a>.');
    expect(sandbox.aws.journal.entries(after)).toMatchObject([
      { action: 'AssumeRoleWithSAML', result: { status: 400 } },
    ]);
  });

  it('because of its signature is told so in STS’s words, with the request’s id', async () => {
    const answer = await bring(offering(sandbox, [PRODUCTION_READER], { signs: 'none' }));
    const html = await answer.text();
    const id = answer.headers.get('x-amzn-requestid') ?? 'none';
    expect(html).toContain(
      `Response signature invalid (Service: AWSSecurityTokenService; Status Code: 400; Error Code: InvalidIdentityToken; Request ID: ${id}; Proxy: null)`,
    );
    const explained = await new ConsoleBrowser(sandbox).get(
      /href="(\/explain\/[^"]+)"/.exec(html)?.[1] ?? '',
    );
    expect([explained.status, await explained.text()]).toEqual([200, expect.stringContaining(id)]);
  });

  it('because the body is larger than any response is refused without being read', async () => {
    const answer = await bring('A'.repeat(400_000));
    expect(answer.status).toBe(413);
  });

  it.each(['/saml', '/saml/acs/SAMLSPX', '/saml?SAMLResponse=eA%3D%3D'])(
    'because it came by a link gets the page, which says how it has to come: %s',
    async (path) => {
      const answer = await new ConsoleBrowser(sandbox).get(path);
      const html = await answer.text();
      expect([answer.status, html.includes('HTTP-POST binding')]).toEqual([400, true]);
    },
  );

  it.each(['/saml/acs/%ZZ', '/saml/acs/%00'])('because of its address %s is refused', async (path) => {
    expect((await new ConsoleBrowser(sandbox).post(path, { SAMLResponse: 'x' })).status).toBe(400);
  });

  it.each(['/saml', '/saml/role', '/saml/acs/SAMLSPX'])(
    'as no form gets the page too at %s',
    async (path) => {
      const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
      expect((await fetch(`${sandbox.url}${path}`, init)).status).toBe(400);
    },
  );
});
