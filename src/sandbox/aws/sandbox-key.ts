import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keepFile } from '../kept-file.ts';

const KEY_BYTES = 32;

/**
 * The one secret of this sandbox. Everything else that must be secret and survive a restart (users'
 * keys, MFA seeds, the seal of session tokens) is derived from it, each under a label of its own.
 */
export class SandboxKey {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new Error(`a sandbox key has ${KEY_BYTES} bytes`);
    this.#key = key;
  }

  derive(label: string): Buffer {
    return createHmac('sha256', this.#key).update(label).digest();
  }
}

/** Reads `{dataDir}/sandbox/aws.key`, or makes it with mode 0600. */
export async function loadSandboxKey(dataDir: string): Promise<SandboxKey> {
  const file = join(dataDir, 'sandbox', 'aws.key');
  const text = await keepFile(file, () => Promise.resolve(randomBytes(KEY_BYTES).toString('hex')));
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new Error(`${file} does not hold a sandbox key: delete it and the sandbox makes a new one`);
  }
  return new SandboxKey(Buffer.from(text, 'hex'));
}
