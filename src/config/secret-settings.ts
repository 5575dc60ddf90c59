/** Secrets of the configuration: each comes once, and in production by reference and hard to guess. */
import { resolve } from 'node:path';
import { Secret } from '../lib/secret.ts';
import type { ConfigFile } from './config-schema.ts';
import { isKnownSecret } from './known-secrets.ts';
import type { Path } from './problem.ts';
import { readSecretFile } from './secret-file.ts';

export interface SecretContext {
  readonly directory: string;
  readonly production: boolean;
  /** Whether the string at this path of the file came by `${NAME}`. */
  readonly isReference: (path: Path) => boolean;
  readonly report: (path: Path, message: string) => void;
}

const MINIMUM_LENGTH = 16;
const BY_REFERENCE = 'in production a secret comes by reference: write ${NAME}, or name a file in';

/** The value of a setting or of its `...File` twin. */
function readTwin(
  settings: { readonly value: string | undefined; readonly file: string | undefined },
  [path, filePath]: readonly [Path, Path],
  context: SecretContext,
): string | undefined {
  if (settings.file === undefined) return settings.value;
  if (settings.value !== undefined) {
    context.report(filePath, `${String(path.at(-1))} is given as well; give one of them`);
    return undefined;
  }
  const read = readSecretFile(resolve(context.directory, settings.file));
  if ('value' in read) return read.value;
  context.report(filePath, read.mistake);
  return undefined;
}

export function readSecrets(settings: ConfigFile, context: SecretContext): Map<string, Secret> {
  const secrets = new Map<string, Secret>();
  const names = new Set([...Object.keys(settings.secrets), ...Object.keys(settings.secretFiles)]);
  for (const name of names) {
    const path = ['secrets', name];
    const filePath = ['secretFiles', name];
    const literal = settings.secrets[name];
    const value = readTwin({ value: literal, file: settings.secretFiles[name] }, [path, filePath], context);
    if (value === undefined) continue;
    const place = literal === undefined ? filePath : path;
    if (context.production) reportWeak(value, place, context);
    if (literal !== undefined) reportLiteral(path, 'secretFiles', context);
    secrets.set(name, new Secret(value));
  }
  return secrets;
}

function reportWeak(value: string, path: Path, context: SecretContext): void {
  if (isKnownSecret(value)) {
    context.report(path, 'is a placeholder or a secret of the sandbox; in production use one of your own');
  } else if (value.length < MINIMUM_LENGTH) {
    context.report(
      path,
      `is too short to be a secret; in production use at least ${MINIMUM_LENGTH} characters`,
    );
  }
}

function reportLiteral(path: Path, twin: string, context: SecretContext): void {
  if (context.production && !context.isReference(path)) context.report(path, `${BY_REFERENCE} ${twin}`);
}

/** 32 bytes in base64, exactly as `daypass new-master-key` and `openssl rand -base64 32` print them. */
export function masterKeyMistake(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== text) {
    return 'must be 32 random bytes in base64; run: daypass new-master-key';
  }
  // 32 random bytes have 30 different values or so; fewer than 16 comes from a keyboard.
  return new Set(bytes).size < 16 ? 'is not random; run: daypass new-master-key' : undefined;
}

export function readMasterKey(
  settings: ConfigFile,
  fromEnvironment: string | undefined,
  context: SecretContext,
): Secret | undefined {
  const { masterKey, masterKeyFile } = settings;
  const place = masterKey === undefined ? ['masterKeyFile'] : ['masterKey'];
  const fromFile = readTwin(
    { value: masterKey, file: masterKeyFile },
    [['masterKey'], ['masterKeyFile']],
    context,
  );
  const given = masterKey !== undefined || masterKeyFile !== undefined;
  // Named in the file by `${DAYPASS_MASTER_KEY}` it is the same key, said twice.
  if (given && fromEnvironment !== undefined && fromEnvironment !== fromFile) {
    context.report(place, 'is another key than DAYPASS_MASTER_KEY, which is set as well; give one');
    return undefined;
  }
  if (masterKey !== undefined) reportLiteral(['masterKey'], 'masterKeyFile', context);
  const value = fromEnvironment ?? fromFile;
  if (value === undefined) return undefined;
  const mistake = masterKeyMistake(value);
  if (mistake !== undefined) context.report(given ? place : ['DAYPASS_MASTER_KEY'], mistake);
  return new Secret(value);
}

export function readStore(
  settings: ConfigFile,
  context: SecretContext,
): { readonly kind: 'sqlite' } | { readonly kind: 'postgres'; readonly url: Secret } {
  const { store, storeFile } = settings;
  const place = store === undefined ? ['storeFile'] : ['store'];
  const value = readTwin({ value: store, file: storeFile }, [['store'], ['storeFile']], context) ?? 'sqlite';
  if (value === 'sqlite') return { kind: 'sqlite' };
  const url = /^postgres(?:ql)?:\/\//.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.hostname === '' || url.pathname.length < 2) {
    context.report(
      place,
      'write postgres://user:password@host/database, with %-escapes for special characters in the password',
    );
  } else if (store !== undefined && url.password !== '') {
    reportLiteral(['store'], 'storeFile', context);
  }
  return { kind: 'postgres', url: new Secret(value) };
}
