/**
 * Genuine answers of a provider, edited at random. Whatever is accepted must be what the provider signed: one
 * person with that person's own groups and attributes, and nothing of anybody else's.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnector } from '../../../src/connectors/create-connector.ts';
import { connectorSchema } from '../../../src/core/catalogue.ts';
import { openConnectorDoor, type ConnectorDoor, type Outcome } from '../../support/connector-door.ts';
import {
  attributeStatement,
  base64,
  startFakeSamlIdp,
  type FakeSamlIdp,
} from '../../support/fake-saml-idp.ts';
import { encryptAssertions, encryptionCertificate } from './encrypt-assertions.ts';
import { mutate } from './fuzz-edits.ts';
import { SIGNING_MODES, type SigningMode } from './mutation.ts';
import { Random } from './random.ts';

const SEED = Number(process.env['DAYPASS_FUZZ_SEED'] ?? Date.now() % 0x7fffffff);
/** How many times as long as in the ordinary tests. */
const TIMES = Number(process.env['DAYPASS_FUZZ_TIMES'] ?? 1);
const MUTANTS_PER_MODE = 500 * TIMES;
const FEWEST_MUTANTS = 2_000;
/** Of which an accepted one is no accident. */
const FEWEST_ACCEPTED = 40;
/** Far above what the largest takes on an idle machine, far below what would be an attack. */
const SLOWEST_MS = 2_000;

/** What a provider signed of somebody. */
interface Signed {
  readonly subject: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly attributes: readonly (readonly [string, readonly string[]])[];
}

function personCalled(name: string): Signed {
  const groups = [`group-of-${name}`, 'engineers', `ann&amp;${name}`];
  const attributes = [
    ['groups', groups],
    ['email', [`${name}@example.com`]],
    ['displayName', [`${name} Example`]],
    ['team', [name]],
  ] as const;
  return { subject: name, email: `${name}@example.com`, groups, attributes };
}

const PEOPLE = ['ann', 'bea', 'cem', 'dan'].map(personCalled);
const plain = (text: string): string => text.replaceAll('&amp;', '&');

/** As a connector tells it. */
const told = ({ subject, email, groups, attributes }: Signed): object => ({
  subject,
  email,
  groups: groups.map(plain),
  attributes: attributes.map(([name, values]) => [name, values.map(plain)]),
});

const tally = { sent: 0, accepted: 0, refused: new Map<string, number>(), slowestMs: 0 };

describe.each(SIGNING_MODES)(`random edits of genuine answers [seed ${SEED}], signed as: %s`, (mode) => {
  let idp: FakeSamlIdp;
  let door: ConnectorDoor;
  let answers: readonly { readonly person: Signed; readonly xml: string }[];
  let relayState: string;
  let certificate: string | undefined;

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
    const settings = connectorSchema.parse({
      kind: 'saml',
      id: 'corp',
      label: 'Corp',
      metadataUrl: idp.metadataUrl,
      ...settingsOf(mode),
    });
    door = await openConnectorDoor({ create: (environment) => createConnector(settings, environment) });
    const request = idp.readRequest(await door.start());
    relayState = request.relayState;
    answers = PEOPLE.map((person) => ({
      person,
      xml: idp.answerXml(request, {
        signs: mode === 'encrypted' ? 'assertion' : mode,
        subjectXml: `<saml:NameID>${person.subject}</saml:NameID>`,
        attributesXml: attributeStatement(person.attributes),
      }),
    }));
    if (mode === 'encrypted') certificate = encryptionCertificate(await door.metadata());
  });
  afterAll(() => Promise.all([door.close(), idp.close()]));

  async function send(xml: string): Promise<Outcome> {
    const started = performance.now();
    const outcome = await door.post({ SAMLResponse: base64(xml), RelayState: relayState });
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - started);
    return outcome;
  }

  const asSent = (xml: string): Promise<string> | string =>
    certificate === undefined ? xml : encryptAssertions(xml, certificate);

  it('are accepted before they are edited', async () => {
    for (const { person, xml } of answers) {
      expect(await send(await asSent(xml))).toMatchObject({ status: 200, ...told(person) });
    }
  });

  it(`are refused, or accepted as what was signed`, { timeout: 120_000 * TIMES }, async () => {
    for (let number = 0; number < MUTANTS_PER_MODE; number += 1) {
      const random = new Random(SEED + number * SIGNING_MODES.length + SIGNING_MODES.indexOf(mode));
      const [one, other] = random.shuffled(answers);
      if (one === undefined || other === undefined) throw new Error('there are too few people');
      const originals = { one: one.xml, other: other.xml };
      // What is encrypted may be edited inside, and around it.
      const inside = certificate === undefined || random.chance(0.6);
      const mutant = mutate(inside ? one.xml : await asSent(one.xml), random, originals);
      const outcome = await send(inside ? await asSent(mutant.xml) : mutant.xml);
      const label = `mutant ${number} of ${mode}, seed ${SEED}`;
      tally.sent += 1;
      if (outcome.status === 200) {
        tally.accepted += 1;
        const { subject, email, groups, attributes } = outcome;
        expect([told(one.person), told(other.person)], label).toContainEqual({
          subject,
          email,
          groups,
          attributes,
        });
      } else {
        expect(
          mutant.harmless,
          `${label} is harmless, but ${outcome.code ?? ''}: ${outcome.detail ?? ''}`,
        ).toBe(false);
        expect(outcome.code, `${label}: ${outcome.detail ?? ''}`).toMatch(/^saml\./);
        tally.refused.set(outcome.code ?? '', (tally.refused.get(outcome.code ?? '') ?? 0) + 1);
      }
    }
  });
});

describe('the fuzzer', () => {
  it('sent as many as it should, had some accepted, and was refused for many reasons', () => {
    expect(tally.sent).toBeGreaterThanOrEqual(FEWEST_MUTANTS);
    expect(tally.accepted).toBeGreaterThanOrEqual(FEWEST_ACCEPTED);
    expect(tally.accepted).toBeLessThan(tally.sent / 2);
    expect(tally.refused.size).toBeGreaterThan(6);
  });

  it('found nothing that takes long', () => {
    expect(tally.slowestMs).toBeLessThan(SLOWEST_MS);
  });
});

function settingsOf(mode: SigningMode): object {
  return mode === 'encrypted' ? { signed: 'assertion', encryption: 'required' } : { signed: mode };
}
