/**
 * The sandbox: an AWS and two identity providers, each on a port of its own, spoken to over HTTP like the real
 * ones. It shares nothing with the broker but `lib`, so that a mistake in one cannot hide in the other.
 */
import { join } from 'node:path';
import { accessYaml, SANDBOX_SECRETS } from './access.ts';
import { createSandboxAws } from './aws/aws-server.ts';
import { exampleOrganizationFile } from './aws/organization/open-organization.ts';
import { awsConsoleRouter } from './aws/console/aws-console.ts';
import { writeCredentialFiles } from './credential-files.ts';
import { createIdentityProviders } from './identity-providers/identity-providers-app.ts';
import { PEOPLE } from './identity-providers/people.ts';
import { loadIdentityProviderKeys } from './identity-providers/signing-keys.ts';
import { openListener, type Listener } from './listener.ts';
import type { RunningSandbox, SandboxOptions } from './options.ts';

const OPENID_CLIENTS = [{ id: 'daypass', secret: SANDBOX_SECRETS['sandbox-oidc'] }, { id: 'daypass-public' }];

/** @throws EADDRINUSE with the port in its message; nothing is left listening then */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const listeners = await openBoth(options);
  try {
    return await serve(options, listeners);
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
}

async function serve(options: SandboxOptions, [awsDoor, idpDoor]: Doors): Promise<RunningSandbox> {
  const { brokerUrl, dataDir, rootDir, organization } = options;
  const directory = join(dataDir, 'sandbox');
  const urls = { brokerUrl, awsUrl: awsDoor.url, identityProvidersUrl: idpDoor.url };
  const [keys, aws] = await Promise.all([
    loadIdentityProviderKeys(directory, new Date()),
    createSandboxAws({
      ...urls,
      dataDir,
      organization: organization ?? { file: exampleOrganizationFile(rootDir) },
      pages: (running) => awsConsoleRouter({ ...urls, rootDir, aws: running }),
    }),
  ]);
  const credentialFiles = await writeCredentialFiles(join(directory, 'credentials'), aws.world);
  awsDoor.serve(aws.app);
  idpDoor.serve(
    createIdentityProviders({ ...urls, url: idpDoor.url, rootDir, keys, clients: OPENID_CLIENTS }),
  );
  return {
    aws,
    awsUrl: awsDoor.url,
    identityProvidersUrl: idpDoor.url,
    accessYaml: accessYaml(urls),
    credentialFiles,
    secrets: SANDBOX_SECRETS,
    people: PEOPLE.map(({ displayName, what }) => ({ name: displayName, what })),
    close: async () => {
      await Promise.all([awsDoor.close(), idpDoor.close()]);
      await aws.close();
    },
  };
}

type Doors = readonly [aws: Listener, identityProviders: Listener];

async function openBoth({ host, aws, identityProviders }: SandboxOptions): Promise<Doors> {
  const first = await openListener({ host, ...aws });
  try {
    return [first, await openListener({ host, ...identityProviders })];
  } catch (error) {
    await first.close();
    throw error;
  }
}
