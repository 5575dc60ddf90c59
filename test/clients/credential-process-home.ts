/** A home with an application's token in its file and the script that the page offers, as somebody has set it up. */
import { setupSnippets } from '../../src/http/web/setup-snippets.ts';
import { ApiClient } from '../support/api-client.ts';
import type { ClientHome } from './client-home.ts';
import { inHome, type ClientWorld } from './client-world.ts';

/** The one that the sandbox's catalogue has, and a role of its own. */
const APPLICATION = { id: 'billing-report', secret: 'sandbox-secret-of-billing-report' };
export const ROLE = 'production-readonly';

export async function withScript(
  world: ClientWorld,
  work: (home: ClientHome) => Promise<void>,
): Promise<void> {
  const { baseUrl } = world.broker;
  await inHome(world, async (home) => {
    await writeToken(home, await tokenOf(baseUrl));
    await home.write('.aws/daypass.sh', await (await fetch(`${baseUrl}/setup/daypass.sh`)).text());
    await work(home);
  });
}

/** The lines that the page shows to somebody without a role. */
export function snippetsOf({ daypass }: ClientWorld['broker']): ReturnType<typeof setupSnippets> {
  const { aws, awsClients, baseUrl } = daypass.config;
  return setupSnippets({ ...aws, ...awsClients, baseUrl }, undefined);
}

/** The application's whole `~/.aws/config`, its profiles called as their roles. */
export async function configByProcess(baseUrl: string): Promise<string> {
  const application = await ApiClient.ofApplication(baseUrl, APPLICATION.id, APPLICATION.secret);
  const { body } = await application.get<{ text: string }>(
    '/api/v1/aws-config?style=credential-process&profileName=%7BroleId%7D',
  );
  return body.text;
}

export async function tokenOf(baseUrl: string): Promise<string> {
  const response = await fetch(`${baseUrl}/api/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: APPLICATION.id,
      client_secret: APPLICATION.secret,
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

export async function writeToken(home: ClientHome, token: string): Promise<void> {
  await home.write('.aws/daypass-token', `Authorization: Bearer ${token}\n`);
}
