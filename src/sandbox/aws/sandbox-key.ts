import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
  const folder = join(dataDir, 'sandbox');
  const file = join(folder, 'aws.key');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, randomBytes(KEY_BYTES).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const text = (await readFile(file, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new Error(`${file} does not hold a sandbox key: delete it and the sandbox makes a new one`);
  }
  return new SandboxKey(Buffer.from(text, 'hex'));
}
