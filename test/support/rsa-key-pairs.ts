/**
 * RSA key pairs. One takes a fifth of a second of a processor, so they are kept among the temporary files, and the nth
 * of a test file is the nth of every other; within a file no two are the same. What a module makes while it is
 * loaded may stay for the files after it: those are counted on and on.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const directory = join(process.env['XDG_CACHE_HOME'] ?? tmpdir(), 'daypass-test-rsa-keys');

/** By name of the file: reading a key is not for nothing either. */
const known = new Map<string, KeyPair>();
const counts = { loading: 0, testing: 0 };
let now: keyof typeof counts = 'loading';

export function rsaKeyPair(modulusLength = 2_048): KeyPair {
  counts[now] += 1;
  const name = `${modulusLength}-${now}-${counts[now]}.pem`;
  const pair = known.get(name) ?? readOrMake(name, modulusLength);
  known.set(name, pair);
  return pair;
}

function readOrMake(name: string, modulusLength: number): KeyPair {
  const file = join(directory, name);
  try {
    return pairOf(readFileSync(file, 'utf8'));
  } catch {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    keep(file, pem);
    return pairOf(pem);
  }
}

/** Whole or not at all, whoever else looks; of two who made one at once, the later stays. */
function keep(file: string, pem: string): void {
  const making = `${file}.${process.pid}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(making, pem, { mode: 0o600 });
    renameSync(making, file);
  } catch {
    // The directory is another user's: each run makes its own then.
  }
}

function pairOf(pem: string): KeyPair {
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** Called before each test file is loaded. */
export function beginTestFile(): void {
  now = 'loading';
  counts.testing = 0;
}

/** Called when it is. */
export function beginTests(): void {
  now = 'testing';
}
