/**
 * For clients that know no setting for the addresses of Identity Center: a file in ~/.aws/models that says where its
 * two services are: as Daypass serves it, with its own address in it.
 */
import { expect, it } from 'vitest';
import { HttpBrowser } from '../support/http-browser.ts';
import { decide } from '../support/identity-center-client.ts';
import { signIn } from '../support/start-test-broker.ts';
import type { ClientHome, ClientRun } from './client-home.ts';
import type { ClientTable } from './client-table.ts';
import { inHome, type ClientWorld } from './client-world.ts';

const PROFILE = 'production-readonly';
const CONFIG = `[profile ${PROFILE}]
sso_session = daypass
sso_account_id = 444455556666
sso_role_name = ${PROFILE}
region = us-east-1

[sso-session daypass]
sso_start_url = https://daypass.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
`;

/** @param further what else finds the token that the CLI got, and its row in the table. */
export function describeModelsFallback(
  world: () => ClientWorld,
  table: ClientTable,
  further: readonly { readonly client: () => string; readonly run: (awsUrl: string) => ClientRun }[] = [],
): void {
  it('aws sso login --use-device-code, by a file in ~/.aws/models', async () => {
    const { broker, awsCli, awsCliVersion } = world();
    await inHome(world(), async (home) => {
      await home.write('.aws/config', CONFIG);
      const rules = await (await fetch(`${broker.baseUrl}/setup/endpoint-rule-set-1.json`)).text();
      for (const service of ['sso', 'sso-oidc'])
        await home.write(`.aws/models/${service}/2019-06-10/endpoint-rule-set-1.json`, rules);
      await logIn(world(), home);
      const identity = ['sts', 'get-caller-identity', '--profile', PROFILE, '--endpoint-url', broker.awsUrl];
      for (const run of [
        { program: awsCli, arguments: identity },
        ...further.map((each) => each.run(broker.awsUrl)),
      ]) {
        const answer = await home.run({ ...run, environment: { AWS_PROFILE: PROFILE } });
        expect(answer, answer.stderr).toMatchObject({ status: 0 });
        expect(answer.stdout).toMatch(/:assumed-role\/ReadOnly\/erin\.engel-/);
      }
    });
    const note = 'for every profile: the real Identity Center is out of reach then';
    const way = 'a file in `~/.aws/models`';
    for (const client of [awsCliVersion, ...further.map((each) => each.client())])
      table.add({ client, way, outcome: 'works', note });
  });
}

/** By the code that it shows: the oldest know no other way. */
async function logIn({ broker, awsCli }: ClientWorld, home: ClientHome): Promise<void> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  const isOld = !(await home.run({ program: awsCli, arguments: ['--version'] })).stdout.startsWith(
    'aws-cli/2.3',
  );
  const way = isOld ? [] : ['--use-device-code'];
  const cli = home.start({
    program: awsCli,
    arguments: ['sso', 'login', '--profile', PROFILE, '--no-browser', ...way],
  });
  const [userCode] = await cli.printed(/\b[B-Z]{4}-[B-Z]{4}\b/);
  await decide(browser, await browser.get(`${broker.baseUrl}/device?user_code=${userCode}`), 'approve');
  expect(await cli.finished).toMatchObject({ status: 0 });
}
