/**
 * What Debian's packages `awscli` and `python3-boto3` offer. They are older than the settings for the addresses of
 * Identity Center. CI has them, and names where they are.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientTable } from './client-table.ts';
import { startClientWorld } from './client-world.ts';
import { describeModelsFallback, endpointRules } from './describe-models-fallback.ts';

const installation = process.env['DAYPASS_TEST_DEBIAN_CLIENTS'];
if (installation !== undefined) describeDebian(installation);

describe('the file for ~/.aws/models in docs/examples', () => {
  it('leads to one address, whatever the region', () => {
    const { rules } = JSON.parse(endpointRules('http://localhost:8080')) as { readonly rules: unknown };
    expect(rules).toEqual([
      {
        conditions: [],
        endpoint: { url: 'http://localhost:8080', properties: {}, headers: {} },
        type: 'endpoint',
      },
    ]);
  });
});

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
