import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { BrokerError } from '../../src/core/errors.ts';
import type { WebIdentityTokenRequest } from '../../src/core/ports/signer.ts';
import { createSigning, type Signing } from '../../src/signing/create-signing.ts';
import { memorySigningKeyStore } from '../support/memory-signing-key-store.ts';

const NOW = new Date('2026-03-05T10:15:00.400Z');
let signing: Signing;

beforeAll(() => {
  signing = createSigning({
    baseUrl: 'https://daypass.example',
    store: memorySigningKeyStore(),
    clock: { now: () => NOW },
    activeDays: 90,
    overlapDays: 14,
  });
});

async function claims(changes: Partial<WebIdentityTokenRequest> = {}): Promise<JWTPayload> {
  const token = await signing.signer.webIdentityToken({
    roleArn: 'arn:aws:iam::111122223333:role/Engineer',
    subject: 'alice-abcdefabcdef',
    sessionTags: [],
    ...changes,
  });
  const published = (await signing.publishedKeys.jwks()) as unknown as JSONWebKeySet;
  const { payload } = await jwtVerify(token, createLocalJWKSet(published), {
    issuer: 'https://daypass.example/aws',
    audience: 'sts.amazonaws.com',
    algorithms: ['RS256'],
    typ: 'JWT',
    currentDate: NOW,
  });
  return payload;
}

describe('a minted web identity token', () => {
  it('A18: is for AWS’s STS, one subject and five minutes, with an id of its own', async () => {
    const [one, two] = [await claims(), await claims()];
    expect(one).toMatchObject({
      aud: 'sts.amazonaws.com',
      sub: 'alice-abcdefabcdef',
      iat: 1_772_705_700,
      exp: 1_772_706_000,
    });
    expect(one.jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.jti).not.toBe(two.jti);
  });

  it('A19: is good for one role', async () => {
    expect(await claims()).toMatchObject({
      'https://aws.amazon.com/roles': ['arn:aws:iam::111122223333:role/Engineer'],
    });
  });

  it('carries tags and source identity as AWS wants them, and nothing where there are none', async () => {
    const sessionTags = [
      { key: 'Project', value: 'Automation', transitive: true },
      { key: '__proto__', value: 'x', transitive: false },
    ];
    const full = await claims({ sourceIdentity: 'alice-abcdefabcdef', sessionTags });
    expect(full['https://aws.amazon.com/source_identity']).toBe('alice-abcdefabcdef');
    expect(JSON.stringify(full['https://aws.amazon.com/tags'])).toBe(
      '{"principal_tags":{"Project":["Automation"],"__proto__":["x"]},"transitive_tag_keys":["Project"]}',
    );
    const bare = await claims();
    expect(bare).not.toHaveProperty('https://aws.amazon.com/tags');
    expect(bare).not.toHaveProperty('https://aws.amazon.com/source_identity');
  });

  it.each(['a:role:bcdef', 'repo/x/y', 'short', '', 'with space'])(
    'A18: is not made for a subject that could read as another: %j',
    async (subject) => {
      await expect(claims({ subject })).rejects.toThrow(BrokerError);
    },
  );
});
