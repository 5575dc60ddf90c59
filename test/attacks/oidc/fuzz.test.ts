/**
 * Random edits of genuine ID tokens and of what browsers bring back, five hundred of them, by a seed that is
 * named where one fails: whatever is taken is what the provider signed, unchanged. DAYPASS_FUZZ_SEED chooses another.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnector } from '../../../src/connectors/create-connector.ts';
import { connectorSchema } from '../../../src/core/catalogue.ts';
import { openConnectorDoor, type ConnectorDoor, type Outcome } from '../../support/connector-door.ts';
import { startFakeOpenIdProvider, type FakeOpenIdProvider } from '../../support/fake-openid-provider.ts';
import { editQuery, editToken } from './fuzz-edits.ts';
import { Random } from './random.ts';

const TOKENS = 350;
const QUERIES = 150;
const ROUNDS = 50;
const SIGNED = {
  subject: 'ann',
  displayName: 'Ann Example',
  email: 'ann@example.com',
  groups: ['engineers', 'aws-admins-readonly'],
} as const;
const REFUSED =
  /^(?:oidc\.(?:no_flow|refused|issuer|signature|audience|nonce|time|subject|type|groups)|idp\.unavailable)$/;

describe('random edits of what a genuine OpenID provider says', () => {
  const seed = process.env['DAYPASS_FUZZ_SEED'] ?? 'daypass';
  let provider: FakeOpenIdProvider;
  let door: ConnectorDoor;
  const tally = { taken: 0, refused: new Map<string, number>() };

  beforeAll(async () => {
    provider = await startFakeOpenIdProvider();
    const settings = connectorSchema.parse({
      kind: 'oidc',
      id: 'corp',
      label: 'Corp',
      issuer: provider.issuer,
      clientId: 'daypass',
    });
    door = await openConnectorDoor({ create: (environment) => createConnector(settings, environment) });
  });
  afterAll(async () => {
    await door.close();
    await provider.close();
  });

  function judge(outcome: Outcome, edits: string): void {
    const told = `seed ${seed}: ${edits}: ${JSON.stringify(outcome)}`;
    if (outcome.status === 200) {
      tally.taken += 1;
      expect(outcome, told).toMatchObject(SIGNED);
      expect(outcome.groups, told).toEqual(SIGNED.groups);
    } else {
      expect(outcome.code, told).toMatch(REFUSED);
      const code = outcome.code ?? '';
      tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1);
    }
  }

  async function control(): Promise<void> {
    expect(await door.callback(provider.approve(await door.start()))).toMatchObject({
      status: 200,
      ...SIGNED,
    });
  }

  it.each(Array.from({ length: TOKENS / ROUNDS }, (_, round) => round))(
    'O04 to O13: a token that is taken says what was signed (round %d)',
    async (round) => {
      for (let index = 0; index < ROUNDS; index += 1) {
        const name = `${seed}/token/${round * ROUNDS + index}`;
        const random = new Random(name);
        let edits = '';
        const token = ({ jwt }: { readonly jwt: string }): string => {
          const edited = editToken(jwt, random);
          edits = `${name} ${edited.edits}`;
          return edited.token;
        };
        judge(await door.callback(provider.approve(await door.start(), { token })), edits);
      }
      await control();
    },
  );

  it.each(Array.from({ length: QUERIES / ROUNDS }, (_, round) => round))(
    'O01, O03, O15: a way back that is taken is the one that was waited for (round %d)',
    async (round) => {
      for (let index = 0; index < ROUNDS; index += 1) {
        const name = `${seed}/query/${round * ROUNDS + index}`;
        const { query, edits } = editQuery(provider.approve(await door.start()).toString(), new Random(name));
        judge(await door.callback(query), `${name} ${edits}`);
      }
      await control();
    },
  );

  it('took some, which were harmless, and refused most, for more than one reason', () => {
    const refused = [...tally.refused.values()].reduce((sum, count) => sum + count, 0);
    expect(tally.taken + refused, `seed ${seed}`).toBe(TOKENS + QUERIES);
    expect(tally.taken, `seed ${seed}`).toBeGreaterThan(10);
    expect(refused, `seed ${seed}`).toBeGreaterThan(250);
    expect(tally.refused.size, `seed ${seed}`).toBeGreaterThan(3);
  });
});
