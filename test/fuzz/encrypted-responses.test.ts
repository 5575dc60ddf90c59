/** Encrypted assertions: spoiled where they are encrypted, and odd within, where only AWS's key can read them. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encryptAssertion } from '../support/encrypt-assertion.ts';
import { type CertifiedKey, createCertifiedKey } from '../support/self-signed-certificate.ts';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { formText, hostileText, spoils } from './hostile.ts';
import type { Seen } from './shot.ts';

let door: FuzzDoor;
let key: CertifiedKey;
let genuine: string;

const ROLE = 'arn:aws:iam::222233334444:role/Developer';
const PROVIDER = 'arn:aws:iam::222233334444:saml-provider/daypass';

beforeAll(async () => {
  door = await openFuzzDoor();
  key = createCertifiedKey('AWS, as far as the identity provider knows');
  const provider = {
    metadataUrl: `${door.federation.url}/aws/saml/metadata`,
    privateKeys: [key.privateKey],
    encryption: 'Allowed',
  };
  const seen = await door.fire({
    method: 'PUT',
    path: '/_sandbox/organization/accounts/222233334444/samlProviders/daypass',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(provider),
  });
  expect(seen.status).toBe(200);
  genuine = await encrypted();
});
afterAll(() => door.close());

async function encrypted(change: (xml: string) => string = (xml) => xml): Promise<string> {
  const response = door.federation.saml({ roleArn: ROLE, providerArn: PROVIDER, afterSigning: change });
  return Buffer.from(await encryptAssertion(response, key), 'base64').toString('utf8');
}

function redeem(xml: string): Promise<Seen> {
  const body = formText([
    ['Action', 'AssumeRoleWithSAML'],
    ['Version', '2011-06-15'],
    ['RoleArn', ROLE],
    ['PrincipalArn', PROVIDER],
    ['SAMLAssertion', Buffer.from(xml).toString('base64').slice(0, 100_000)],
  ]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return door.fire({ method: 'POST', path: '/', headers, body });
}

type Change = (xml: string) => string;

const ALGORITHM = fc.oneof(
  fc.constantFrom(
    'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
    'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
    'http://www.w3.org/2009/xmlenc11#aes128-gcm',
    'http://www.w3.org/2001/04/xmlenc#tripledes-cbc',
    'http://www.w3.org/2001/04/xmlenc#rsa-1_5',
    'http://www.w3.org/2009/xmlenc11#rsa-oaep',
    'http://www.w3.org/2000/09/xmldsig#sha1',
  ),
  hostileText.map((text) => text.replace(/[^\u0020-\u007e]|[<>&"]/g, '')),
);
const nth = fc.nat(4);

/** The `index`th of what fits, counted around. */
function replaceNth(xml: string, what: RegExp, index: number, by: (found: string) => string): string {
  const count = [...xml.matchAll(what)].length;
  let at = -1;
  return xml.replace(what, (found) => ((at += 1), at === index % Math.max(count, 1) ? by(found) : found));
}

const CIPHER_VALUE = /(?<=CipherValue>)[^<]*/g;

const outside: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(nth, ALGORITHM).map(
    ([index, name]): Change =>
      (xml) =>
        replaceNth(xml, /(?<=Algorithm=")[^"]*/g, index, () => name),
  ),
  fc.tuple(nth, spoils).map(
    ([index, spoil]): Change =>
      (xml) =>
        replaceNth(xml, CIPHER_VALUE, index, spoil),
  ),
  fc.tuple(nth, fc.uint8Array({ maxLength: 600 })).map(
    ([index, bytes]): Change =>
      (xml) =>
        replaceNth(xml, CIPHER_VALUE, index, () => Buffer.from(bytes).toString('base64')),
  ),
  fc.constantFrom(2, 20, 300).map(
    (times): Change =>
      (xml) =>
        xml.replace(/<e:EncryptedKey.*<\/e:EncryptedKey>/s, (found) => found.repeat(times)),
  ),
  fc.constantFrom(2, 40).map(
    (times): Change =>
      (xml) =>
        xml.replace(/<saml:EncryptedAssertion.*<\/saml:EncryptedAssertion>/s, (found) => found.repeat(times)),
  ),
  spoils,
);

const inside: fc.Arbitrary<Change> = fc.oneof(
  spoils.map(
    (spoil): Change =>
      (xml) =>
        xml.replace(/(?<=<saml:Assertion ).*(?=<\/saml:Assertion>)/s, (found) => spoil(found)),
  ),
  fc.constantFrom(70, 5_000).map(
    (times): Change =>
      (xml) =>
        xml.replace('<saml:Subject>', `${'<x>'.repeat(times)}${'</x>'.repeat(times)}<saml:Subject>`),
  ),
  fc.constant<Change>((xml) => xml.replace('<saml:Issuer>', '<!DOCTYPE x><saml:Issuer>')),
);

describe('whatever is encrypted', () => {
  fuzz('it is refused where somebody changed the cipher', { from: outside, runs: 250 }, (change) =>
    redeem(change(genuine)),
  );

  fuzz('it is refused where what was encrypted is odd', { from: inside, runs: 120 }, async (change) =>
    redeem(await encrypted(change)),
  );

  it('took the genuine one', async () => {
    expect((await redeem(genuine)).status).toBe(200);
    expect(door.outcomes.get('400 InvalidIdentityToken')).toBeGreaterThan(3);
  });
});
