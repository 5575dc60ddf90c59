import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { presignedUrl, type Signing, signedRequest } from '../support/sign-request.ts';
import {
  credentialsIn,
  failureOf,
  PRODUCTION,
  startSandboxAws,
  type TestSandboxAws,
  TOOLS,
} from '../support/start-sandbox-aws.ts';

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
  it('answers in XML, with the request id in header and body', async () => {
    const credentials = sandbox.keyOf(TOOLS, 'tools');
    const { url, init } = signedRequest(sandbox.url, { credentials, at: sandbox.now(), body: IDENTITY });
    const response = await fetch(url, init);
    const id = response.headers.get('x-amzn-requestid') ?? 'none';
    expect(response.headers.get('content-type')).toMatch(/^text\/xml/);
    expect(await response.text()).toMatch(
      new RegExp(
        `^<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${TOOLS}:user/tools</Arn><UserId>AIDA[A-Z2-7]{17}</UserId><Account>${TOOLS}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>$`,
      ),
    );
  });

  it('answers in JSON whoever asks for it, with times as numbers', async () => {
    const json = await call({
      body: 'Action=GetSessionToken&Version=2011-06-15',
      headers: { accept: 'application/json' },
    });
    const { GetSessionTokenResponse: answer } = JSON.parse(json.text) as {
      GetSessionTokenResponse: { GetSessionTokenResult: { Credentials: { Expiration: number } } };
    };
    expect(answer.GetSessionTokenResult.Credentials.Expiration).toBeGreaterThan(Date.now() / 1000);
    const refused = await post(IDENTITY, { accept: 'application/json' });
    expect(JSON.parse(refused.text)).toEqual({
      Error: {
        Code: 'MissingAuthenticationToken',
        Message: 'Request is missing Authentication Token',
        Type: 'Sender',
      },
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
  });

  it('takes everything in the query string of a GET, and of a pre-signed URL', async () => {
    const credentials = sandbox.keyOf(TOOLS, 'tools');
    expect((await call({ method: 'GET', query: IDENTITY, body: '' })).status).toBe(200);
    const session = credentialsIn(await sandbox.client(credentials).send(new GetSessionTokenCommand({})));
    for (const signer of [credentials, session]) {
      const url = presignedUrl(sandbox.url, { credentials: signer, at: sandbox.now(), query: IDENTITY });
      expect((await read(await fetch(url))).text).toContain(`user/tools</Arn>`);
      const tampered = await read(await fetch(url.replace('Expires=60', 'Expires=61')));
      expect(tampered.code).toBe('SignatureDoesNotMatch');
    }
  });

  it.each([
    [
      'Action=Nonsense&Version=2011-06-15',
      400,
      'InvalidAction',
      'Could not find operation Nonsense for version 2011-06-15',
    ],
    [
      'Action=GetCallerIdentity',
      400,
      'InvalidAction',
      'Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED',
    ],
    [
      'Action=toString&Version=2011-06-15',
      400,
      'InvalidAction',
      'Could not find operation toString for version 2011-06-15',
    ],
    ['Version=2011-06-15', 400, 'MissingAction', undefined],
    ['', 400, 'MissingAction', undefined],
    ['Action=%zz', 404, 'MalformedQueryString', undefined],
    [
      'Action=GetCallerIdentity&Action=AssumeRole&Version=2011-06-15',
      400,
      'InvalidQueryParameter',
      undefined,
    ],
    [IDENTITY, 403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'],
  ])('says what is wrong with %j', async (body, status, code, message) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status, code });
    if (message !== undefined) expect(answer.message).toBe(message);
    expect(answer.text).toMatch(
      /^<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><Error><Type>Sender<\/Type>.*<\/Error><RequestId>/,
    );
  });

  it('says that a number is none', async () => {
    const body = 'Action=GetSessionToken&Version=2011-06-15&DurationSeconds=soon';
    expect(await call({ body })).toMatchObject({ status: 400, code: 'MalformedInput' });
  });

  it('refuses other methods and bodies that are too large', async () => {
    expect(await call({ method: 'PUT' })).toMatchObject({ status: 405 });
    expect(await post(`Action=${'x'.repeat(600_000)}`)).toMatchObject({
      status: 413,
      code: 'RequestEntityTooLarge',
    });
  });

  it('sends who merely looks to the page about IAM', async () => {
    const response = await fetch(sandbox.url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, 'https://aws.amazon.com/iam']);
  });
});

describe('signatures', () => {
  it.each<[string, Partial<Signing>, string, string]>([
    [
      'another service',
      { service: 'iam' },
      'SignatureDoesNotMatch',
      "Credential should be scoped to correct service: 'sts'. ",
    ],
    [
      'no region',
      { region: 'nowhere' },
      'SignatureDoesNotMatch',
      "Credential should be scoped to a valid Region, not 'nowhere'. ",
    ],
    [
      'another terminator',
      { terminator: 'aws5' },
      'SignatureDoesNotMatch',
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'.",
    ],
    [
      'an unsigned host',
      { signedHeaders: ['content-type', 'x-amz-date'] },
      'SignatureDoesNotMatch',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'a slash too many',
      { region: 'us/east' },
      'IncompleteSignature',
      'Credential must have exactly 5 slash-delimited elements',
    ],
  ])('refuses %s', async (_what, signing, code, message) => {
    const answer = await call(signing);
    expect(answer.code).toBe(code);
    expect(answer.message?.replaceAll('&#39;', "'")).toContain(message);
  });

  it('refuses a scope of another day', async () => {
    const answer = await call({ date: '20200101' });
    expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(answer.message).toContain(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version',
    );
  });

  it('refuses what was signed more than 15 minutes ago or ahead, and takes what is within', async () => {
    const at = (minutes: number) => new Date(sandbox.now().getTime() + minutes * 60_000);
    expect((await call({ at: at(-14) })).status).toBe(200);
    expect((await call({ at: at(14) })).status).toBe(200);
    const old = await call({ at: at(-16) });
    expect(old).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(old.message).toMatch(
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    );
    expect((await call({ at: at(16) })).message).toMatch(
      /^Signature not yet current: .* is still later than .* \+ 15 min\.\)$/,
    );
  });

  it('refuses a wrong secret, an unknown key, and a body that changed on its way', async () => {
    const { accessKeyId } = sandbox.keyOf(TOOLS, 'tools');
    const wrong = sandbox
      .client({ accessKeyId, secretAccessKey: 'wrong' })
      .send(new GetCallerIdentityCommand({}));
    expect(await failureOf(wrong)).toEqual({
      code: 'SignatureDoesNotMatch',
      message:
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      status: 403,
    });
    const unknown = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
    expect(await failureOf(sandbox.client(unknown).send(new GetCallerIdentityCommand({})))).toEqual({
      code: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
      status: 403,
    });
    const { url, init } = signedRequest(sandbox.url, {
      credentials: sandbox.keyOf(TOOLS, 'tools'),
      at: sandbox.now(),
      body: IDENTITY,
    });
    const answer = await read(await fetch(url, { ...init, body: `${IDENTITY}&x=1` }));
    expect(answer.code).toBe('SignatureDoesNotMatch');
  });

  it('says which part of an Authorization header is missing', async () => {
    const answer = await post(IDENTITY, { authorization: 'AWS4-HMAC-SHA256 SignedHeaders=host' });
    expect(answer).toMatchObject({ status: 400, code: 'IncompleteSignature' });
    expect(answer.message).toContain("Authorization header requires 'Credential' parameter.");
    expect(answer.message).toContain("Authorization header requires 'Signature' parameter.");
    expect(answer.message).toContain("existence of either a 'X-Amz-Date' or a 'Date' header.");
  });
});

describe('session tokens', () => {
  async function twoSessions() {
    const client = sandbox.client(sandbox.keyOf(TOOLS, 'tools'));
    const issue = async () =>
      credentialsIn(await client.send(new GetSessionTokenCommand({ DurationSeconds: 900 })));
    return [await issue(), await issue()] as const;
  }

  it("are refused without their key, with another's, and with a long-term key", async () => {
    const [first, second] = await twoSessions();
    const bare = { accessKeyId: first.accessKeyId, secretAccessKey: first.secretAccessKey };
    const mixed = { ...first, sessionToken: second.sessionToken };
    const leftOver = { ...sandbox.keyOf(TOOLS, 'tools'), sessionToken: first.sessionToken };
    const changed = { ...first, sessionToken: first.sessionToken.replace(/.(?=.{20}$)/, '-') };
    for (const credentials of [bare, mixed, leftOver, changed]) {
      expect(await call({ credentials })).toMatchObject({ status: 403, code: 'InvalidClientTokenId' });
    }
  });

  it('expire', async () => {
    const [credentials] = await twoSessions();
    expect((await call({ credentials })).status).toBe(200);
    sandbox.clockOffsetMs = 901_000;
    expect(await call({ credentials, at: sandbox.now() })).toMatchObject({
      status: 403,
      code: 'ExpiredToken',
      message: 'The security token included in the request is expired',
    });
  });

  it('must be signed with the rest', async () => {
    const [credentials] = await twoSessions();
    const answer = await call({ credentials, signedHeaders: ['host', 'x-amz-date'] });
    expect(answer.code).toBe('SignatureDoesNotMatch');
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

describe('an organization of one’s own', () => {
  const account = '999900001111';
  const trust = (action: string | string[], condition?: object) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:user/u` },
        Action: action,
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });
  let own: TestSandboxAws;
  beforeAll(async () => {
    own = await startSandboxAws({
      world: () => ({
        accounts: [
          {
            id: account,
            name: 'Own',
            rootAccessKeys: [{ id: 'AKIAROOTROOTROOTROOT', secret: 'root' }],
            users: [
              { name: 'u', accessKeys: [{ id: 'AKIAUSERUSERUSERUSER', secret: 'user' }] },
              { name: 'bare', accessKeys: [{ id: 'AKIABAREBAREBAREBARE', secret: 'bare' }] },
            ],
            roles: [
              { name: 'Untagged', trustPolicy: trust('sts:AssumeRole') },
              {
                name: 'WithMfa',
                trustPolicy: trust('sts:AssumeRole', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
              },
              {
                name: 'OnlyErin',
                trustPolicy: trust(['sts:AssumeRole', 'sts:SetSourceIdentity'], {
                  StringEquals: { 'sts:SourceIdentity': 'erin' },
                }),
              },
            ],
          },
        ],
      }),
    });
  });
  afterAll(() => own.close());
  const assume = (
    input: object,
    credentials = { accessKeyId: 'AKIAUSERUSERUSERUSER', secretAccessKey: 'user' },
  ) =>
    own.client(credentials).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/Untagged`,
        RoleSessionName: 'erin',
        ...input,
      }),
    );

  it('fails the whole call where the trust policy lacks sts:TagSession or sts:SetSourceIdentity', async () => {
    await expect(assume({})).resolves.toHaveProperty('Credentials');
    const tagged = await failureOf(assume({ Tags: [{ Key: 'a', Value: 'b' }] }));
    expect(tagged.message).toContain('is not authorized to perform: sts:TagSession on resource');
    const named = await failureOf(assume({ SourceIdentity: 'erin' }));
    expect(named.message).toContain('is not authorized to perform: sts:SetSourceIdentity on resource');
  });

  it('keeps to the conditions of a trust policy', async () => {
    const onlyErin = { RoleArn: `arn:aws:iam::${account}:role/OnlyErin` };
    await expect(assume({ ...onlyErin, SourceIdentity: 'erin' })).resolves.toHaveProperty(
      'SourceIdentity',
      'erin',
    );
    expect((await failureOf(assume({ ...onlyErin, SourceIdentity: 'nora' }))).code).toBe('AccessDenied');
    const withMfa = { RoleArn: `arn:aws:iam::${account}:role/WithMfa` };
    expect((await failureOf(assume(withMfa))).code).toBe('AccessDenied');
  });

  it('lets no root user assume a role, and no user whom nobody trusts', async () => {
    const root = { accessKeyId: 'AKIAROOTROOTROOTROOT', secretAccessKey: 'root' };
    expect(await failureOf(assume({}, root))).toMatchObject({
      code: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
    expect(
      (await failureOf(assume({}, { accessKeyId: 'AKIABAREBAREBAREBARE', secretAccessKey: 'bare' }))).code,
    ).toBe('AccessDenied');
  });

  it("cuts a root user's session to an hour instead of refusing it", async () => {
    const root = own.client({ accessKeyId: 'AKIAROOTROOTROOTROOT', secretAccessKey: 'root' });
    const { Credentials: issued } = await root.send(new GetSessionTokenCommand({ DurationSeconds: 43_200 }));
    expect((issued?.Expiration?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(3_600_000);
  });
});
