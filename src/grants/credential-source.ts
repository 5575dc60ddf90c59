/**
 * AWS credentials that the broker itself signs with. Whatever is wrong with them is `broker.credentials`:
 * never the asking person's fault, and never told with the file's content.
 */
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';

export type CredentialSourceOptions =
  | {
      /** The AWS SDK's default provider chain. */
      readonly kind: 'default-chain';
    }
  | {
      /** A file with the JSON that `credential_process` prints; read again when it changes. */
      readonly kind: 'key-file';
      readonly file: string;
    };

/** In the AWS SDK's words. */
export interface SourceCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialProvider = () => Promise<SourceCredentials>;

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
const credentialProcess = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().regex(/^\w{16,128}$/),
  SecretAccessKey: z.string().regex(/^[\x21-\x7e]{1,1024}$/),
  SessionToken: z
    .string()
    .regex(/^[\x21-\x7e]{1,16384}$/)
    .optional(),
  Expiration: z.iso.datetime({ offset: true }).optional(),
});

const LARGEST_FILE = 65_536;
/** A changed file is noticed within this time; between looks a call costs nothing. */
const LOOK_EVERY_MS = 1_000;

interface ReadFile {
  readonly stamp: string;
  readonly credentials: SourceCredentials;
}

/**
 * Credentials from a file, as whoever rotates them writes them. A file that is missing or broken fails the
 * call rather than going on with a key that somebody meant to take away.
 */
export function createKeyFileProvider(file: string, clock: Clock): CredentialProvider {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let current: Promise<ReadFile> | undefined;

  return async () => {
    const now = clock.now().getTime();
    if (current === undefined || now - lookedAt >= LOOK_EVERY_MS || now < lookedAt) {
      lookedAt = now;
      current = look(file, current);
      // What failed is looked at again by the next call, not a second later.
      current.catch(() => (current = undefined));
    }
    const { credentials } = await current;
    if (credentials.expiration !== undefined && credentials.expiration.getTime() <= now) {
      throw unusable(file, 'the credentials in it have expired');
    }
    return credentials;
  };
}

async function look(file: string, before: Promise<ReadFile> | undefined): Promise<ReadFile> {
  const known = await before?.catch(() => undefined);
  try {
    const { size, mtimeMs, ino } = await stat(file);
    const stamp = `${ino}:${size}:${mtimeMs}`;
    if (known?.stamp === stamp) return known;
    if (size > LARGEST_FILE) throw unusable(file, 'it is too large');
    return { stamp, credentials: parse(file, await readFile(file, 'utf8')) };
  } catch (error) {
    if (error instanceof BrokerError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw unusable(file, `it cannot be read: ${code}`);
  }
}

function parse(file: string, text: string): SourceCredentials {
  const parsed = credentialProcess.safeParse(json(text));
  if (!parsed.success) throw unusable(file, 'it is not the JSON of a credential_process');
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = parsed.data;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
    ...(Expiration === undefined ? {} : { expiration: new Date(Expiration) }),
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(file: string, why: string): BrokerError {
  return new BrokerError('broker.credentials', { detail: `key file ${file}: ${why}` });
}
