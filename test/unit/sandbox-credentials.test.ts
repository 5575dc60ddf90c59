import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessKeyIdFor,
  accountOfAccessKeyId,
  base32,
  isWellFormedArn,
  issuerName,
} from '../../src/sandbox/aws/organization/identifiers.ts';
import { MfaDevices } from '../../src/sandbox/aws/sts/mfa-devices.ts';
import { loadSandboxKey, SandboxKey } from '../../src/sandbox/aws/sandbox-key.ts';
import { MAX_SESSION_TOKEN_BYTES, type SessionClaims, Sessions } from '../../src/sandbox/aws/sts/sessions.ts';
import { totpCode, totpStep } from '../../src/sandbox/aws/sts/totp.ts';

const key = new SandboxKey(Buffer.alloc(32, 7));
const claims: SessionClaims = {
  kind: 'assumed-role',
  accountId: '444455556666',
  principalArn: 'arn:aws:iam::444455556666:role/Ec2Operator',
  name: 'erin',
  origin: 'long-term-key',
  issuedAt: 1_800_000_000,
  expiresAt: 1_800_003_600,
};

describe('access key ids', () => {
  it('decode to the account, as the published example does', () => {
    expect(accountOfAccessKeyId('ASIAQNZGKIQY56JQ7WML')).toBe('029608264753');
  });

  it('carry any account there and back', () => {
    const accounts = fc
      .integer({ min: 0, max: 999_999_999_999 })
      .map((number) => String(number).padStart(12, '0'));
    fc.assert(
      fc.property(accounts, fc.uint8Array({ minLength: 5, maxLength: 5 }), (account, random) => {
        const id = accessKeyIdFor('ASIA', account, random);
        expect(id).toMatch(/^ASIA[A-Z2-7]{16}$/);
        expect(accountOfAccessKeyId(id)).toBe(account);
      }),
    );
  });

  it.each(['', 'AKIA', 'AKIAIOSFODNN7EXAMPL1', 'akiaiosfodnn7example'])('%j carries none', (id) => {
    expect(accountOfAccessKeyId(id)).toBeUndefined();
  });
});

describe('identifiers', () => {
  it('writes base32 as RFC 4648 does', () => {
    expect(
      ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32(Buffer.from(text))),
    ).toEqual(['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI']);
  });

  it.each([
    ['arn:aws:iam::123456789012:role/x', true],
    ['arn:a:b:::something/test-role', true],
    ['arn::iam::123456789012:role/x', false],
    ['arn:aws::us-east-1:123456789012:role/x', false],
    ['arn:aws:iam::123456789012:', false],
    ['arn:aws:iam::123456789012', false],
    ['role/x', false],
  ])('%s is an ARN to STS: %s', (text, expected) => {
    expect(isWellFormedArn(text)).toBe(expected);
  });

  it('names issuers without their scheme', () => {
    expect(issuerName('https://a.example/b')).toBe('a.example/b');
    expect(issuerName('http://localhost:8080/aws')).toBe('localhost:8080/aws');
  });
});

describe('one-time codes', () => {
  // RFC 6238, appendix B, the last six digits of its eight.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ])('at %i is %s', (seconds, code) => {
    const seed = Buffer.from('12345678901234567890');
    expect(totpCode(seed, totpStep(new Date(seconds * 1000)))).toBe(code);
  });

  const device = { serialNumber: 'arn:aws:iam::111122223333:mfa/tools', seed: Buffer.alloc(20, 3) };
  const at = new Date(1_800_000_010_000);
  const later = (steps: number) => new Date(at.getTime() + steps * 30_000);

  it('works once, and spends those before it', () => {
    const devices = new MfaDevices();
    const codes = [-1, 0].map((step) => totpCode(device.seed, totpStep(later(step))));
    expect(devices.verify(device, codes[1] ?? '', at)).toBe(true);
    expect(devices.verify(device, codes[1] ?? '', at)).toBe(false);
    expect(devices.verify(device, codes[0] ?? '', at)).toBe(false);
    expect(devices.verify(device, codes[1] ?? '', later(1))).toBe(false);
  });

  it('may come a step early or late, and no more', () => {
    for (const [steps, expected] of [
      [-2, false],
      [-1, true],
      [1, true],
      [2, false],
    ] as const) {
      const code = totpCode(device.seed, totpStep(later(steps)));
      expect(new MfaDevices().verify(device, code, at)).toBe(expected);
    }
  });

  it('is the next one on the display once the current is spent', () => {
    const devices = new MfaDevices();
    const first = devices.display(device, at);
    expect(devices.verify(device, first.code, at)).toBe(true);
    const second = devices.display(device, at);
    expect(second.code).not.toBe(first.code);
    expect(devices.verify(device, second.code, at)).toBe(true);
  });

  it.each(['', '12345', '1234567', '１２３４５６', '💥💥💥'])('is not %j', (code) => {
    expect(new MfaDevices().verify(device, code, at)).toBe(false);
  });
});

describe('sessions', () => {
  it('are whole after they were sealed and opened, also by another process with the same key', () => {
    const issued = new Sessions(key).issue(claims);
    const opened = new Sessions(new SandboxKey(Buffer.alloc(32, 7))).open(
      issued.accessKeyId,
      issued.sessionToken.reveal(),
    );
    expect(opened?.claims).toEqual(claims);
    expect(opened?.secretAccessKey.reveal()).toBe(issued.secretAccessKey.reveal());
    expect(issued.secretAccessKey.reveal()).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(issued.sessionToken.reveal()).toMatch(/^IQoJb3JpZ2lu/);
    expect(accountOfAccessKeyId(issued.accessKeyId)).toBe(claims.accountId);
  });

  it('open with no other key id, no other seal, and no changed token', () => {
    const sessions = new Sessions(key);
    const [one, two] = [sessions.issue(claims), sessions.issue(claims)];
    const token = one.sessionToken.reveal();
    expect(sessions.open(two.accessKeyId, token)).toBeUndefined();
    expect(new Sessions(new SandboxKey(Buffer.alloc(32, 8))).open(one.accessKeyId, token)).toBeUndefined();
    for (let at = 0; at < token.length; at += 7) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      // The prefix is there for scanners and covered by nothing.
      if (at >= 12) expect(sessions.open(one.accessKeyId, changed)).toBeUndefined();
    }
  });

  it('are not opened from rubbish', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 5_000 }),
        fc.base64String({ maxLength: 5_000 }),
        (a, b) => {
          expect(new Sessions(key).open(a, b)).toBeUndefined();
          expect(new Sessions(key).open(b, a)).toBeUndefined();
        },
      ),
    );
  });

  it.each([0, 1, 500, 777, 4095, 4096])('are padded to at least %i bytes and still open', (minimum) => {
    const sessions = new Sessions(key);
    const issued = sessions.issue(claims, minimum);
    expect(issued.tokenBytes).toBeGreaterThanOrEqual(minimum);
    expect(issued.tokenBytes).toBeLessThanOrEqual(MAX_SESSION_TOKEN_BYTES);
    expect(sessions.open(issued.accessKeyId, issued.sessionToken.reveal())?.claims).toEqual(claims);
  });

  it('say that they are too large when they deflate well and inflate to too much', () => {
    const issued = new Sessions(key).issue({ ...claims, policy: ' '.repeat(100_000) });
    expect(issued.tokenBytes).toBeGreaterThan(MAX_SESSION_TOKEN_BYTES);
  });

  it('keep a tag whose key is the name of something in JavaScript', () => {
    const sessions = new Sessions(key);
    const tags = [{ key: '__proto__', value: 'x' }];
    const issued = sessions.issue({ ...claims, tags });
    expect(sessions.open(issued.accessKeyId, issued.sessionToken.reveal())?.claims.tags).toEqual(tags);
  });
});

describe('the key of the sandbox', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sandbox-key-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  it('is made once, for its owner alone, and stays', async () => {
    const [first, second] = await Promise.all([loadSandboxKey(dataDir), loadSandboxKey(dataDir)]);
    expect(second.derive('a')).toEqual(first.derive('a'));
    expect(first.derive('b')).not.toEqual(first.derive('a'));
    expect((await stat(join(dataDir, 'sandbox', 'aws.key'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(dataDir, 'sandbox', 'aws.key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says what to do when its file is damaged', async () => {
    await writeFile(join(dataDir, 'sandbox', 'aws.key'), 'x');
    await expect(loadSandboxKey(dataDir)).rejects.toThrow(/delete it and the sandbox makes a new one/);
  });
});
