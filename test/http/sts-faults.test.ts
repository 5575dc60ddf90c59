/** What STS, the network and the broker's own keys can do to a call, each over real HTTP. */
import { createServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStsAnswer } from '../../src/core/check-sts-answer.ts';
import type { Permit } from '../../src/core/decide-access.ts';
import { BrokerError, type ErrorCode } from '../../src/core/errors.ts';
import { buildPermit } from '../support/build-permit.ts';
import { stsRefusal, stsReply, type FakeStsReply, type StsValues } from '../support/fake-sts.ts';
import { startGrantWorld, type GrantWorld } from '../support/grant-world.ts';

const ASSUME_ROLE = { method: 'assume-role', credentialSource: 'main' } as const;
let world: GrantWorld;
beforeEach(async () => {
  world = await startGrantWorld({ limits: { totalTimeoutMs: 400, connectTimeoutMs: 300 } });
});
afterEach(() => world.close());

/** As the pipeline does: the call, then the look at its answer. */
async function issue(permit: Permit = buildPermit({ grant: ASSUME_ROLE })): Promise<unknown> {
  const answer = await world.methods[permit.role.grant.method].issue(permit, {
    mfaCode: '123456',
    userIdToken: `e30.${Buffer.from(JSON.stringify({ exp: Date.now() / 1_000 + 60 })).toString('base64url')}.c2ln`,
  });
  return checkStsAnswer(permit, answer, new Date(Date.now() + world.clockOffsetMs));
}

async function refusal(permit?: Permit): Promise<BrokerError> {
  const thrown: unknown = await issue(permit).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof BrokerError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
}

function always(reply: FakeStsReply): void {
  world.sts.reply = () => reply;
}

function answering(changes: Partial<StsValues>): void {
  world.sts.reply = (call) => stsReply(call, changes);
}

async function heals(): Promise<void> {
  world.sts.reply = undefined;
  await expect(issue()).resolves.toBeDefined();
}

describe('T01: throttling', () => {
  it('T01: is tried once more, then told with a time to wait', async () => {
    always(stsRefusal('Throttling', 'Rate exceeded'));
    expect(await refusal()).toMatchObject({
      code: 'sts.throttled',
      kind: 'unavailable',
      retryAfterSeconds: 5,
    });
    expect(world.sts.calls).toHaveLength(2);
    await heals();
  });

  it('T01: heals within the call when the second attempt succeeds', async () => {
    world.sts.reply = () =>
      world.sts.calls.length === 1 ? stsRefusal('Throttling', 'Rate exceeded') : undefined;
    await expect(issue()).resolves.toBeDefined();
  });

  it.each([
    ['7', 7],
    ['99999', 60],
    ['soon', 5],
  ])('T01: passes on Retry-After %j within reason', async (header, seconds) => {
    always(stsRefusal('Throttling', 'Rate exceeded', { status: 400, headers: { 'retry-after': header } }));
    expect(await refusal()).toMatchObject({ code: 'sts.throttled', retryAfterSeconds: seconds });
  });
});

describe('T02: no answer in time', () => {
  it.each<[string, FakeStsReply]>([
    ['a hang', () => undefined],
    ['headers and then nothing', (response) => response.writeHead(200).write('<AssumeRoleResponse>')],
    [
      'a body that drips',
      (response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('T02: %s is a timeout, asked once', async (_what, reply) => {
    always(reply);
    const before = Date.now();
    expect(await refusal()).toMatchObject({ code: 'sts.timeout', kind: 'upstream-timeout' });
    expect(Date.now() - before).toBeLessThan(2_000);
    expect(world.sts.calls).toHaveLength(1);
    await heals();
  });
});

describe('T03: no connection', () => {
  it('T03: a reset is tried once more, then STS is unavailable', async () => {
    always((response) => response.destroy());
    expect(await refusal()).toMatchObject({ code: 'sts.unavailable', kind: 'unavailable' });
    expect(world.sts.calls).toHaveLength(2);
    await heals();
  });

  it('T03: a cut in the middle of the answer is no answer', async () => {
    always((response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.write('<AssumeRoleResponse>');
      setTimeout(() => response.destroy(), 10);
    });
    expect((await refusal()).code).toBe('sts.unavailable');
  });

  it.each([
    ['a refused connection', async () => `http://127.0.0.1:${await freePort()}`],
    ['an unknown host', () => Promise.resolve('http://sts.invalid')],
    ['a server without TLS', () => Promise.resolve(world.sts.url.replace('http:', 'https:'))],
  ])('T03: %s', async (_what, url) => {
    const other = await startGrantWorld({ stsEndpoint: await url() });
    try {
      const issued = other.methods['assume-role'].issue(buildPermit({ grant: ASSUME_ROLE }), {});
      await expect(issued).rejects.toMatchObject({ code: 'sts.unavailable' });
    } finally {
      await other.close();
    }
  });

  it.each([500, 502, 503])('T03: status %i without STS’s own form', async (status) => {
    always({ status, body: '<html><body>Bad gateway</body></html>' });
    expect((await refusal()).code).toBe('sts.unavailable');
  });
});

describe('T04: an answer that is not one', () => {
  it.each<[string, FakeStsReply]>([
    ['an empty body', { status: 200, body: '' }],
    ['a page', { status: 200, body: '<html><body>Welcome</body></html>' }],
    ['JSON', { status: 200, body: '{}' }],
    [
      'a result without credentials',
      { status: 200, body: '<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>' },
    ],
    ['a redirect', { status: 302, body: '', headers: { location: 'https://aws.amazon.com/iam' } }],
    ['a 404 page', { status: 404, body: '<html/>' }],
  ])('T04: %s', async (_what, reply) => {
    always(reply);
    expect(await refusal()).toMatchObject({ code: 'sts.bad_response', kind: 'upstream-bad' });
  });

  it.each<[string, Partial<StsValues>]>([
    ['no key id', { accessKeyId: '' }],
    ['a key id that is none', { accessKeyId: 'ASIA&#10;export X=1;aaaaaa' }],
    ['no secret', { secretAccessKey: '' }],
    ['a secret with a space', { secretAccessKey: 'a b' }],
    ['no session token', { sessionToken: '' }],
    ['an endless session token', { sessionToken: 'x'.repeat(20_000) }],
    ['no expiration', { expiration: '' }],
    ['an expiration that is none', { expiration: 'tomorrow' }],
    ['an expiration in the past', { expiration: '2020-01-01T00:00:00Z' }],
    ['an expiration in a minute', { expiration: inSeconds(55) }],
    ['a longer life than asked for', { expiration: inSeconds(3_600 + 90) }],
    ['another role', { arn: 'arn:aws:sts::111122223333:assumed-role/Admin/alice' }],
    ['no session', { arn: '' }],
    ['another source identity', { sourceIdentity: 'mallory' }],
    ['no source identity', { sourceIdentity: '' }],
  ])('T04: %s', async (_what, changes) => {
    answering(changes);
    const error = await refusal();
    expect(error.code).toBe('sts.bad_response');
    expect(inspect(error)).not.toContain('fake/Secret');
  });

  it.each([
    ['partition', 'arn:aws-cn:sts::111122223333:assumed-role/Engineer/NAME'],
    ['account', 'arn:aws:sts::999999999999:assumed-role/Engineer/NAME'],
    ['role', 'arn:aws:sts::111122223333:assumed-role/Engineers/NAME'],
    ['kind', 'arn:aws:sts::111122223333:federated-user/NAME'],
    ['session name', 'arn:aws:sts::111122223333:assumed-role/Engineer/NAMES'],
    ['path', 'arn:aws:sts::111122223333:assumed-role/teams/payments/Engineer/NAME'],
  ])('T04: a session of another %s', async (_what, arn) => {
    const permit = buildPermit({ grant: ASSUME_ROLE });
    answering({ arn: arn.replace('NAME', permit.sessionName ?? '') });
    expect((await refusal(permit)).code).toBe('sts.bad_response');
  });
});

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString();
}

describe('T05: an answer that harms its reader', () => {
  it.each([
    ['broken XML', '<AssumeRoleResponse><AssumeRoleResult>'],
    ['no XML', '\u0000\u0001\u0002'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><AssumeRoleResponse>&b;</AssumeRoleResponse>'],
    [
      'an unknown entity',
      '<AssumeRoleResponse><AssumeRoleResult>&unknown;</AssumeRoleResult></AssumeRoleResponse>',
    ],
  ])('T05: %s', async (_what, body) => {
    always({ status: 200, body });
    expect((await refusal()).code).toBe('sts.bad_response');
  });

  it('T05: is cut off after a megabyte, whatever length it announces', async () => {
    let written = 0;
    always((response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(65_536, 'x');
      const pour = (): void => {
        while (!response.destroyed && written < 200 * 1_048_576) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', pour);
        }
      };
      pour();
    });
    expect((await refusal()).code).toBe('sts.bad_response');
    expect(written).toBeLessThan(50 * 1_048_576);
    expect(world.sts.calls).toHaveLength(1);
  });
});

describe('T06: a refusal', () => {
  it.each<[string, string, number, ErrorCode]>([
    [
      'AccessDenied',
      'User: arn:x is not authorized to perform: sts:AssumeRole on resource: arn:y',
      403,
      'sts.refused',
    ],
    ['MalformedPolicyDocument', 'Syntax errors in policy.', 400, 'session_policy.malformed'],
    [
      'PackedPolicyTooLarge',
      'Packed policy consumes 157% of allotted space',
      400,
      'session_policy.malformed',
    ],
    ['RegionDisabledException', 'STS is not activated in this region for account:1', 403, 'sts.refused'],
    ['IDPCommunicationError', 'could not reach the provider', 400, 'sts.refused'],
    ['IDPRejectedClaim', 'claim rejected', 403, 'sts.refused'],
    ['InvalidIdentityToken', 'Response signature invalid', 400, 'sts.refused'],
    ['ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance', 400, 'sts.refused'],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      400,
      'duration',
    ],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      400,
      'duration',
    ],
    ['ValidationError', '1 validation error detected', 400, 'sts.refused'],
    ['InvalidParameterValue', 'Duplicate tag keys found.', 400, 'sts.refused'],
    ['SomethingNew', 'who knows', 400, 'sts.refused'],
    ['InternalFailure', 'oops', 500, 'sts.unavailable'],
    ['ServiceUnavailable', 'oops', 503, 'sts.unavailable'],
  ])('T06: %s (%s)', async (code, message, status, expected) => {
    always(stsRefusal(code, message, { status }));
    const error = await refusal();
    expect(error.code).toBe(expected);
    // AWS's own words stay with the operator.
    expect(error.text).not.toContain(message);
    expect(error.detail).toContain(code);
  });

  it('T06: of a source identity is never tried again without it', async () => {
    always(stsRefusal('AccessDenied', 'not authorized to perform: sts:SetSourceIdentity', { status: 403 }));
    expect((await refusal()).code).toBe('sts.refused');
    expect(world.sts.calls).toHaveLength(1);
  });

  it.each<[string, ErrorCode]>([
    ['MultiFactorAuthentication failed with invalid MFA one time pass code. ', 'mfa.invalid'],
    [
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
      'sts.refused',
    ],
    ['Cannot call GetSessionToken with session credentials', 'broker.credentials'],
  ])('T06: %s', async (message, expected) => {
    const grant = {
      method: 'get-session-token',
      credentialSource: 'main',
      mfaSerialNumber: 'arn:aws:iam::111122223333:mfa/alice',
    } as const;
    always(stsRefusal('AccessDenied', message, { status: 403 }));
    expect((await refusal(buildPermit({ grant }))).code).toBe(expected);
  });

  it('T06: an ID token that AWS finds expired leads to a fresh sign-in', async () => {
    const grant = { method: 'assume-role-with-web-identity', token: 'user' } as const;
    always(stsRefusal('ExpiredTokenException', 'Token expired: current date/time 2 must be before 1'));
    expect((await refusal(buildPermit({ grant }))).code).toBe('sign_in.again');
  });

  it('T06: that quotes a token or spans lines is told without either', async () => {
    always(
      stsRefusal(
        'ValidationError',
        `1 validation error detected: Value 'eyJhbGciOiJSUzI1NiJ9.secret' at 'webIdentityToken' failed to satisfy constraint:&#10;GET /forged${'x'.repeat(5_000)}`,
      ),
    );
    const error = await refusal();
    expect(error.detail).toContain("at 'webIdentityToken'");
    expect(inspect(error)).not.toContain('eyJ');
    expect(error.detail).not.toContain('\n');
    expect(error.detail?.length).toBeLessThan(600);
  });

  it('T06: of our signature never repeats what was signed', async () => {
    always(
      stsRefusal('SignatureDoesNotMatch', 'The Canonical String was x-amz-security-token:SECRET', {
        status: 403,
      }),
    );
    expect(inspect(await refusal())).not.toContain('SECRET');
  });
});

describe('T07: a clock that is wrong', () => {
  it('T07: is put right by AWS’s own time, and the answer counts by it', async () => {
    const ahead = 10 * 60_000;
    const amazonDate = new Date(Date.now() + ahead);
    world.sts.reply = (call) => {
      const signedAt = String(call.headers['x-amz-date']);
      const late = Math.abs(fromBasic(signedAt) - amazonDate.getTime()) > 5 * 60_000;
      const headers = { date: amazonDate.toUTCString() };
      if (late) return stsRefusal('SignatureDoesNotMatch', 'Signature expired', { status: 403, headers });
      const reply = stsReply(call, { expiration: new Date(amazonDate.getTime() + 3_600_000).toISOString() });
      return typeof reply === 'function' ? reply : { ...reply, headers };
    };
    await expect(issue()).resolves.toBeDefined();
    expect(world.sts.calls).toHaveLength(2);
    await issue();
    expect(world.sts.calls).toHaveLength(3);
  });

  it('T07: is not believed when the difference cannot be', async () => {
    world.sts.reply = (call) => {
      const reply = stsReply(call, { expiration: '2040-01-01T01:00:00Z' });
      return typeof reply === 'function'
        ? reply
        : { ...reply, headers: { date: 'Sun, 01 Jan 2040 00:00:00 GMT' } };
    };
    expect((await refusal()).code).toBe('sts.bad_response');
  });
});

function fromBasic(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

describe('T08: a crash between STS and the answer', () => {
  it('T08: leaves a session in AWS’s logs that the intent’s session name finds again', async () => {
    const permit = buildPermit({ grant: ASSUME_ROLE });
    await issue(permit);
    const parameters = world.sts.calls[0]?.parameters;
    expect(parameters?.get('RoleSessionName')).toBe(permit.sessionName);
    expect(parameters?.get('SourceIdentity')).toBe(permit.sourceIdentity);
  });
});

describe('T10: the broker’s own credentials', () => {
  it.each(['InvalidClientTokenId', 'ExpiredToken', 'SignatureDoesNotMatch', 'MissingAuthenticationToken'])(
    'T10: refused with %s are the broker’s fault, and mend themselves',
    async (code) => {
      always(stsRefusal(code, 'The security token included in the request is invalid.', { status: 403 }));
      expect(await refusal()).toMatchObject({ code: 'broker.credentials', kind: 'unavailable' });
      await heals();
    },
  );

  it('T10: a hub’s session that was revoked is fetched anew by the next call', async () => {
    const hubRoleArn = 'arn:aws:iam::444455556666:role/hub';
    const permit = buildPermit({ grant: { ...ASSUME_ROLE, hubRoleArn } });
    await issue(permit);
    world.sts.reply = (call) =>
      call.parameters.get('RoleArn') === hubRoleArn
        ? undefined
        : stsRefusal('InvalidClientTokenId', 'The security token included in the request is invalid.', {
            status: 403,
          });
    expect((await refusal(permit)).code).toBe('broker.credentials');
    world.sts.reply = undefined;
    world.sts.calls.length = 0;
    await issue(permit);
    expect(world.sts.calls.map(({ parameters }) => parameters.get('RoleArn'))).toEqual([
      hubRoleArn,
      permit.roleArn,
    ]);
  });

  it('T10: nowhere to be found are the broker’s fault', async () => {
    const kept = { ...process.env };
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_CONFIG_FILE: '/nonexistent',
    });
    try {
      const permit = buildPermit({ grant: { method: 'assume-role', credentialSource: 'other' } });
      expect((await refusal(permit)).code).toBe('broker.credentials');
      expect(world.sts.calls).toEqual([]);
    } finally {
      for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, kept);
    }
  });
});

describe('whatever happens', () => {
  it('no error carries the raw answer, which may hold credentials', async () => {
    world.sts.reply = (call) => {
      const reply = stsReply(call);
      return typeof reply === 'function'
        ? reply
        : { ...reply, body: reply.body.replace('</AssumeRoleResponse>', '') };
    };
    const error = await refusal();
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('fake/Secret');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
