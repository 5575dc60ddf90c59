/**
 * The program `xmlsec1` (Debian's package of that name) as a second opinion: on documents that others sign it has
 * to judge as the sandbox does, and what it signs and encrypts itself the sandbox has to take.
 */
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decryptAssertion } from '../../src/sandbox/aws/sts/saml/saml-decryption.ts';
import { childElements, parseXml } from '../../src/sandbox/aws/sts/saml/xml-document.ts';
import { type CertifiedKey, createCertifiedKey } from '../support/self-signed-certificate.ts';
import { responseOf, signedDocuments } from './signed-documents.ts';
import { isTakenHere } from './verdict.ts';

const run = promisify(execFile);
const IDS = [
  '--id-attr:ID',
  'urn:oasis:names:tc:SAML:2.0:assertion:Assertion',
  '--id-attr:ID',
  'urn:oasis:names:tc:SAML:2.0:protocol:Response',
];
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const ENCRYPTION = 'http://www.w3.org/2001/04/xmlenc#';

export function describeXmlsec1(program: string): void {
  const key = createCertifiedKey('the identity provider');
  let directory = '';
  // From 1.3 on it looks only for keys that the document names, unless it is told otherwise.
  let keySearch: readonly string[] = [];
  beforeAll(async () => {
    const { stdout } = await run(program, ['--version']);
    if (!/^xmlsec1 1\.2\./.test(stdout)) keySearch = ['--lax-key-search'];
    directory = await mkdtemp(join(tmpdir(), 'xmlsec1-'));
    await writeFile(join(directory, 'private.pem'), key.privateKey, { mode: 0o600 });
    await writeFile(join(directory, 'public.pem'), publicKeyOf(key));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const at = (name: string) => join(directory, name);
  async function xmlsec1(command: readonly string[], xml: string): Promise<string> {
    await writeFile(at('in.xml'), xml);
    const [verb = '', ...rest] = command;
    await run(program, [verb, ...keySearch, ...IDS, ...rest, '--output', at('out.xml'), at('in.xml')], {
      timeout: 20_000,
    });
    return readFile(at('out.xml'), 'utf8');
  }
  const holdsThere = (xml: string): Promise<boolean> =>
    xmlsec1(['--verify', '--pubkey-pem', at('public.pem')], xml).then(
      () => true,
      () => false,
    );

  describe('xmlsec1 and the sandbox', () => {
    it.each(signedDocuments(key))('agree on $what', async ({ xml, holds, refusedHere }) => {
      expect(await holdsThere(xml)).toBe(holds);
      expect(isTakenHere(xml, key)).toBe(holds && refusedHere === undefined);
    });
  });

  describe('what xmlsec1 signs', () => {
    it.each([
      [
        'with a prefix list',
        `<InclusiveNamespaces xmlns="${EXCLUSIVE}" PrefixList="xs samlp"/>`,
        EXCLUSIVE,
        true,
      ],
      ['with comments', '', `${EXCLUSIVE}WithComments`, true],
      ['with inclusive canonicalization', '', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315', false],
    ] as const)('%s is judged as it should be', async (_what, inner, method, isTaken) => {
      const template = signatureTemplate(`<Transform Algorithm="${method}">${inner}</Transform>`);
      const unsigned = responseOf(key, { signs: 'none', sessionName: 'erin<!-- comment -->.engel' })
        .replace('<samlp:Response ', '<samlp:Response xmlns:xs="urn:xs" ')
        .replace(/(?<=<saml:Assertion .*?<\/saml:Issuer>)/s, template);
      const xml = await xmlsec1(['--sign', '--privkey-pem', at('private.pem')], unsigned);
      expect(await holdsThere(xml)).toBe(true);
      expect(isTakenHere(xml, key)).toBe(isTaken);
      expect(isTakenHere(xml.replace('erin<', 'alex<'), key)).toBe(false);
    });
  });

  it('signs a processing instruction, which the sandbox does not take', async () => {
    const template = signatureTemplate(`<Transform Algorithm="${EXCLUSIVE}"/>`);
    const unsigned = responseOf(key, { signs: 'none', sessionName: 'erin<?a b?>.engel' });
    const placed = unsigned.replace(/(?<=<saml:Assertion .*?<\/saml:Issuer>)/s, template);
    const xml = await xmlsec1(['--sign', '--privkey-pem', at('private.pem')], placed);
    expect(await holdsThere(xml)).toBe(true);
    expect(isTakenHere(xml, key)).toBe(false);
  });

  describe('what xmlsec1 encrypts', () => {
    it.each([
      ['2001/04/xmlenc#aes128-cbc', 'aes-128'],
      ['2001/04/xmlenc#aes192-cbc', 'aes-192'],
      ['2001/04/xmlenc#aes256-cbc', 'aes-256'],
      ['2009/xmlenc11#aes128-gcm', 'aes-128'],
      ['2009/xmlenc11#aes192-gcm', 'aes-192'],
      ['2009/xmlenc11#aes256-gcm', 'aes-256'],
    ])('with %s is opened', async (algorithm, sessionKey) => {
      const plain = /<saml:Assertion .*<\/saml:Assertion>/s.exec(responseOf(key))?.[0] ?? '';
      await writeFile(at('plain.xml'), plain);
      const command = ['--encrypt', '--pubkey-pem', at('public.pem'), '--session-key', sessionKey];
      const data = await xmlsec1(
        [...command, '--xml-data', at('plain.xml')],
        encryptionTemplate(`http://www.w3.org/${algorithm}`),
      );
      const wrapped = `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${data.replace(/<\?xml.*?\?>/, '')}</saml:EncryptedAssertion>`;
      const [opened] = childElements(parseXml(decryptAssertion(parseXml(wrapped), [key.privateKey])));
      expect(opened?.getAttribute('ID')).toBe('_assertion');
    });
  });
}

function publicKeyOf({ certificate }: CertifiedKey): string {
  return createPublicKey(certificate).export({ type: 'spki', format: 'pem' }).toString();
}

function signatureTemplate(canonicalization: string): string {
  const method = (name: string, algorithm: string): string => `<${name} Algorithm="${algorithm}"/>`;
  return `<Signature xmlns="${SIGNATURE}"><SignedInfo>${method('CanonicalizationMethod', EXCLUSIVE)}${method('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}<Reference URI="#_assertion"><Transforms>${method('Transform', `${SIGNATURE}enveloped-signature`)}${canonicalization}</Transforms>${method('DigestMethod', `${ENCRYPTION}sha256`)}<DigestValue/></Reference></SignedInfo><SignatureValue/></Signature>`;
}

function encryptionTemplate(algorithm: string): string {
  return `<EncryptedData xmlns="${ENCRYPTION}" Type="${ENCRYPTION}Element"><EncryptionMethod Algorithm="${algorithm}"/><KeyInfo xmlns="${SIGNATURE}"><EncryptedKey xmlns="${ENCRYPTION}"><EncryptionMethod Algorithm="${ENCRYPTION}rsa-oaep-mgf1p"/><KeyInfo xmlns="${SIGNATURE}"><KeyName/></KeyInfo><CipherData><CipherValue/></CipherData></EncryptedKey></KeyInfo><CipherData><CipherValue/></CipherData></EncryptedData>`;
}
