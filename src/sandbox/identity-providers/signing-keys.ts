/** The identity providers' own keys. They persist: a restart must not void sign-ins or cached metadata. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';
import { keepFile } from '../kept-file.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

const CERTIFICATE_YEARS = 10;

export interface OpenIdKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly kid: string;
  readonly publicJwk: JWK;
}

export interface SamlKey {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  /** The certificate's DER as base64 without line breaks, as metadata has it. */
  readonly certificate: string;
}

export interface IdentityProviderKeys {
  readonly openId: OpenIdKey;
  readonly saml: SamlKey;
}

/** @param directory holds one file a key, mode 0600 */
export async function loadIdentityProviderKeys(directory: string, now: Date): Promise<IdentityProviderKeys> {
  const [openId, saml] = await Promise.all([
    keepFile(join(directory, 'openid-provider.pem'), newPrivateKey),
    keepFile(join(directory, 'saml-identity-provider.pem'), () => newKeyAndCertificate(now)),
  ]);
  return { openId: await readOpenIdKey(openId), saml: readSamlKey(saml) };
}

async function newPrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function newKeyAndCertificate(now: Date): Promise<string> {
  const pem = await newPrivateKey();
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(now.getUTCFullYear() + CERTIFICATE_YEARS);
  const certificate = selfSignedCertificate(createPrivateKey(pem), {
    commonName: 'Daypass sandbox SAML identity provider',
    notBefore: new Date(now.getTime() - 24 * 3_600_000),
    notAfter,
  });
  return pem + certificate;
}

async function readOpenIdKey(pem: string): Promise<OpenIdKey> {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { privateKey, publicKey, kid, publicJwk: { ...jwk, kid, alg: 'RS256', use: 'sig' } };
}

function readSamlKey(pem: string): SamlKey {
  const certificate = new X509Certificate(pem);
  return {
    privateKeyPem: createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: certificate.toString(),
    certificate: certificate.raw.toString('base64'),
  };
}
