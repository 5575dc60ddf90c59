/**
 * The sandbox: an AWS and two identity providers, each on a port of its own, spoken to over HTTP like the real
 * ones. It shares nothing with the broker but `lib`, so that a mistake in one cannot hide in the other.
 */
import { join } from 'node:path';
import express, { type Express } from 'express';
import { accessYaml, SANDBOX_SECRETS } from './access.ts';
import { awsConsoleRouter, type AwsConsoleOptions } from './aws/console/aws-console.ts';
import { exampleWorld } from './aws/example-world.ts';
import { Journal } from './aws/journal.ts';
import { MfaDevices } from './aws/mfa-devices.ts';
import { loadSandboxKey } from './aws/sandbox-key.ts';
import { Sessions } from './aws/sessions.ts';
import { World } from './aws/world.ts';
import { writeCredentialFiles } from './credential-files.ts';
import { createIdentityProviders } from './identity-providers/identity-providers-app.ts';
import { PEOPLE } from './identity-providers/people.ts';
import { loadIdentityProviderKeys } from './identity-providers/signing-keys.ts';
import { openListener, type Listener } from './listener.ts';
import type { RunningSandbox, SandboxOptions } from './options.ts';

const OPENID_CLIENTS = [{ id: 'daypass', secret: SANDBOX_SECRETS['sandbox-oidc'] }, { id: 'daypass-public' }];

/** @throws EADDRINUSE with the port in its message; nothing is left listening then */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const directory = join(options.dataDir, 'sandbox');
  const [awsKey, idpKeys] = await Promise.all([
    loadSandboxKey(options.dataDir),
    loadIdentityProviderKeys(directory, new Date()),
  ]);
  const [aws, idp] = await openBoth(options);
  const { brokerUrl, rootDir } = options;
  const urls = { brokerUrl, awsUrl: aws.url, identityProvidersUrl: idp.url };
  const world = new World(exampleWorld(awsKey, urls));
  const credentialFiles = await writeCredentialFiles(join(directory, 'credentials'), world);
  aws.serve(
    createAws({
      ...urls,
      rootDir,
      world,
      sessions: new Sessions(awsKey),
      mfaDevices: new MfaDevices(),
      journal: new Journal(),
    }),
  );
  idp.serve(
    createIdentityProviders({ ...urls, url: idp.url, rootDir, keys: idpKeys, clients: OPENID_CLIENTS }),
  );
  return {
    awsUrl: aws.url,
    identityProvidersUrl: idp.url,
    accessYaml: accessYaml(urls),
    credentialFiles,
    secrets: SANDBOX_SECRETS,
    people: PEOPLE.map(({ displayName, what }) => ({ name: displayName, what })),
    close: async () => {
      await Promise.all([aws.close(), idp.close()]);
    },
  };
}

function createAws(options: AwsConsoleOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(awsConsoleRouter(options));
  return app;
}

async function openBoth({ host, aws, identityProviders }: SandboxOptions): Promise<[Listener, Listener]> {
  const first = await openListener({ host, ...aws });
  try {
    return [first, await openListener({ host, ...identityProviders })];
  } catch (error) {
    await first.close();
    throw error;
  }
}
