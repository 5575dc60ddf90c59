/** The way that every tool has known for years: a command that prints credentials, here with what every machine has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT_DIR } from '../support/start-test-broker.ts';
import type { ClientAnswer, ClientHome } from './client-home.ts';
import type { ClientTable } from './client-table.ts';
import type { ClientWorld } from './client-world.ts';
import { configByProcess, ROLE, snippetsOf, withScript, writeToken } from './credential-process-home.ts';

const ARN = /:assumed-role\/ReadOnly\//;

export function describeCredentialProcess(world: () => ClientWorld, table: ClientTable): void {
  const callerOf = (home: ClientHome, profile: string): Promise<ClientAnswer> =>
    home.run({
      program: world().awsCli,
      arguments: ['sts', 'get-caller-identity', '--profile', profile, '--query', 'Arn', '--output', 'text'],
    });

  it('the AWS CLI with curl alone, and the token in a file', async () => {
    const { broker, awsCliVersion } = world();
    await withScript(world(), async (home) => {
      const { oneLiner } = snippetsOf(broker);
      await home.write('.aws/config', oneLiner.replace('your-role', ROLE));
      const answer = await callerOf(home, 'your-profile');
      expect(answer).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(ARN) as unknown });
      await writeToken(home, 'wrong');
      const refused = await callerOf(home, 'your-profile');
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain('error: 401');
    });
    table.add({
      client: awsCliVersion,
      way: '`credential_process`, curl alone',
      outcome: 'works',
      note: 'asks Daypass at every command; a refusal shows its status alone',
    });
  });

  it('the AWS CLI with the script that the page offers and the configuration that the API makes', async () => {
    const { broker, awsCliVersion } = world();
    await withScript(world(), async (home) => {
      await home.write('.aws/config', await configByProcess(broker.baseUrl));
      const answer = await callerOf(home, ROLE);
      expect(answer).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(ARN) as unknown });
    });
    table.add({
      client: awsCliVersion,
      way: '`credential_process`, the script',
      outcome: 'works',
      note: 'keeps credentials until shortly before they expire; a refusal shows its reason',
    });
  });

  it('the SDK for JavaScript, by the profile', async () => {
    const { broker } = world();
    await withScript(world(), async (home) => {
      await home.write('.aws/config', await configByProcess(broker.baseUrl));
      const program = `const { GetCallerIdentityCommand, STSClient } = await import(${JSON.stringify(stsModule())});
        console.log((await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn);`;
      const answer = await home.run({
        program: process.execPath,
        arguments: ['--input-type=module', '--eval', program],
        environment: { AWS_PROFILE: ROLE, NODE_NO_WARNINGS: '1', NODE_OPTIONS: '' },
      });
      expect(answer).toMatchObject({ status: 0, stdout: expect.stringMatching(ARN) as unknown });
    });
    table.add({
      client: `@aws-sdk/client-sts/${await stsVersion()}`,
      way: '`credential_process`, the script',
      outcome: 'works',
      note: 'by the default chain and `AWS_PROFILE`',
    });
  });
}

const stsModule = (): string => import.meta.resolve('@aws-sdk/client-sts');

async function stsVersion(): Promise<string> {
  const manifest = await readFile(join(ROOT_DIR, 'node_modules/@aws-sdk/client-sts/package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
