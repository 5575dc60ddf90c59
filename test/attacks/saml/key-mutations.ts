/** Whose key signed, and by which algorithm (S17 to S19, S46). */
import { createHmac, createPublicKey } from 'node:crypto';
import { createCertifiedKey } from '../../support/self-signed-certificate.ts';
import { DS, child, editing, make, replacing } from './edit-xml.ts';
import type { Aid, Codes, Mutation } from './mutation.ts';

const INVALID: Codes = ['saml.signature_invalid'];
const WEAK: Codes = ['saml.weak_algorithm'];
const METHOD = /(?<=SignatureMethod Algorithm=")[^"]+/g;
const DIGEST_METHOD = /(?<=DigestMethod Algorithm=")[^"]+/g;
const KEY_INFO = /<ds:KeyInfo>.*?<\/ds:KeyInfo>/gs;

const keys: readonly Mutation[] = [
  {
    row: 'S17',
    name: 'CVE-2024-32962: a stranger’s key, with its own certificate shown',
    recipe: ({ stranger }) => ({ key: stranger }),
    codes: INVALID,
  },
  {
    row: 'S17',
    name: 'CVE-2026-18089: a stranger’s key, with the trusted certificate shown',
    recipe: ({ stranger, idp }) => ({ key: stranger, shownCertificate: idp.key().certificate }),
    codes: INVALID,
  },
  {
    row: 'S17',
    name: 'a stranger’s key under the trusted name',
    recipe: () => ({ key: createCertifiedKey('fake identity provider') }),
    codes: INVALID,
  },
  {
    row: 'S17',
    name: 'a stranger’s key as a bare key value',
    recipe: ({ stranger }) => ({
      key: stranger,
      afterSigning: replacing(KEY_INFO, `<ds:KeyInfo>${keyValue(stranger.certificate)}</ds:KeyInfo>`),
    }),
    codes: INVALID,
  },
  {
    row: 'S17',
    name: 'a stranger’s key with both certificates shown',
    recipe: ({ stranger, idp }) => ({
      key: stranger,
      shownCertificate: idp.key().certificate + stranger.certificate,
    }),
    codes: INVALID,
  },
  {
    row: 'S17',
    name: 'CVE-2026-28323: a stranger’s key, with no certificate shown',
    recipe: ({ stranger }) => ({ key: stranger, afterSigning: replacing(KEY_INFO, '') }),
    codes: INVALID,
  },
  {
    row: 'S17',
    name: 'a stranger’s key, to be fetched from an address',
    recipe: ({ stranger, canaryUrl }) => ({
      key: stranger,
      afterSigning: replacing(
        KEY_INFO,
        `<ds:KeyInfo><ds:RetrievalMethod URI="${canaryUrl}" Type="http://www.w3.org/2000/09/xmldsig#rawX509Certificate"/></ds:KeyInfo>`,
      ),
    }),
    codes: INVALID,
  },
  {
    row: 'S17',
    name: 'the broker’s other provider’s key',
    recipe: ({ neighbour }) => ({ key: neighbour.key() }),
    codes: INVALID,
  },
  {
    row: 'S46',
    name: 'a key that the provider’s metadata does not show',
    recipe: () => ({ key: createCertifiedKey('fake identity provider, next') }),
    codes: INVALID,
  },
];

function keyValue(certificate: string): string {
  const { n = '', e = '' } = createPublicKey(certificate).export({ format: 'jwk' });
  const plain = (value: string): string => Buffer.from(value, 'base64url').toString('base64');
  return `<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${plain(n)}</ds:Modulus><ds:Exponent>${plain(e)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`;
}

const RSA_SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';

const weak: readonly Mutation[] = [
  { row: 'S18', name: 'rsa-sha1 by the trusted key', recipe: { signatureAlgorithm: RSA_SHA1 }, codes: WEAK },
  { row: 'S18', name: 'a sha1 digest by the trusted key', recipe: { digestAlgorithm: SHA1 }, codes: WEAK },
  {
    row: 'S18',
    name: 'rsa-sha1 with a sha1 digest by the trusted key',
    recipe: { signatureAlgorithm: RSA_SHA1, digestAlgorithm: SHA1 },
    codes: WEAK,
  },
  ...[
    'http://www.w3.org/2001/04/xmldsig-more#rsa-md5',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160',
    'http://www.w3.org/2000/09/xmldsig#dsa-sha1',
  ].map((algorithm): Mutation => ({
    row: 'S18',
    name: `the name of ${algorithm.split('#')[1] ?? ''}`,
    recipe: { afterSigning: replacing(METHOD, algorithm) },
    codes: WEAK,
  })),
  {
    row: 'S18',
    name: 'the name of an md5 digest',
    recipe: { afterSigning: replacing(DIGEST_METHOD, 'http://www.w3.org/2001/04/xmldsig-more#md5') },
    codes: WEAK,
  },
];

const PEM = (aid: Aid): string => aid.idp.key().certificate;
const HMACS: readonly (readonly [name: string, uri: string, hash: string, secret: (aid: Aid) => string])[] = [
  ['hmac-sha1 with the certificate', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1', 'sha1', PEM],
  ['hmac-sha256 with the certificate', 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'sha256', PEM],
  [
    'hmac-sha256 with the certificate’s base64',
    'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256',
    'sha256',
    ({ idp }) => idp.key().certificateBase64,
  ],
  [
    'hmac-sha512 with the public key',
    'http://www.w3.org/2001/04/xmldsig-more#hmac-sha512',
    'sha512',
    (aid) => createPublicKey(PEM(aid)).export({ type: 'spki', format: 'pem' }).toString(),
  ],
  ['hmac-sha1 with nothing', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1', 'sha1', () => ''],
];

const unlisted: readonly Mutation[] = [
  ...HMACS.map(([name, uri, hash, secret]): Mutation => ({
    row: 'S19',
    name,
    recipe: (aid) => ({
      afterSigning: (xml) => {
        const renamed = replacing(METHOD, uri)(xml);
        const info = /<ds:SignedInfo>.*?<\/ds:SignedInfo>/s.exec(renamed)?.[0] ?? '';
        const value = createHmac(hash, secret(aid)).update(info).digest('base64');
        return replacing(/(?<=<ds:SignatureValue>)[^<]+/g, value)(renamed);
      },
    }),
    codes: WEAK,
  })),
  ...['urn:x', '__proto__', 'constructor', 'toString', ''].flatMap((algorithm): Mutation[] => [
    {
      row: 'S19',
      name: `“${algorithm}” as signature method`,
      recipe: { afterSigning: replacing(METHOD, algorithm) },
      codes: WEAK,
    },
    {
      row: 'S19',
      name: `“${algorithm}” as digest method`,
      recipe: { afterSigning: replacing(DIGEST_METHOD, algorithm) },
      codes: WEAK,
    },
  ]),
  {
    row: 'S19',
    name: 'no name of a signature method',
    recipe: { afterSigning: replacing(/(?<=SignatureMethod) Algorithm="[^"]+"/g, '') },
    codes: WEAK,
  },
  {
    row: 'S19',
    name: 'a second signature method, of an HMAC',
    recipe: {
      afterSigning: editing(({ signature }) => {
        const info = child(signature, DS, 'SignedInfo');
        const second = make(info, DS, 'ds:SignatureMethod');
        second.setAttribute('Algorithm', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1');
        info.insertBefore(second, child(info, DS, 'Reference'));
      }),
    },
    codes: INVALID,
  },
];

export const keyMutations: readonly Mutation[] = [...keys, ...weak, ...unlisted];
