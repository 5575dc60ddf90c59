import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import { createIdentityProviders } from '../../src/sandbox/identity-providers/identity-providers-app.ts';
import { loadIdentityProviderKeys } from '../../src/sandbox/identity-providers/signing-keys.ts';

export interface StartedIdentityProviders {
  readonly url: string;
  /** Moves the providers' clock. */
  readonly passSeconds: (seconds: number) => void;
  readonly now: () => Date;
  readonly close: () => Promise<void>;
}

export const BROKER_URL = 'http://broker.test:8080';

/** The sandbox's identity providers alone, on a free port, with keys of their own and a clock to move. */
export async function startSandboxIdentityProviders(): Promise<StartedIdentityProviders> {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-idp-'));
  let offsetMs = 0;
  const now = (): Date => new Date(Date.now() + offsetMs);
  const server = createServer((request, response) => {
    app(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app: Express = createIdentityProviders({
    url,
    brokerUrl: BROKER_URL,
    awsUrl: 'http://aws.test:8081',
    rootDir: process.cwd(),
    keys: await loadIdentityProviderKeys(directory, now()),
    clients: [{ id: 'daypass', secret: 'a secret: of+daypass' }, { id: 'daypass-public' }],
    now,
  });
  return {
    url,
    now,
    passSeconds: (seconds) => (offsetMs += seconds * 1000),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}
