import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Signing, signedRequest } from '../support/sign-request.ts';
import { PRODUCTION, startSandboxAws, type TestSandboxAws, TOOLS } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.clockOffsetMs = 0;
});

const IDENTITY = 'Action=GetCallerIdentity&Version=2011-06-15';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const unescaped = (name: string) =>
    new RegExp(`<${name}>([^<]*)</${name}>`)
      .exec(text)?.[1]
      ?.replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
  return { status: response.status, text, code: unescaped('Code'), message: unescaped('Message') };
}

async function post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
  return read(await fetch(sandbox.url, { method: 'POST', body, headers: { ...FORM, ...headers } }));
}

async function call(signing: Partial<Signing> = {}): Promise<Answer> {
  const credentials = sandbox.keyOf(TOOLS, 'tools');
  const { url, init } = signedRequest(sandbox.url, {
    credentials,
    at: sandbox.now(),
    body: IDENTITY,
    ...signing,
  });
  return read(await fetch(url, init));
}

describe('the Query protocol', () => {
  // The words are nowhere certain, so no row of the conformance table has them.
  it.each([
    ['Action=Nonsense&Version=2011-06-15', 'Could not find operation Nonsense for version 2011-06-15'],
    ['Action=GetSessionToken', 'Could not find operation GetSessionToken for version NO_VERSION_SPECIFIED'],
    ['Action=toString&Version=2011-06-15', 'Could not find operation toString for version 2011-06-15'],
  ])('names the operation that %j asks for', async (body, message) => {
    expect(await post(body)).toMatchObject({ status: 400, code: 'InvalidAction', message });
  });

  it('refuses other methods and bodies that are too large', async () => {
    expect(await call({ method: 'PUT' })).toMatchObject({ status: 405 });
    expect(await post(`Action=${'x'.repeat(600_000)}`)).toMatchObject({
      status: 413,
      code: 'RequestEntityTooLarge',
    });
  });
});

describe('input from outside', () => {
  it('is never a fault of ours, whatever it is', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const names = [
      'RoleArn',
      'RoleSessionName',
      'SAMLAssertion',
      'WebIdentityToken',
      'PrincipalArn',
      'DurationSeconds',
      'Policy',
      'Tags.member.1.Key',
      'Tags.member.1.Value',
      'TransitiveTagKeys.member.1',
      'PolicyArns.member.1.arn',
      '__proto__',
      'SerialNumber',
      'TokenCode',
    ];
    const actions = [
      'AssumeRole',
      'AssumeRoleWithSAML',
      'AssumeRoleWithWebIdentity',
      'GetFederationToken',
      'GetSessionToken',
      'constructor',
    ];
    const calls = fc.record({
      action: fc.constantFrom(...actions),
      parameters: fc.dictionary(
        fc.constantFrom(...names),
        fc.oneof(text, fc.constantFrom('1000', `arn:aws:iam::${PRODUCTION}:role/Ec2Operator`, 'erin', '{}')),
      ),
      signed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(calls, async ({ action, parameters, signed }) => {
        const form = new URLSearchParams({ Action: action, Version: '2011-06-15', ...parameters }).toString();
        const answer = signed ? await call({ body: form }) : await post(form);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['deep nesting', '<a>'.repeat(15_000)],
    ['deep nesting with brackets in attributes', '<a b="/>">'.repeat(7_000)],
    ['quotes that never end', '<a"'.repeat(22_000)],
    ['comments that never end', '<!--'.repeat(18_000)],
    ['many elements', `<r>${'<a/>'.repeat(18_000)}</r>`],
  ])('costs little: %s', async (_what, xml) => {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithSAML',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::222233334444:role/ReadOnly',
      PrincipalArn: 'arn:aws:iam::222233334444:saml-provider/daypass',
      SAMLAssertion: Buffer.from(xml).toString('base64'),
    }).toString();
    const started = performance.now();
    expect((await post(body)).status).toBe(400);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('an identity provider that does not answer', () => {
  it('is told apart from one that answers wrongly, within seconds, and heals', async () => {
    const { federation } = sandbox;
    const send = async () =>
      post(
        new URLSearchParams({
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: 'arn:aws:iam::222233334444:role/DataAnalyst',
          RoleSessionName: 'erin',
          WebIdentityToken: await federation.token({
            claims: { 'https://aws.amazon.com/roles': 'arn:aws:iam::222233334444:role/DataAnalyst' },
          }),
        }).toString(),
      );
    const path = '/aws/.well-known/openid-configuration';
    federation.serve(path, { hang: true });
    expect(await send()).toMatchObject({ status: 400, code: 'IDPCommunicationError' });
    federation.serve(path, { status: 500 });
    expect(await send()).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
    federation.serve(path, { body: '{}' });
    expect(await send()).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
    federation.serve(path, { body: 'x'.repeat(1_100_000) });
    expect(await send()).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
    federation.serve(path, undefined);
    expect(await send()).toMatchObject({ status: 200 });
  });
});
