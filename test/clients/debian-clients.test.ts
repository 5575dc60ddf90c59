/**
 * What Debian's packages `awscli` and `python3-boto3` offer. They are older than the settings for the addresses of
 * Identity Center. CI has them, and names where they are.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBroker } from '../support/start-test-broker.ts';
import { ClientTable } from './client-table.ts';
import { startClientWorld } from './client-world.ts';
import { describeModelsFallback } from './describe-models-fallback.ts';

const installation = process.env['DAYPASS_TEST_DEBIAN_CLIENTS'];
if (installation === undefined) describeAlone();
else describeDebian(installation);

/** What those packages take, served here as well as there. */
function describeAlone(): void {
  describe('the file for ~/.aws/models', () => {
    it('leads to this Daypass, whatever the region', async () => {
      const broker = await startTestBroker();
      const served = await fetch(`${broker.baseUrl}/setup/endpoint-rule-set-1.json`);
      const { rules } = (await served.json().finally(() => broker.close())) as { readonly rules: unknown };
      const endpoint = { url: broker.baseUrl, properties: {}, headers: {} };
      expect(rules).toEqual([{ conditions: [], endpoint, type: 'endpoint' }]);
    });
  });
}

const WHO_AM_I = `import boto3, sys
print(boto3.client("sts", endpoint_url=sys.argv[1], region_name="us-east-1").get_caller_identity()["Arn"])`;

function describeDebian(prefix: string): void {
  const table = new ClientTable('debian');
  let world: Awaited<ReturnType<typeof startClientWorld>>;
  const python = join(prefix, 'bin/python3');

  describe('Debian’s packages', { timeout: 120_000 }, () => {
    beforeAll(async () => {
      world = await startClientWorld(() => Promise.resolve(join(prefix, 'bin/aws')));
    }, 120_000);
    afterAll(() => world.close());

    const boto3 = {
      client: () =>
        `boto3/${execFileSync(python, ['-c', 'import boto3; print(boto3.__version__)']).toString().trim()}`,
      run: (awsUrl: string) => ({ program: python, arguments: ['-c', WHO_AM_I, awsUrl] }),
    };
    describeModelsFallback(() => world, table, [boto3]);

    it('the table in docs/aws-clients.md holds what this run has seen', async () => {
      expect(await table.documented()).toBe(await table.markdown());
    });
  });
}
