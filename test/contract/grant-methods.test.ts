import { createHash, createHmac } from 'node:crypto';
import { unlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStsAnswer } from '../../src/core/check-sts-answer.ts';
import { BrokerError, type ErrorCode } from '../../src/core/errors.ts';
import type { Role } from '../../src/core/catalogue.ts';
import { GRANT_METHOD_NAMES, GRANT_SUPPORT } from '../../src/core/grant-methods.ts';
import { stsEndpointsOf } from '../../src/grants/sts-endpoint.ts';
import { buildPermit, type PermitParts } from '../support/build-permit.ts';
import { stsReply, type FakeStsCall } from '../support/fake-sts.ts';
import { startGrantWorld, type GrantWorld } from '../support/grant-world.ts';

const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }],
};
const GRANTS: Readonly<Record<(typeof GRANT_METHOD_NAMES)[number], Role['grant']>> = {
  'assume-role': { method: 'assume-role', credentialSource: 'main' },
  'assume-role-with-saml': { method: 'assume-role-with-saml', samlProviderName: 'daypass' },
  'assume-role-with-web-identity': { method: 'assume-role-with-web-identity', token: 'minted' },
  'get-federation-token': { method: 'get-federation-token', credentialSource: 'main' },
  'get-session-token': { method: 'get-session-token', credentialSource: 'main' },
};

let world: GrantWorld;
beforeEach(async () => {
  world = await startGrantWorld();
});
afterEach(() => world.close());

function lastCall(): FakeStsCall {
  const call = world.sts.calls.at(-1);
  if (call === undefined) throw new Error('STS was not called');
  return call;
}

function sent(): Record<string, string> {
  return Object.fromEntries(lastCall().parameters);
}

async function codeOf(work: Promise<unknown>): Promise<ErrorCode> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof BrokerError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown.code;
}

describe.each(GRANT_METHOD_NAMES)('the grant method %s', (name) => {
  const limits: PermitParts['limits'] =
    GRANT_SUPPORT[name].sessionPolicy === 'none' ? {} : { sessionPolicy: POLICY };

  it('calls its operation for exactly the permitted time, and its answer stands the check', async () => {
    const permit = buildPermit({ grant: GRANTS[name], limits, request: { durationSeconds: 901 } });
    const answer = await world.methods[name].issue(permit, {});
    expect(world.methods[name].name).toBe(name);
    expect(sent()).toMatchObject({
      Action: GRANT_SUPPORT[name].operation,
      Version: '2011-06-15',
      DurationSeconds: '901',
    });
    const credentials = checkStsAnswer(permit, answer, new Date());
    expect(credentials.reveal().secretAccessKey).toBe('fake/Secret+Access/Key');
  });

  it('signs exactly where the operation is signed', async () => {
    await world.methods[name].issue(buildPermit({ grant: GRANTS[name], limits }), {});
    const { authorization } = lastCall().headers;
    if (GRANT_SUPPORT[name].needsCredentialSource) {
      expect(authorization).toMatch(
        /Credential=AKIAMAINMAINMAINMAIN\/[0-9]{8}\/eu-central-1\/sts\/aws4_request/,
      );
    } else expect(authorization).toBeUndefined();
  });

  it('takes no other method’s permit', async () => {
    const other = GRANTS[name === 'assume-role' ? 'assume-role-with-saml' : 'assume-role'];
    const work = world.methods[name].issue(buildPermit({ grant: other }), {});
    expect(await codeOf(work)).toBe('internal');
    expect(world.sts.calls).toEqual([]);
  });
});

describe('AssumeRole', () => {
  it('sends what the permit says and nothing else', async () => {
    const permit = buildPermit({
      grant: { method: 'assume-role', credentialSource: 'main', externalId: '12345' },
      limits: {
        sessionPolicy: POLICY,
        managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        sessionTags: [
          { key: 'Project', value: 'Über + 東京', transitive: true },
          { key: 'Cost Center', fromAttribute: 'costCenter', transitive: false },
        ],
      },
      attributes: new Map([['costCenter', ['4711']]]),
    });
    await world.methods['assume-role'].issue(permit, {});
    expect(sent()).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::111122223333:role/teams/payments/Engineer',
      RoleSessionName: permit.sessionName,
      SourceIdentity: permit.sourceIdentity,
      DurationSeconds: '3600',
      ExternalId: '12345',
      Policy: JSON.stringify(POLICY),
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      'Tags.member.1.Key': 'Project',
      'Tags.member.1.Value': 'Über + 東京',
      'Tags.member.2.Key': 'Cost Center',
      'Tags.member.2.Value': '4711',
      'TransitiveTagKeys.member.1': 'Project',
    });
  });

  it('leaves out what the permit leaves out', async () => {
    const permit = buildPermit({ grant: GRANTS['assume-role'], limits: { sourceIdentity: false } });
    await world.methods['assume-role'].issue(permit, {});
    expect(Object.keys(sent()).toSorted()).toEqual(
      ['Action', 'DurationSeconds', 'RoleArn', 'RoleSessionName', 'Version'].toSorted(),
    );
  });

  it('is signed so that an independent verifier agrees', async () => {
    await world.methods['assume-role'].issue(
      buildPermit({ grant: GRANTS['assume-role'], limits: { sessionPolicy: POLICY } }),
      {},
    );
    expect(signatureOf(lastCall(), 'main/secret+of/the/broker')).toBe(
      /Signature=([0-9a-f]{64})/.exec(lastCall().headers.authorization ?? '')?.[1],
    );
  });

  describe('through a hub role', () => {
    const hub = {
      method: 'assume-role',
      credentialSource: 'main',
      hubRoleArn: 'arn:aws:iam::444455556666:role/hub',
    } as const;

    it('assumes the hub first, under the broker’s own name, and keeps its session', async () => {
      world.sts.reply = (call) =>
        call.parameters.get('RoleArn') === hub.hubRoleArn
          ? stsReply(call, { accessKeyId: 'ASIAHUBHUBHUBHUBHUBH', sessionToken: 'HubSession' })
          : undefined;
      const permit = buildPermit({ grant: hub });
      await Promise.all([
        world.methods['assume-role'].issue(permit, {}),
        world.methods['assume-role'].issue(permit, {}),
      ]);
      const answer = await world.methods['assume-role'].issue(permit, {});
      expect(checkStsAnswer(permit, answer, new Date()).accessKeyId).toBe('ASIAFAKEFAKEFAKEFAKE');
      const [first, ...others] = world.sts.calls;
      expect(Object.fromEntries(first?.parameters ?? [])).toEqual({
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: hub.hubRoleArn,
        RoleSessionName: 'daypass',
        DurationSeconds: '3600',
      });
      expect(first?.headers.authorization).toContain('Credential=AKIAMAINMAINMAINMAIN/');
      expect(others).toHaveLength(3);
      for (const call of others) {
        expect(call.parameters.get('RoleArn')).toBe(permit.roleArn);
        expect(call.headers.authorization).toContain('Credential=ASIAHUBHUBHUBHUBHUBH/');
        expect(call.headers['x-amz-security-token']).toBe('HubSession');
      }
    });

    it('assumes the hub again five minutes before its session ends', async () => {
      world.sts.reply = (call) =>
        call.parameters.get('RoleArn') === hub.hubRoleArn
          ? stsReply(call, { expiration: new Date(Date.now() + 299_000).toISOString() })
          : undefined;
      const permit = buildPermit({ grant: hub });
      await world.methods['assume-role'].issue(permit, {});
      await world.methods['assume-role'].issue(permit, {});
      const hubCalls = world.sts.calls.filter(
        ({ parameters }) => parameters.get('RoleArn') === hub.hubRoleArn,
      );
      expect(hubCalls.length).toBeGreaterThanOrEqual(2);
    });

    it('hands nothing out when the hub’s answer is incomplete', async () => {
      world.sts.reply = (call) => stsReply(call, { sessionToken: '' });
      const work = world.methods['assume-role'].issue(buildPermit({ grant: hub }), {});
      expect(await codeOf(work)).toBe('sts.bad_response');
      expect(world.sts.calls.every(({ parameters }) => parameters.get('RoleArn') === hub.hubRoleArn)).toBe(
        true,
      );
    });
  });
});

describe('AssumeRoleWithSAML', () => {
  it('sends an assertion for the permitted role, with name, tags and source identity in it', async () => {
    const permit = buildPermit({
      grant: { method: 'assume-role-with-saml', samlProviderName: 'corp.idp' },
      limits: {
        sessionPolicy: POLICY,
        managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        sessionTags: [{ key: 'Project', value: 'Automation', transitive: true }],
      },
    });
    await world.methods['assume-role-with-saml'].issue(permit, {});
    const { SAMLAssertion: assertion, ...others } = sent();
    expect(others).toEqual({
      Action: 'AssumeRoleWithSAML',
      Version: '2011-06-15',
      RoleArn: permit.roleArn,
      PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/corp.idp',
      DurationSeconds: '3600',
      Policy: JSON.stringify(POLICY),
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    });
    const xml = Buffer.from(assertion ?? '', 'base64').toString('utf8');
    expect(xml).toContain(`>${permit.roleArn},arn:aws:iam::111122223333:saml-provider/corp.idp<`);
    expect(xml).toContain(`>${permit.sessionName ?? ''}<`);
    expect(xml).toContain('PrincipalTag:Project');
  });
});

describe('AssumeRoleWithWebIdentity', () => {
  it('sends a token for the permitted role alone', async () => {
    const permit = buildPermit({ grant: GRANTS['assume-role-with-web-identity'] });
    await world.methods['assume-role-with-web-identity'].issue(permit, { userIdToken: 'never.sent.this' });
    const { WebIdentityToken: token, ...others } = sent();
    expect(others).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: permit.roleArn,
      RoleSessionName: permit.sessionName,
      DurationSeconds: '3600',
    });
    expect(JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      iss: 'https://daypass.example/aws',
      sub: permit.sessionName,
      'https://aws.amazon.com/roles': [permit.roleArn],
      'https://aws.amazon.com/source_identity': permit.sourceIdentity,
    });
  });

  describe('with the person’s own ID token', () => {
    const grant = { method: 'assume-role-with-web-identity', token: 'user' } as const;
    const method = 'assume-role-with-web-identity';

    function idToken(claims: object): string {
      return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
    }

    it('passes it on as it is', async () => {
      const userIdToken = idToken({ exp: Date.now() / 1_000 + 60 });
      const permit = buildPermit({ grant });
      const answer = await world.methods[method].issue(permit, { userIdToken });
      expect(sent()).toMatchObject({ WebIdentityToken: userIdToken, RoleArn: permit.roleArn });
      expect(checkStsAnswer(permit, answer, new Date()).accessKeyId).toBe('ASIAFAKEFAKEFAKEFAKE');
    });

    it.each([
      ['expired', idToken({ exp: Date.now() / 1_000 - 1 })],
      ['about to expire', idToken({ exp: Date.now() / 1_000 + 5 })],
      ['without an end', idToken({})],
      ['with an end that is no number', idToken({ exp: 'tomorrow' })],
      ['no JWT', 'x'],
      ['not an object', `e30.${Buffer.from('null').toString('base64url')}.c2ln`],
    ])('asks for a fresh sign-in before anything is sent when it is %s', async (_what, userIdToken) => {
      const work = world.methods[method].issue(buildPermit({ grant }), { userIdToken });
      expect(await codeOf(work)).toBe('sign_in.again');
      expect(world.sts.calls).toEqual([]);
    });

    it('says that another kind of sign-in is needed where there is none', async () => {
      expect(await codeOf(world.methods[method].issue(buildPermit({ grant }), {}))).toBe('role.no_id_token');
      expect(world.sts.calls).toEqual([]);
    });

    it('does not send one that STS would refuse for its length', async () => {
      const userIdToken = idToken({ exp: Date.now() / 1_000 + 60, groups: 'g'.repeat(20_000) });
      const work = world.methods[method].issue(buildPermit({ grant }), { userIdToken });
      expect(await codeOf(work)).toBe('sts.refused');
      expect(world.sts.calls).toEqual([]);
    });
  });
});

describe('GetFederationToken', () => {
  it('sends its name within 32 characters, its policies and its tags', async () => {
    const permit = buildPermit({
      grant: GRANTS['get-federation-token'],
      subject: 'a-very-long-subject-indeed@subsidiary.example.com',
      limits: { sessionPolicy: POLICY, sessionTags: [{ key: 'Project', value: 'A', transitive: false }] },
    });
    await world.methods['get-federation-token'].issue(permit, {});
    expect(permit.sessionName?.length).toBeLessThanOrEqual(32);
    expect(sent()).toEqual({
      Action: 'GetFederationToken',
      Version: '2011-06-15',
      Name: permit.sessionName,
      DurationSeconds: '43200',
      Policy: JSON.stringify(POLICY),
      'Tags.member.1.Key': 'Project',
      'Tags.member.1.Value': 'A',
    });
  });
});

describe('GetSessionToken', () => {
  const grant = {
    method: 'get-session-token',
    credentialSource: 'main',
    mfaSerialNumber: 'arn:aws:iam::111122223333:mfa/alice',
  } as const;

  it('sends the MFA code where the role asks for one', async () => {
    await world.methods['get-session-token'].issue(buildPermit({ grant }), { mfaCode: '123456' });
    expect(sent()).toEqual({
      Action: 'GetSessionToken',
      Version: '2011-06-15',
      DurationSeconds: '43200',
      SerialNumber: 'arn:aws:iam::111122223333:mfa/alice',
      TokenCode: '123456',
    });
  });

  it('sends no code that the role does not ask for', async () => {
    const permit = buildPermit({ grant: GRANTS['get-session-token'] });
    await world.methods['get-session-token'].issue(permit, { mfaCode: '123456' });
    expect(sent()).not.toHaveProperty('TokenCode');
  });

  it('asks for the code before anything is sent', async () => {
    const issue = world.methods['get-session-token'].issue(buildPermit({ grant }), {});
    expect(await codeOf(issue)).toBe('mfa.required');
    expect(world.sts.calls).toEqual([]);
  });

  it.each(['', '12345', '1234567', '12345a', '１２３４５６', '12345\n'])(
    'refuses %j as a code before anything is sent',
    async (mfaCode) => {
      const issue = world.methods['get-session-token'].issue(buildPermit({ grant }), { mfaCode });
      expect(await codeOf(issue)).toBe('mfa.invalid');
      expect(world.sts.calls).toEqual([]);
    },
  );
});

describe('a key file', () => {
  const permit = (): ReturnType<typeof buildPermit> => buildPermit({ grant: GRANTS['assume-role'] });

  it('is read again when it changes, without a restart', async () => {
    await world.methods['assume-role'].issue(permit(), {});
    await world.writeKeyFile({ AccessKeyId: 'AKIANEXTNEXTNEXTNEXT', SessionToken: 'SomeToken' });
    world.clockOffsetMs = 1_500;
    await world.methods['assume-role'].issue(permit(), {});
    expect(lastCall().headers.authorization).toContain('Credential=AKIANEXTNEXTNEXTNEXT/');
    expect(lastCall().headers['x-amz-security-token']).toBe('SomeToken');
  });

  it.each([
    ['not JSON', '{"Version":1,'],
    [
      'another version',
      JSON.stringify({ Version: 2, AccessKeyId: 'AKIAMAINMAINMAINMAIN', SecretAccessKey: 's' }),
    ],
    ['without a secret', JSON.stringify({ Version: 1, AccessKeyId: 'AKIAMAINMAINMAINMAIN' })],
    ['too large', ' '.repeat(70_000)],
  ])('that is %s is the broker’s fault, and its content is not told', async (_what, content) => {
    await writeFile(world.keyFile, content);
    const thrown = await world.methods['assume-role'].issue(permit(), {}).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'broker.credentials' });
    expect(String(thrown)).not.toContain('AKIA');
    expect(world.sts.calls).toEqual([]);
    await world.writeKeyFile();
    await expect(world.methods['assume-role'].issue(permit(), {})).resolves.toBeDefined();
  });

  it('that is gone or whose credentials have ended is the broker’s fault', async () => {
    await world.writeKeyFile({ Expiration: new Date(Date.now() - 1_000).toISOString() });
    expect(await codeOf(world.methods['assume-role'].issue(permit(), {}))).toBe('broker.credentials');
    await unlink(world.keyFile);
    world.clockOffsetMs = 2_000;
    expect(await codeOf(world.methods['assume-role'].issue(permit(), {}))).toBe('broker.credentials');
  });
});

describe('the STS endpoint of an account', () => {
  const regions = {
    aws: ['eu-central-1'],
    'aws-cn': ['cn-north-1'],
    'aws-us-gov': ['us-gov-west-1'],
    'aws-eusc': ['eusc-de-east-1'],
  };
  const account = {
    id: '111122223333',
    name: 'A',
    partition: 'aws',
    colour: 'grey',
    stsEndpoint: 'regional',
  } as const;

  it.each([
    [{}, 'https://sts.eu-central-1.amazonaws.com/', 'eu-central-1'],
    [{ region: 'ap-southeast-2' }, 'https://sts.ap-southeast-2.amazonaws.com/', 'ap-southeast-2'],
    [{ stsEndpoint: 'global' as const }, 'https://sts.amazonaws.com/', 'us-east-1'],
    [{ partition: 'aws-cn' as const }, 'https://sts.cn-north-1.amazonaws.com.cn/', 'cn-north-1'],
    [{ partition: 'aws-us-gov' as const }, 'https://sts.us-gov-west-1.amazonaws.com/', 'us-gov-west-1'],
    [{ partition: 'aws-eusc' as const }, 'https://sts.eusc-de-east-1.amazonaws.eu/', 'eusc-de-east-1'],
  ])('is regional unless the account says global: %j', (changes, url, region) => {
    const endpoints = stsEndpointsOf({ ...account, ...changes }, { regions });
    expect(endpoints.map((endpoint) => [endpoint.url.href, endpoint.region])).toEqual([[url, region]]);
  });

  it('can be replaced, and keeps the region that calls are signed for', () => {
    const endpoints = stsEndpointsOf(account, { regions, stsEndpoint: 'http://localhost:8081' });
    expect(endpoints.map((endpoint) => [endpoint.url.href, endpoint.region])).toEqual([
      ['http://localhost:8081/', 'eu-central-1'],
    ]);
  });

  it('is in each region of the configuration’s list, in order, where the account names none', () => {
    const listed = { ...regions, aws: ['eu-central-1', 'eu-west-1'] };
    const regionsOf = (changes: object): string[] =>
      stsEndpointsOf({ ...account, ...changes }, { regions: listed }).map(({ region }) => region);
    expect(regionsOf({})).toEqual(['eu-central-1', 'eu-west-1']);
    expect(regionsOf({ region: 'eu-north-1' })).toEqual(['eu-north-1']);
    expect(regionsOf({ stsEndpoint: 'global' })).toEqual(['us-east-1']);
  });

  it.each(['x@127.0.0.1:1/', 'cn-north-1', 'eu-central-1.evil.example', 'EU-CENTRAL-1', ''])(
    'T09: is never made of %j',
    (region) => {
      expect(() => stsEndpointsOf({ ...account, region }, { regions })).toThrow(BrokerError);
    },
  );
});

/** SigV4 by the book: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signatureOf({ headers, rawBody }: FakeStsCall, secret: string): string {
  const authorization = headers.authorization ?? '';
  const [, scope = ''] = /Credential=[^/]+\/([^,]+)/.exec(authorization) ?? [];
  const [, signedHeaders = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  const canonicalHeaders = signedHeaders
    .split(';')
    .map((name) => `${name}:${String(headers[name])}\n`)
    .join('');
  const canonical = ['POST', '/', '', canonicalHeaders, signedHeaders, sha256(rawBody)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>(
      (part, next) => createHmac('sha256', part).update(next).digest(),
      `AWS4${secret}`,
    );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
