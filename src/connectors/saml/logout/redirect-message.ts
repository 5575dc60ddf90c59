/** A provider's signed message by redirect: verified as octets first, read as XML only then. */
import { constants, verify, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import { BrokerError, type ErrorCode } from '../../../core/errors.ts';
import { decodeUtf8 } from '../decode-message.ts';
import { decoded, type RedirectQuery } from './redirect-query.ts';

const DEFLATE = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** A signed logout request with its certificate and dozens of session indexes is below it. */
export const MAXIMUM_LOGOUT_BYTES = 16_384;

interface Algorithm {
  readonly hash: 'sha256' | 'sha512';
  readonly pss: boolean;
}

const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', { hash: 'sha256', pss: false }],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', { hash: 'sha512', pss: false }],
  ['http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1', { hash: 'sha256', pss: true }],
]);

const verifyAsync = promisify(verify);

/**
 * The text of a `SAMLRequest` that one of the certificates has signed.
 *
 * @throws BrokerError `saml.signature_invalid`, `saml.weak_algorithm`, `saml.malformed`, `saml.too_large`, `saml.encoding`
 */
export async function signedRedirectRequest(
  query: RedirectQuery,
  certificates: readonly string[],
): Promise<string> {
  if (query.has('SAMLEncoding') && decoded(query, 'SAMLEncoding') !== DEFLATE) {
    refuse('saml.malformed', 'another encoding than DEFLATE');
  }
  if (!query.has('Signature') || !query.has('SigAlg')) refuse('saml.signature_invalid', 'no signature');
  const algorithm = ALGORITHMS.get(decoded(query, 'SigAlg'));
  if (algorithm === undefined) refuse('saml.weak_algorithm', 'SigAlg is not on the list');
  const signature = base64Of(query, 'Signature', 'saml.signature_invalid');
  const octets = Buffer.from(signedOctets(query));
  for (const certificate of certificates) {
    if (await holds(certificate, { algorithm, signature, octets })) {
      return inflated(base64Of(query, 'SAMLRequest', 'saml.malformed'));
    }
  }
  return refuse('saml.signature_invalid', 'no certificate of the provider fits');
}

/** SAML bindings section 3.4.4.1: in this order, as they were sent; an absent RelayState is left out. */
function signedOctets(query: RedirectQuery): string {
  return (['SAMLRequest', 'RelayState', 'SigAlg'] as const)
    .filter((name) => query.has(name))
    .map((name) => `${name}=${query.get(name) ?? ''}`)
    .join('&');
}

interface Signed {
  readonly algorithm: Algorithm;
  readonly signature: Buffer;
  readonly octets: Buffer;
}

async function holds(certificate: string, { algorithm, signature, octets }: Signed): Promise<boolean> {
  const key = new X509Certificate(certificate).publicKey;
  const padding = algorithm.pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
  return verifyAsync(algorithm.hash, octets, { key, ...padding }, signature);
}

function base64Of(query: RedirectQuery, name: 'SAMLRequest' | 'Signature', code: ErrorCode): Buffer {
  // Some providers break lines.
  const text = decoded(query, name).replace(/[\r\n]+/g, '');
  if (text.length % 4 !== 0 || !BASE64.test(text)) refuse(code, `${name} is not base64`);
  return Buffer.from(text, 'base64');
}

function inflated(bytes: Buffer): string {
  let text: Buffer;
  try {
    text = inflateRawSync(bytes, { maxOutputLength: MAXIMUM_LOGOUT_BYTES });
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    return refuse(tooLarge ? 'saml.too_large' : 'saml.malformed', 'cannot be inflated');
  }
  return decodeUtf8(text);
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
