import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SandboxKey } from '../sandbox-key.ts';
import { type AuthorizationFailure, describeFailure } from './authorization-failure.ts';
import { Seal } from './seal.ts';

/** DecodeAuthorizationMessage takes no longer one. */
const MAX_MESSAGE_CHARACTERS = 10_240;

/** AWS says that messages expire, not when. */
const LIFETIME_MS = 24 * 60 * 60 * 1000;

const MAX_DECODED_BYTES = 256 * 1024;
const TIME_BYTES = 8;

/** From everything down to what always fits. */
const DETAILS = [
  { conditions: 200, statements: 50 },
  { conditions: 20, statements: 5 },
  { conditions: 0, statements: 0 },
];

/**
 * The encoded messages that a refusal by EC2 carries. Each holds its own content, sealed: whoever was refused
 * cannot read why, whoever may call DecodeAuthorizationMessage in the same account can, and nothing is kept here.
 */
export class AuthorizationMessages {
  readonly #seal: Seal;

  constructor(key: SandboxKey) {
    this.#seal = new Seal(key.derive('authorization-message'));
  }

  encode(failure: AuthorizationFailure, at: Date): string {
    const accountId = failure.caller.account.id;
    let message = '';
    for (const detail of DETAILS) {
      const text = Buffer.from(JSON.stringify(describeFailure(failure, detail)));
      message = this.#sealed(text, accountId, at);
      if (text.length <= MAX_DECODED_BYTES && message.length <= MAX_MESSAGE_CHARACTERS) break;
    }
    return message;
  }

  /** The JSON text; nothing where the message is not ours, not of this account, changed, or too old. */
  decode(message: string, accountId: string, now: Date): string | undefined {
    const bytes = Buffer.from(message, 'base64url');
    if (bytes.toString('base64url') !== message) return undefined;
    const plain = this.#seal.open(bytes, accountId);
    if (plain === undefined) return undefined;
    const madeAt = plain.readDoubleBE(0);
    if (now.getTime() - madeAt > LIFETIME_MS) return undefined;
    return inflateRawSync(plain.subarray(TIME_BYTES), { maxOutputLength: MAX_DECODED_BYTES }).toString(
      'utf8',
    );
  }

  #sealed(text: Buffer, accountId: string, at: Date): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeDoubleBE(at.getTime());
    return this.#seal.seal(Buffer.concat([time, deflateRawSync(text)]), accountId).toString('base64url');
  }
}
