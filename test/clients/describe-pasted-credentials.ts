/** The way that needs nothing of a client: credentials taken from a page or the API, until they expire. */
import { expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn } from '../support/start-test-broker.ts';
import type { ClientTable } from './client-table.ts';
import { inHome, type ClientWorld } from './client-world.ts';

export function describePastedCredentials(world: () => ClientWorld, table: ClientTable): void {
  it('a section of ~/.aws/credentials, taken from the API', async () => {
    const { broker, awsCli, awsCliVersion } = world();
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
    const { body } = await ApiClient.ofBrowser(browser, broker.baseUrl).post<{ text: string }>(
      '/api/v1/roles/production-readonly/credentials',
      {},
      { accept: 'text/x-ini' },
    );
    const [, profile = ''] = /^\[(.+)\]$/m.exec(body.text) ?? [];
    const answer = await inHome(world(), async (home) => {
      await home.write('.aws/credentials', body.text);
      return home.run({
        program: awsCli,
        arguments: ['sts', 'get-caller-identity', '--profile', profile, '--region', 'us-east-1'],
      });
    });
    expect(answer).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(answer.stdout)).toMatchObject({
      Arn: expect.stringMatching(/:assumed-role\/ReadOnly\/erin\.engel-/) as unknown,
    });
    table.add({
      client: awsCliVersion,
      way: 'pasted credentials',
      outcome: 'works',
      note: 'until they expire; every client that reads `~/.aws/credentials` or the environment',
    });
  });
}
