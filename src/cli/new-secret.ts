import { randomBytes } from 'node:crypto';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import type { Command } from './command.ts';

/** The secret goes to the application, or into a safe, and is kept nowhere; the hash goes into a file of Daypass’s. */
export const newSecretCommand: Command = {
  usage: 'new-secret',
  summary: 'make a secret for an application or for break-glass, and its hash',
  maximumArguments: 0,
  run(_args, terminal) {
    const secret = randomToken();
    terminal.print(`secret: ${secret}\nhash:   sha256:${sha256Hex(secret)}`);
    return 0;
  },
};

export const newMasterKeyCommand: Command = {
  usage: 'new-master-key',
  summary: 'make a master key; keep it in a secret store or a file of mode 0600',
  maximumArguments: 0,
  run(_args, terminal) {
    terminal.print(randomBytes(32).toString('base64'));
    return 0;
  },
};
