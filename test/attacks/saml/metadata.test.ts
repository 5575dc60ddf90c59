/** S45, S46: documents in the provider's place, and keys that change. What was good before stays in force. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertifiedKey, type CertifiedKey } from '../../support/self-signed-certificate.ts';
import {
  attackedConnector,
  expectAttackRefused,
  expectGenuine,
  type AttackedConnector,
} from './attacked-connector.ts';
import { replacing } from './edit-xml.ts';

let target: AttackedConnector;
let attacker: CertifiedKey;

beforeAll(async () => {
  attacker = createCertifiedKey('attacker');
  target = await attackedConnector({
    mode: 'assertion',
    settings: ({ entityId }) => ({ entityId }),
  });
  await expectGenuine(target, await target.leave());
});
afterAll(() => target.close());

/** The provider's document with the attacker's key beside its own. */
const withBoth = (): string =>
  target.idp
    .metadataXml()
    .replace(
      /<md:KeyDescriptor use="signing">.*?<\/md:KeyDescriptor>/s,
      (own) => own + own.replace(target.idp.key().certificateBase64, attacker.certificateBase64),
    );
/** The same with the attacker's alone. */
const withAttacker = (): string =>
  target.idp.metadataXml().replace(target.idp.key().certificateBase64, attacker.certificateBase64);

type Document = { readonly status?: number; readonly body?: string };
const edited = (from: string | RegExp, to: string) => (): Document => ({
  body: replacing(from, to)(withAttacker()),
});

const POISON: readonly (readonly [name: string, document: () => Document])[] = [
  ['another entity’s name', edited(/entityID="[^"]+"/, 'entityID="https://evil.example"')],
  ['no entity’s name', edited(/entityID="[^"]+"/, '')],
  ['a document type', edited('<md:EntityDescriptor', '<!DOCTYPE x><md:EntityDescriptor')],
  [
    'an external entity',
    edited(
      '<md:EntityDescriptor',
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><md:EntityDescriptor',
    ),
  ],
  ['a validity that is over', edited('entityID=', 'validUntil="2020-01-01T00:00:00Z" entityID=')],
  ['a validity that is no date', edited('entityID=', 'validUntil="for ever" entityID=')],
  [
    'a role whose validity is over',
    edited('<md:IDPSSODescriptor ', '<md:IDPSSODescriptor validUntil="2020-01-01T00:00:00Z" '),
  ],
  ['a key for encryption alone', edited('use="signing"', 'use="encryption"')],
  ['an affiliation', edited(/md:EntityDescriptor/g, 'md:AffiliationDescriptor')],
  ['a service provider alone', edited(/md:IDPSSODescriptor/g, 'md:SPSSODescriptor')],
  [
    'another protocol',
    edited('urn:oasis:names:tc:SAML:2.0:protocol"', 'urn:oasis:names:tc:SAML:1.1:protocol"'),
  ],
  ['no address', edited(/<md:SingleSignOnService[^>]*\/>/, '')],
  ['a script as address', edited(/(?<=<md:SingleSignOnService[^>]*Location=")[^"]+/, 'javascript:alert(1)')],
  ['another namespace', edited('urn:oasis:names:tc:SAML:2.0:metadata', 'urn:evil')],
  [
    'a key of 1,024 bits',
    () => ({
      body: withAttacker().replace(
        attacker.certificateBase64,
        createCertifiedKey('weak', 1_024).certificateBase64,
      ),
    }),
  ],
  [
    'a certificate that is none',
    () => ({ body: withAttacker().replace(attacker.certificateBase64, 'AAAA') }),
  ],
  ['half a document', () => ({ body: withAttacker().slice(0, 900) })],
  ['a second root', () => ({ body: withAttacker() + '<x/>' })],
  ['nothing', () => ({ body: '' })],
  ['a page', () => ({ body: '<!doctype html><title>Not found</title>' })],
  ['50 MB', () => ({ body: withAttacker().replace('<!-- by hand -->', ' '.repeat(50_000_000)) })],
  ['a fault', () => ({ status: 500, body: withAttacker() })],
  ['not found', () => ({ status: 404, body: withAttacker() })],
];

let round = 0;

/** A refused answer makes the broker look for a new key, at most every ten seconds by its own clock. */
function letItLookAgain(): void {
  round += 1;
  target.world.clock.reset();
  target.world.clock.move((round % 2) * 15_000);
}

describe('metadata that the attacker serves', () => {
  it.each(POISON)(
    'S45: with %s is refused, and the last good one stays in force',
    async (_name, document) => {
      letItLookAgain();
      target.idp.serveMetadata(document());
      const reads = target.idp.metadataReads();
      const departure = await target.leave();
      const page = await departure.post(await departure.answer({ key: attacker }));
      await expectAttackRefused(target, departure, page, ['saml.signature_invalid']);
      expect(target.idp.metadataReads()).toBeGreaterThan(reads);
      await expectGenuine(target, departure);
    },
  );
});

describe('a provider that changes its key', () => {
  it('S46: signs with the new one and the old one while it shows both', async () => {
    letItLookAgain();
    target.idp.serveMetadata({ body: withBoth() });
    await expectGenuine(target, await target.leave(), { key: attacker });
    await expectGenuine(target, await target.leave());
  });

  it('S46: signs with the new one at once, and never again with the one that it no longer shows', async () => {
    letItLookAgain();
    const old = target.idp.key();
    target.idp.rotate();
    target.idp.serveMetadata(undefined);
    await expectGenuine(target, await target.leave());
    for (const key of [old, attacker]) {
      const departure = await target.leave();
      const page = await departure.post(await departure.answer({ key }));
      await expectAttackRefused(target, departure, page, ['saml.signature_invalid']);
    }
    await expectGenuine(target, await target.leave());
  });
});
