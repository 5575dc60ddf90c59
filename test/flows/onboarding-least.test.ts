/** An onboarding is the least that works: whatever is left out of it, the role is refused. */
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../src/core/onboarding/policy-document.ts';
import { applyPieces } from '../support/onboarding/iam-pieces.ts';
import { narrowerDocuments } from '../support/onboarding/narrower-documents.ts';
import {
  ROWS,
  startOnboardingWorld,
  type OnboardingWorld,
  type Row,
} from '../support/onboarding/onboarding-world.ts';
import { piecesOfTemplate } from '../support/onboarding/read-cloudformation.ts';
import { DEVELOPMENT, EXAMPLE_CORP, PRODUCTION, TOOLS } from '../support/start-sandbox-aws.ts';

let world: OnboardingWorld;
beforeAll(async () => {
  world = await startOnboardingWorld();
}, 60_000);
afterAll(() => world.close());

interface Placed {
  readonly what: string;
  readonly document: PolicyDocument;
  /** Saves another document in its place. */
  readonly save: (document: PolicyDocument | undefined) => Promise<unknown>;
}

interface Entity {
  readonly name: string;
  readonly policies?: readonly { readonly name: string; readonly document: object }[];
}

/** Each policy of an onboarding, where it was applied. */
async function applied({ id }: Row): Promise<Placed[]> {
  const { accounts } = await world.onboarding(id);
  return accounts.flatMap(({ accountId, pieces }) =>
    pieces.flatMap((piece): Placed[] => {
      if (piece.kind === 'role') {
        const at = `/accounts/${accountId}/roles/${piece.name}`;
        const save = async (trustPolicy?: PolicyDocument): Promise<unknown> =>
          world.sandbox(at, { ...((await world.sandbox(at)) as object), trustPolicy: trustPolicy ?? NOBODY });
        return [{ what: `the trust policy of ${piece.name}`, document: piece.trustPolicy, save }];
      }
      if (piece.kind !== 'permission') return [];
      const { policyName, document, of, principalName } = piece;
      const at = `/accounts/${accountId}/${of}s/${principalName}`;
      const save = async (changed?: PolicyDocument): Promise<unknown> => {
        const entity = (await world.sandbox(at)) as Entity;
        const others = (entity.policies ?? []).filter(({ name }) => name !== policyName);
        const own = changed === undefined ? [] : [{ name: policyName, document: changed }];
        return world.sandbox(at, { ...entity, policies: [...others, ...own] });
      };
      return [{ what: policyName, document, save }];
    }),
  );
}

const NOBODY: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** Daypass keeps a hub's session for a while: what the hub itself trusts is asked of AWS directly. */
async function useWith(row: Row, what: string): Promise<string> {
  if (!what.includes('NewHub')) return world.use(row);
  const refusal = await assumeAs(`/accounts/${TOOLS}/users/daypass-broker`, 'hubs/NewHub');
  return refusal === undefined ? 'works' : 'sts.refused';
}

/** @returns the code of AWS's refusal */
async function assumeAs(user: string, role: string, externalId?: string): Promise<string | undefined> {
  const key = (await world.sandbox(`${user}/credentials`)) as {
    readonly AccessKeyId: string;
    readonly SecretAccessKey: string;
  };
  const credentials = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
  const sts = new STSClient({
    region: 'us-east-1',
    endpoint: world.broker.awsUrl,
    credentials,
    maxAttempts: 1,
  });
  const command = new AssumeRoleCommand({
    RoleArn: `arn:aws:iam::${TOOLS}:role/${role}`,
    RoleSessionName: 'deputy',
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  });
  try {
    await sts.send(command);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    sts.destroy();
  }
}

async function setUp(row: Row): Promise<void> {
  const { accounts } = await world.onboarding(row.id);
  for (const { accountId, pieces } of accounts) {
    const credentials = await world.ownerOf(accountId);
    const isThere = row.situation === 3;
    await applyPieces(isThere ? [] : pieces, { awsUrl: world.broker.awsUrl, credentials });
  }
  if (row.situation === 3) for (const { save, document } of await applied(row)) await save(document);
}

describe('the least that works', () => {
  it.each(ROWS.filter(({ worksWithout }) => worksWithout !== true).map((row) => [row.id, row] as const))(
    'of %s nothing can be left out: no document, no action, no condition’s value',
    async (_id, row) => {
      await setUp(row);
      expect(await world.use(row)).toBe('works');
      let tried = 0;
      for (const { what, document, save } of await applied(row)) {
        const less = [{ what: 'gone', document: undefined }, ...narrowerDocuments(document)];
        for (const { what: how, document: changed } of less) {
          await save(changed);
          expect(`${what}, ${how}: ${await useWith(row, what)}`).toBe(`${what}, ${how}: sts.refused`);
          tried += 1;
        }
        await save(document);
      }
      expect(await world.use(row)).toBe('works');
      expect(tried).toBeGreaterThan(1);
    },
    120_000,
  );
});

describe('a third party', () => {
  it('A05: cannot assume the role without the external ID that the trust policy asks, nor with another', async () => {
    const thirdParty = `/accounts/${EXAMPLE_CORP}/users/cost-service`;
    const { externalId = '' } = await world.onboarding('new-third-party');
    expect(await assumeAs(thirdParty, 'NewThirdParty')).toBe('AccessDenied');
    expect(await assumeAs(thirdParty, 'NewThirdParty', `${externalId}x`)).toBe('AccessDenied');
    expect(await assumeAs(thirdParty, 'NewThirdParty', externalId)).toBeUndefined();
  });
});

describe('a StackSet', () => {
  it('sets a role up in every account that has one like it, with each account’s own ARNs', async () => {
    const { stackSet } = await world.onboarding('new-by-saml');
    expect(stackSet?.commands).toContain(`--accounts ${PRODUCTION} ${DEVELOPMENT}`);
    expect(JSON.stringify(stackSet?.template)).not.toMatch(/[0-9]{12}/);
    const pieces = piecesOfTemplate(stackSet?.template ?? {}, { accountId: DEVELOPMENT, parameters: {} });
    const credentials = await world.ownerOf(DEVELOPMENT);
    await applyPieces(pieces, { awsUrl: world.broker.awsUrl, credentials });
    const [saml] = ROWS;
    expect(await world.use({ ...saml, id: 'new-by-saml-too' })).toBe('works');
  });

  it('takes each account’s own external ID as a parameter', async () => {
    const { stackSet, externalId = '' } = await world.onboarding('new-third-party');
    expect(stackSet?.commands).toContain(`ParameterKey=ExternalId,ParameterValue="${externalId}"`);
    expect(JSON.stringify(stackSet?.template)).not.toContain(externalId);
    const [piece] = piecesOfTemplate(stackSet?.template ?? {}, {
      accountId: TOOLS,
      parameters: { ExternalId: 'given' },
    });
    expect(piece).toMatchObject({
      trustPolicy: { Statement: [{ Condition: { StringEquals: { 'sts:ExternalId': 'given' } } }] },
    });
  });
});
