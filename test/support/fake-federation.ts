/**
 * Whoever the sandbox's accounts trust, played over HTTP: a SAML identity provider and an OpenID provider
 * with keys of their own, which sign what a test tells them to.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { SignedXml } from 'xml-crypto';
import { type CertifiedKey, createCertifiedKey } from './self-signed-certificate.ts';

const AWS_ATTRIBUTE = 'https://aws.amazon.com/SAML/Attributes/';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export interface SamlRecipe {
  readonly roleArn: string;
  readonly providerArn: string;
  readonly now?: Date;
  readonly issuer?: string;
  readonly audience?: string;
  readonly recipient?: string;
  readonly nameId?: string | undefined;
  readonly sessionName?: string | undefined;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly sessionNotOnOrAfter?: Date;
  readonly notBefore?: Date;
  readonly status?: string;
  readonly key?: CertifiedKey;
  readonly signs?: 'assertion' | 'response' | 'none';
  readonly signatureAlgorithm?: string;
  readonly afterSigning?: (xml: string) => string;
}

export interface TokenRecipe {
  readonly issuer?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly now?: Date;
  /** Signs with a key that is not published. */
  readonly foreignKey?: boolean;
}

export interface FakeFederation {
  readonly url: string;
  saml(recipe: SamlRecipe): string;
  token(recipe?: TokenRecipe): Promise<string>;
  /** New keys from now on; the old ones are published no longer. */
  rotate(): Promise<void>;
  /** Replaces the answer at a path; undefined brings the honest one back. */
  serve(path: string, answer: { status?: number; body?: string; hang?: boolean } | undefined): void;
  reads(path: string): number;
  close(): Promise<void>;
}

interface TokenKeys {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function createTokenKeys(): Promise<TokenKeys> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  return {
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid: randomBytes(4).toString('hex'), alg: 'RS256' },
  };
}

export async function startFakeFederation(): Promise<FakeFederation> {
  let certified = createCertifiedKey('fake broker');
  let tokenKeys = await createTokenKeys();
  const foreign = await createTokenKeys();
  const overrides = new Map<string, { status?: number; body?: string; hang?: boolean }>();
  const reads = new Map<string, number>();

  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    reads.set(path, (reads.get(path) ?? 0) + 1);
    const override = overrides.get(path);
    if (override?.hang === true) return;
    const body = override?.body ?? documentAt(path);
    response.writeHead(override?.status ?? (body === undefined ? 404 : 200)).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function documentAt(path: string): string | undefined {
    if (path === '/aws/saml/metadata') return metadata(url, certified);
    const base = path.startsWith('/oidc/') ? `${url}/oidc` : `${url}/aws`;
    if (path.endsWith('/.well-known/openid-configuration')) return discovery(base);
    return path.endsWith('/jwks.json') ? JSON.stringify({ keys: [tokenKeys.jwk] }) : undefined;
  }

  return {
    url,
    saml: (recipe) => samlResponse({ issuer: `${url}/aws/saml/metadata`, key: certified, ...recipe }),
    token: ({ issuer = `${url}/aws`, claims = {}, now = new Date(), foreignKey = false } = {}) => {
      const seconds = Math.floor(now.getTime() / 1000);
      const payload = {
        iss: issuer,
        aud: 'sts.amazonaws.com',
        sub: 'erin',
        iat: seconds,
        exp: seconds + 300,
        ...claims,
      };
      const { privateKey } = foreignKey ? foreign : tokenKeys;
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid: tokenKeys.jwk.kid ?? '' })
        .sign(privateKey);
    },
    rotate: async () => {
      certified = createCertifiedKey('fake broker, next');
      tokenKeys = await createTokenKeys();
    },
    serve: (path, answer) => {
      if (answer === undefined) overrides.delete(path);
      else overrides.set(path, answer);
    },
    reads: (path) => reads.get(path) ?? 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function metadata(url: string, key: CertifiedKey): string {
  return `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${url}/aws/saml/metadata"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${key.certificateBase64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor></md:IDPSSODescriptor></md:EntityDescriptor>`;
}

function discovery(issuer: string): string {
  return JSON.stringify({
    issuer,
    jwks_uri: `${issuer}/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  });
}

function samlResponse(recipe: SamlRecipe & { issuer: string; key: CertifiedKey }): string {
  const xml = sign(responseXml(recipe), recipe);
  return Buffer.from(recipe.afterSigning?.(xml) ?? xml).toString('base64');
}

function responseXml(recipe: SamlRecipe & { issuer: string }): string {
  const { now = new Date(), status = 'urn:oasis:names:tc:SAML:2.0:status:Success' } = recipe;
  const at = now.toISOString();
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response" Version="2.0" IssueInstant="${at}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${recipe.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>${assertionXml(recipe, now)}</samlp:Response>`;
}

function assertionXml(recipe: SamlRecipe & { issuer: string }, now: Date): string {
  const soon = new Date(now.getTime() + 300_000).toISOString();
  const { recipient = 'https://signin.aws.amazon.com/saml', audience = 'urn:amazon:webservices' } = recipe;
  const nameId = 'nameId' in recipe ? recipe.nameId : 'erin';
  const subject =
    nameId === undefined
      ? ''
      : `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${nameId}</saml:NameID>`;
  const notBefore = recipe.notBefore === undefined ? '' : ` NotBefore="${recipe.notBefore.toISOString()}"`;
  const until =
    recipe.sessionNotOnOrAfter === undefined
      ? ''
      : ` SessionNotOnOrAfter="${recipe.sessionNotOnOrAfter.toISOString()}"`;
  return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion" Version="2.0" IssueInstant="${now.toISOString()}"><saml:Issuer>${recipe.issuer}</saml:Issuer><saml:Subject>${subject}<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${soon}" Recipient="${recipient}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions${notBefore} NotOnOrAfter="${soon}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${now.toISOString()}"${until}><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributesXml(recipe)}</saml:AttributeStatement></saml:Assertion>`;
}

function attributesXml(recipe: SamlRecipe): string {
  const sessionName = 'sessionName' in recipe ? recipe.sessionName : 'erin.engel';
  const attributes = {
    Role: [`${recipe.roleArn},${recipe.providerArn}`],
    ...(sessionName === undefined ? {} : { RoleSessionName: [sessionName] }),
    ...recipe.attributes,
  };
  return Object.entries(attributes)
    .map(([name, values]) => {
      const inner = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('');
      return `<saml:Attribute Name="${AWS_ATTRIBUTE}${name}">${inner}</saml:Attribute>`;
    })
    .join('');
}

function sign(
  xml: string,
  { signs = 'assertion', key, signatureAlgorithm }: SamlRecipe & { key: CertifiedKey },
): string {
  if (signs === 'none') return xml;
  const element = signs === 'assertion' ? 'Assertion' : 'Response';
  const signer = new SignedXml({
    privateKey: key.privateKey,
    signatureAlgorithm: signatureAlgorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE,
  });
  const xpath = signs === 'assertion' ? "/*/*[local-name(.)='Assertion']" : '/*';
  signer.addReference({
    xpath,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signer.computeSignature(xml, {
    location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  if (!signer.getSignedXml().includes(element)) throw new Error('nothing was signed');
  return signer.getSignedXml();
}
