/**
 * RSA key pairs. One takes a third of a second of a processor, so the nth of a test file is the nth of every other file
 * that the same worker runs; within a file no two are the same.
 */
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';

/** By modulus length. */
const made = new Map<number, KeyPairKeyObjectResult[]>();
const taken = new Map<number, number>();

export function rsaKeyPair(modulusLength = 2_048): KeyPairKeyObjectResult {
  const pairs = made.get(modulusLength) ?? [];
  made.set(modulusLength, pairs);
  const position = taken.get(modulusLength) ?? 0;
  taken.set(modulusLength, position + 1);
  return (pairs[position] ??= generateKeyPairSync('rsa', { modulusLength }));
}

/** Called before each test file. */
export function beginTestFile(): void {
  taken.clear();
}
