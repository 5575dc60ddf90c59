/**
 * Unmodified clients from npm against a running Daypass, each way to the end: `GetCallerIdentity` at the sandbox.
 * One file, so that the table in docs/aws-clients.md is what one run has seen. Another client or way is one more
 * `describe...` beside this file.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientTable } from './client-table.ts';
import { startClientWorld, type ClientWorld } from './client-world.ts';
import { describeAwsLogin } from './describe-aws-login.ts';
import { describeContainerCredentials } from './describe-container-credentials.ts';
import { describeCredentialProcess } from './describe-credential-process.ts';
import { describeCredentialScript } from './describe-credential-script.ts';
import { describeGeneratedConfig } from './describe-generated-config.ts';
import { describeGeneratedLogin } from './describe-generated-login.ts';
import { describeIdentityCenter } from './describe-identity-center.ts';
import { describeModelsFallback } from './describe-models-fallback.ts';
import { describePastedCredentials } from './describe-pasted-credentials.ts';

/** A client is a program or two after each other, each of which takes seconds to start on a busy machine. */
const LONG = { timeout: 180_000 };
const table = new ClientTable('npm');
let started: Awaited<ReturnType<typeof startClientWorld>>;
const world = (): ClientWorld => started;

beforeAll(async () => {
  started = await startClientWorld();
}, 300_000);
afterAll(() => started.close());

describe('pasted credentials', LONG, () => describePastedCredentials(world, table));
describe('Identity Center’s protocol', LONG, () => describeIdentityCenter(world, table));
describe('addresses by a file of models', LONG, () => describeModelsFallback(world, table));
describe('the generated configuration', LONG, () => describeGeneratedConfig(world));
describe('signing in by the generated configuration', LONG, () => describeGeneratedLogin(world, table));
describe('aws login', LONG, () => describeAwsLogin(world, table));
describe('credential_process', LONG, () => describeCredentialProcess(world, table));
describe('the script for credential_process', LONG, () => describeCredentialScript(world));
describe('container credentials', LONG, () => describeContainerCredentials(world, table));

describe('the table of clients in docs/aws-clients.md', () => {
  it('holds what this run has seen', async () => {
    const documented = await table.documented();
    expect(documented, 'run: DAYPASS_WRITE_CLIENT_TABLE=1 npx vitest run test/clients').toBe(
      await table.markdown(),
    );
  });
});
