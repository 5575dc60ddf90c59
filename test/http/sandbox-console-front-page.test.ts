import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandboxWithPages } from '../support/console-browser.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;

beforeAll(async () => {
  sandbox = await startSandboxWithPages();
});
afterAll(() => sandbox.close());

describe('the front page', () => {
  const html = { accept: 'text/html,*/*' };

  it('shows a browser the accounts, the trust policies and the MFA code', async () => {
    const answer = await fetch(`${sandbox.url}/`, { headers: html });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    for (const part of [
      'Example Production',
      'ExampleCorpCostReader',
      'sts:ExternalId',
      'lambda.amazonaws.com',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/class="code-of-the-moment">\d{6}</);
  });

  it.each<[string, string, Record<string, string>]>([
    ['a signed request', '/', { ...html, authorization: 'AWS4-HMAC-SHA256 x' }],
    ['a pre-signed request', '/?X-Amz-Algorithm=AWS4-HMAC-SHA256', html],
    ['a query request', '/?Action=GetCallerIdentity&Version=2011-06-15', html],
  ])('leaves %s to the services', async (_what, path, headers) => {
    const answer = await fetch(`${sandbox.url}${path}`, { headers });
    expect([400, 403]).toContain(answer.status);
    expect(await answer.text()).toContain('<Code>');
  });

  it('is not for programs', async () => {
    const answer = await fetch(`${sandbox.url}/`, { headers: { accept: '*/*' }, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://aws.amazon.com/iam']);
  });

  async function play(service: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${sandbox.url}/_sandbox/play`, {
      method: 'POST',
      headers: { origin: sandbox.url },
      body: new URLSearchParams({ service }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  it('plays Lambda: the role is assumed, and the session policy leaves it one action', async () => {
    const { status, text } = await play('lambda.amazonaws.com');
    expect(status).toBe(200);
    expect(text).toContain('lambda.amazonaws.com has the role');
    expect(text).toContain('assumed-role/EdgeListBuckets/');
    const answers = Array.from(
      text.slice(0, text.indexOf('Last calls')).matchAll(/<strong class="(?:good|bad)">(allowed|denied)</g),
      ([, word]) => word,
    );
    expect(answers).toEqual(['allowed', 'denied', 'denied']);
    expect(sandbox.aws.journal.entries().at(-1)).toMatchObject({
      action: 'AssumeRole',
      result: { status: 200 },
    });
  });

  it('plays another service: refused, with what AWS would not say', async () => {
    const { text } = await play('ec2.amazonaws.com');
    expect(text).toContain('ec2.amazonaws.com is refused: AccessDenied');
    expect(text).toContain('What AWS would not say');
  });

  it('plays nobody else', async () => {
    expect((await play('arn:aws:iam::111122223333:user/daypass-broker')).status).toBe(400);
    expect((await play('')).status).toBe(400);
  });
});
