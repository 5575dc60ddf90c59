/**
 * RSA key pairs. One takes a third of a second of a processor, so the nth of a test file is the nth of every other file
 * that the same worker runs; within a file no two are the same. What a module makes while it is loaded may stay for
 * the files after it, so that is nobody else's.
 */
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';

/** By modulus length. */
const made = new Map<number, KeyPairKeyObjectResult[]>();
const taken = new Map<number, number>();
let areTestsRunning = false;

export function rsaKeyPair(modulusLength = 2_048): KeyPairKeyObjectResult {
  const make = (): KeyPairKeyObjectResult => generateKeyPairSync('rsa', { modulusLength });
  if (!areTestsRunning) return make();
  const pairs = made.get(modulusLength) ?? [];
  made.set(modulusLength, pairs);
  const position = taken.get(modulusLength) ?? 0;
  taken.set(modulusLength, position + 1);
  return (pairs[position] ??= make());
}

/** Called before each test file is loaded. */
export function beginTestFile(): void {
  areTestsRunning = false;
  taken.clear();
}

/** Called when it is. */
export function beginTests(): void {
  areTestsRunning = true;
}
