import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSigning, type Signing } from '../../src/signing/create-signing.ts';
import { memorySigningKeyStore } from '../support/memory-signing-key-store.ts';
import {
  credentialsIn,
  DEVELOPMENT,
  failureOf,
  PRODUCTION,
  startSandboxAws,
  type TestSandboxAws,
} from '../support/start-sandbox-aws.ts';

/** The two were written apart from the same documents: this is where a misunderstanding of either shows. */
describe('what the broker signs, to the sandbox’s AWS', () => {
  let publisher: Server;
  let signing: Signing;
  let sandbox: TestSandboxAws;
  beforeAll(async () => {
    publisher = createServer((request, response) => {
      const { publishedKeys } = signing;
      const documents: Record<string, () => Promise<string>> = {
        '/aws/saml/metadata': () => publishedKeys.samlMetadata(),
        '/aws/.well-known/openid-configuration': () =>
          Promise.resolve(JSON.stringify(publishedKeys.openidConfiguration())),
        '/aws/jwks.json': async () => JSON.stringify(await publishedKeys.jwks()),
      };
      void documents[request.url ?? '']?.().then((body) => response.end(body));
    });
    await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
    const brokerUrl = `http://127.0.0.1:${(publisher.address() as AddressInfo).port}`;
    signing = createSigning({
      baseUrl: brokerUrl,
      store: memorySigningKeyStore(),
      clock: { now: () => new Date() },
      activeDays: 90,
      overlapDays: 14,
    });
    sandbox = await startSandboxAws({ brokerUrl });
  });
  afterAll(async () => {
    publisher.closeAllConnections();
    await new Promise((resolve) => publisher.close(resolve));
    await sandbox.close();
  });

  const nobody = { accessKeyId: 'none', secretAccessKey: 'none' };

  it('is a SAML response that both accounts take, with its tags and source identity', async () => {
    for (const account of [DEVELOPMENT, PRODUCTION]) {
      const asked = {
        partition: 'aws',
        roleArn: `arn:aws:iam::${account}:role/Developer`,
        samlProviderArn: `arn:aws:iam::${account}:saml-provider/daypass`,
        subject: 'person-1',
        roleSessionName: 'erin.engel',
        sourceIdentity: 'erin.engel',
        sessionTags: [{ key: 'Team', value: 'payments', transitive: true }],
        durationSeconds: 43_200,
      };
      const answer = await sandbox.client(nobody).send(
        new AssumeRoleWithSAMLCommand({
          RoleArn: asked.roleArn,
          PrincipalArn: asked.samlProviderArn,
          SAMLAssertion: await signing.signer.samlAssertion(asked),
          DurationSeconds: 43_200,
        }),
      );
      const credentials = credentialsIn(answer);
      const { Arn } = await sandbox.client(credentials).send(new GetCallerIdentityCommand({}));
      expect(Arn).toBe(`arn:aws:sts::${account}:assumed-role/Developer/erin.engel`);
      expect(answer.SourceIdentity).toBe('erin.engel');
      expect(
        sandbox.aws.sessions.open(credentials.accessKeyId, credentials.sessionToken)?.claims,
      ).toMatchObject({
        tags: [{ key: 'Team', value: 'payments' }],
        transitiveTagKeys: ['Team'],
      });
    }
  });

  it('is a token for one role and no other', async () => {
    const roleArn = `arn:aws:iam::${DEVELOPMENT}:role/DataAnalyst`;
    const tags = [{ key: 'Team', value: 'päyments', transitive: true }];
    const token = await signing.signer.webIdentityToken({
      roleArn,
      subject: 'person-1',
      sourceIdentity: 'erin',
      sessionTags: tags,
    });
    const assume = (RoleArn: string) =>
      sandbox
        .client(nobody)
        .send(
          new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'erin', WebIdentityToken: token }),
        );
    const answer = await assume(roleArn);
    expect(answer.SourceIdentity).toBe('erin');
    const credentials = credentialsIn(answer);
    expect(sandbox.aws.sessions.open(credentials.accessKeyId, credentials.sessionToken)?.claims.tags).toEqual(
      [{ key: 'Team', value: 'päyments' }],
    );
    const other = await failureOf(assume(`arn:aws:iam::${DEVELOPMENT}:role/DataAnalystPassThrough`));
    expect(other.message).toBe('The target role ARN is not present in the roles claim of the identity token');
  });
});
