import { randomBytes } from 'node:crypto';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { identify } from '../../src/sandbox/aws/organization/identities.ts';
import { indexWorld } from '../../src/sandbox/aws/organization/world.ts';
import { assumeRoleWorld, HOME, role, roleArn } from '../conformance/assume-role-world.ts';
import {
  credentialsIn,
  failureOf,
  startSandboxAws,
  type TestSandboxAws,
} from '../support/start-sandbox-aws.ts';

const WORLD = assumeRoleWorld({ home: [role('Account')] });
const WITHOUT_ROLE = assumeRoleWorld({ home: [] });

let sandbox: TestSandboxAws | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

async function start(): Promise<TestSandboxAws> {
  sandbox = await startSandboxAws({ world: () => WORLD });
  return sandbox;
}

function assume(running: TestSandboxAws, input: object = {}) {
  return running
    .client(running.keyOf(HOME, 'caller'))
    .send(new AssumeRoleCommand({ RoleArn: roleArn('Account'), RoleSessionName: 'erin', ...input }));
}

describe('AssumeRole', () => {
  it('tells a session policy that is no JSON from one that is no policy', async () => {
    const running = await start();
    const notJson = await failureOf(assume(running, { Policy: '{"Version":' }));
    expect(notJson.message).toBe('This policy contains invalid Json');
    const Policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}';
    expect((await failureOf(assume(running, { Policy }))).message).toBe('Syntax errors in policy.');
  });

  it('tells how large a token would be that is too large', async () => {
    const Tags = Array.from({ length: 50 }, (_, index) => ({
      Key: `key${index}`,
      Value: randomBytes(128).toString('hex'),
    }));
    const failure = await failureOf(assume(await start(), { Tags }));
    expect(failure.message).toMatch(
      /^The session token would have \d+ bytes, more than the maximum of 4096 bytes/,
    );
  });

  it('lets no other role of the same name inherit the sessions of one that is gone', async () => {
    const running = await start();
    const credentials = credentialsIn(await assume(running));
    const identity = () => running.client(credentials).send(new GetCallerIdentityCommand({}));
    expect((await identity()).Arn).toContain(':assumed-role/Account/erin');

    const gone = identify(WITHOUT_ROLE, identify(WORLD).identities).identities;
    running.aws.world.replace(indexWorld(WITHOUT_ROLE, gone));
    expect((await failureOf(identity())).code).toBe('InvalidClientTokenId');

    running.aws.world.replace(indexWorld(WORLD, identify(WORLD, gone).identities));
    expect((await failureOf(identity())).code).toBe('InvalidClientTokenId');
    await expect(assume(running)).resolves.toHaveProperty('Credentials');
  });

  it('writes neither a code nor an assertion into the journal', async () => {
    const running = await start();
    const ContextAssertion = 'secret-assertion';
    const ProviderArn = 'arn:aws:iam::aws:contextProvider/IdentityCenter';
    await failureOf(assume(running, { ProvidedContexts: [{ ProviderArn, ContextAssertion }] }));
    await failureOf(
      assume(running, { SerialNumber: 'arn:aws:iam::111122223333:mfa/caller', TokenCode: '918273' }),
    );
    const journal = JSON.stringify(running.aws.journal.entries());
    expect(journal).toContain(ProviderArn);
    expect(journal).not.toContain(ContextAssertion);
    expect(journal).not.toContain('918273');
  });
});
