import { createHmac, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Secret } from '../../../lib/secret.ts';
import { accessKeyIdFor } from '../organization/identifiers.ts';
import type { SandboxKey } from '../sandbox-key.ts';
import { NONCE_BYTES, Seal, SEAL_BYTES } from './seal.ts';

/** STS's limit for a finished token since September 2026, in bytes. */
export const MAX_SESSION_TOKEN_BYTES = 4096;

/** Nine bytes that make every token start `IQoJb3JpZ2lu`, as AWS's do: secret scanners know it. */
const TOKEN_PREFIX = Buffer.from('IQoJb3JpZ2lu', 'base64');
const MAX_CLAIMS_BYTES = 64 * 1024;

/** With what the session was asked for; decides chaining, and what the console federation allows. */
export type SessionOrigin =
  'long-term-key' | 'user-session' | 'role-session' | 'saml' | 'web-identity' | 'service';

export interface SessionTag {
  readonly key: string;
  readonly value: string;
}

/** Everything a session is. It travels in the token itself, so that nothing grows with sessions. */
export interface SessionClaims {
  readonly kind: 'assumed-role' | 'federated-user' | 'user-session';
  readonly accountId: string;
  /** ARN of the role, or of the IAM user, whose permissions these are. */
  readonly principalArn: string;
  /** Its unique id: another of the same name is not the one whose session this is. `issueSession` sets it. */
  readonly principalId?: string;
  /** RoleSessionName, or the federated user's name; empty for a user's session. */
  readonly name: string;
  readonly origin: SessionOrigin;
  /** Epoch seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly policy?: string;
  readonly policyArns?: readonly string[];
  readonly tags?: readonly SessionTag[];
  /** Keys of `tags` that pass on to chained sessions. */
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** Epoch seconds of the MFA code. */
  readonly mfaAt?: number;
  /** ARN of the SAML or OpenID provider that this session goes back to. */
  readonly federatedProvider?: string;
  /** Condition keys of the federation that stay with the session: `saml:sub`, `{issuer}:aud`. */
  readonly federation?: Readonly<Record<string, string | readonly string[]>>;
}

export interface IssuedSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  /** Length of the token in bytes. Above MAX_SESSION_TOKEN_BYTES it must not be handed out. */
  readonly tokenBytes: number;
  readonly expiresAt: Date;
}

export interface OpenedSession {
  readonly claims: SessionClaims;
  readonly secretAccessKey: Secret;
}

/**
 * Temporary credentials without a table: the key id names the account, the token is the claims,
 * sealed, and the secret follows from both. They outlive a restart because the key does.
 */
export class Sessions {
  readonly #seal: Seal;
  readonly #secretKey: Buffer;

  constructor(key: SandboxKey) {
    this.#seal = new Seal(key.derive('session-token'));
    this.#secretKey = key.derive('session-secret');
  }

  /** `minimumTokenBytes` pads the token (STS's MinimumSessionTokenSize). */
  issue(claims: SessionClaims, minimumTokenBytes = 0): IssuedSession {
    const accessKeyId = accessKeyIdFor('ASIA', claims.accountId, randomBytes(5));
    const { plain, claimsBytes } = pack(claims, minimumTokenBytes);
    const sealed = this.#seal.seal(plain, accessKeyId);
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const token = Buffer.concat([TOKEN_PREFIX, sealed]).toString('base64');
    return {
      accessKeyId,
      secretAccessKey: this.#secretFor(accessKeyId, nonce),
      sessionToken: new Secret(token),
      // What deflates well may still be more than `open` is willing to inflate.
      tokenBytes: claimsBytes > MAX_CLAIMS_BYTES ? claimsBytes : Buffer.byteLength(token),
      expiresAt: new Date(claims.expiresAt * 1000),
    };
  }

  /** Nothing, where the token is not ours or was not issued with this key id. Expiry is the caller's to check. */
  open(accessKeyId: string, sessionToken: string): OpenedSession | undefined {
    if (sessionToken.length > MAX_SESSION_TOKEN_BYTES) return undefined;
    const bytes = Buffer.from(sessionToken, 'base64');
    const isOurForm = bytes.indexOf(TOKEN_PREFIX) === 0 && bytes.toString('base64') === sessionToken;
    if (!isOurForm) return undefined;
    const sealed = bytes.subarray(TOKEN_PREFIX.length);
    const plain = this.#seal.open(sealed, accessKeyId);
    if (plain === undefined) return undefined;
    const nonce = sealed.subarray(0, NONCE_BYTES);
    return { claims: unpack(plain), secretAccessKey: this.#secretFor(accessKeyId, nonce) };
  }

  /** 40 characters, as AWS's. The nonce gives it 96 bits that the key id, with 39, has not. */
  #secretFor(accessKeyId: string, nonce: Buffer): Secret {
    const mac = createHmac('sha256', this.#secretKey).update(accessKeyId).update(nonce).digest();
    return new Secret(mac.subarray(0, 30).toString('base64'));
  }
}

/** Two bytes of length, the deflated claims, zeros up to the wanted size of the token. */
function pack(claims: SessionClaims, minimumTokenBytes: number): { plain: Buffer; claimsBytes: number } {
  const bytes = Buffer.from(JSON.stringify(claims));
  const deflated = deflateRawSync(bytes, { level: 9 });
  const wanted = Math.ceil(minimumTokenBytes / 4) * 3 - TOKEN_PREFIX.length - SEAL_BYTES;
  const plain = Buffer.alloc(Math.max(2 + deflated.length, wanted));
  // A longer one makes a token that nobody hands out, so its length may say anything.
  plain.writeUInt16BE(Math.min(deflated.length, 0xffff), 0);
  deflated.copy(plain, 2);
  return { plain, claimsBytes: bytes.length };
}

/** Trusted: only what `issue` sealed gets here. */
function unpack(plain: Buffer): SessionClaims {
  const deflated = plain.subarray(2, 2 + plain.readUInt16BE(0));
  const text = inflateRawSync(deflated, { maxOutputLength: MAX_CLAIMS_BYTES }).toString('utf8');
  return JSON.parse(text) as SessionClaims;
}
