import { describe, expect, it } from 'vitest';
import { accountOfAccessKeyId } from '../../src/sandbox/aws/organization/identifiers.ts';
import {
  exampleOrganizationFile,
  openOrganization,
} from '../../src/sandbox/aws/organization/open-organization.ts';
import { World } from '../../src/sandbox/aws/organization/world.ts';
import { SandboxKey } from '../../src/sandbox/aws/sandbox-key.ts';

const origins = {
  awsUrl: 'http://localhost:8081',
  brokerUrl: 'http://localhost:8080',
  identityProvidersUrl: 'http://localhost:8082',
};
const file = exampleOrganizationFile(process.cwd());

function example(keyByte = 7): World {
  return openOrganization({ file }, { key: new SandboxKey(Buffer.alloc(32, keyByte)), origins }).world;
}

describe('the example organization', () => {
  const world = example();

  it('has keys of users that belong to their accounts and differ from installation to installation', () => {
    const other = example(8);
    for (const account of world.accounts) {
      for (const user of account.users) {
        const mine = world.keyOf(account.id, user.name);
        expect(accountOfAccessKeyId(mine?.id ?? '')).toBe(account.id);
        expect(mine?.secret.reveal()).toMatch(/^[A-Za-z0-9+/]{40}$/);
        expect(other.keyOf(account.id, user.name)?.secret.reveal()).not.toBe(mine?.secret.reveal());
      }
    }
    expect(world.accounts.flatMap(({ users }) => users)).toHaveLength(4);
  });

  it('has the same keys, seeds and ids after every start and in every later version', () => {
    const user = world.findUserByName('111122223333', 'tools');
    expect({
      id: user?.id,
      key: world.keyOf('111122223333', 'tools')?.id,
      secret: world.keyOf('111122223333', 'tools')?.secret.reveal(),
      seed: Buffer.from(user?.mfaDevice?.seed ?? []).toString('hex'),
      role: world.findRole('arn:aws:iam::444455556666:role/Ec2Operator')?.id,
    }).toMatchInlineSnapshot(`
      {
        "id": "AIDAH6FERS4QXEXJF2AOP",
        "key": "AKIARTX3GSDSY6YR6Y5H",
        "role": "AROATCLE4TMAFNPP6TEBZ",
        "secret": "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",
        "seed": "46861f206cbd73586b42fe1e50ea2b4f30aca1e0",
      }
    `);
  });

  it('names providers that exist in every trust policy by federation', () => {
    const federated = world.accounts
      .flatMap(({ roles }) => roles)
      .flatMap(({ trustPolicy }) =>
        trustPolicy.policy.statements.flatMap(({ principals }) => principals?.entries ?? []),
      );
    const providers = federated.flatMap((entry) => (entry.kind === 'federated' ? [entry.provider] : []));
    expect(providers.length).toBeGreaterThanOrEqual(6);
    const known = world.accounts.flatMap(({ samlProviders, oidcProviders }) => [
      ...samlProviders,
      ...oidcProviders,
    ]);
    for (const provider of providers) expect(known.map(({ arn }) => arn)).toContain(provider);
  });

  it('knows trusted users and roles by their unique ids', () => {
    const { statements } =
      world.findRole('arn:aws:iam::444455556666:role/Ec2Operator')?.trustPolicy.policy ?? {};
    const broker = world.findUserByName('111122223333', 'daypass-broker');
    expect(statements?.[0]?.principals?.entries).toEqual([{ kind: 'unique-id', uniqueId: broker?.id }]);
  });
});

it('an organization that code makes is refused with a policy that does not parse', () => {
  const roles = [{ name: 'r', trustPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow' }] } }];
  expect(() => new World({ accounts: [{ id: '111111111111', name: 'a', roles }] })).toThrow(/Statement/);
});
