/** Logout messages of a SAML identity provider that can be told to lie, and a door that hears them. */
import { constants, createSign, randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import express from 'express';
import { SignedXml } from 'xml-crypto';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { endsProviderSession, hearsBrowserLogout } from '../../src/connectors/connector.ts';
import { connectorSchema } from '../../src/core/catalogue.ts';
import { BrokerError } from '../../src/core/errors.ts';
import type { SessionSelector, SignInSession } from '../../src/core/ports/stores.ts';
import { openConnectorDoor, type ConnectorDoor } from './connector-door.ts';
import { base64, type FakeSamlIdp } from './fake-saml-idp.ts';
import type { CertifiedKey } from './self-signed-certificate.ts';

export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

type Time = number | string | undefined;

/** Times are milliseconds from now, or the text itself; undefined leaves the attribute out. */
export interface LogoutRecipe {
  readonly element?: string;
  readonly id?: string;
  readonly version?: string;
  readonly issuerXml?: string;
  readonly destination?: string | undefined;
  readonly issueInstant?: Time;
  readonly notOnOrAfter?: Time;
  readonly nameIdXml?: string;
  readonly sessionIndexes?: readonly string[];
  readonly extraXml?: string;
}

/** A person's session, as the broker keeps it. */
export interface HeldSession {
  readonly subject: string;
  readonly providerSession?: string;
}

export interface LogoutAnswer {
  readonly status: number;
  /** `request` or `answer` where it was heard. */
  readonly kind?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly answerUrl?: string;
}

export interface LogoutDoor extends ConnectorDoor {
  readonly logoutUrl: string;
  /** Live sessions, by person and provider session. */
  sessions(): readonly string[];
  get(query: string): Promise<LogoutAnswer>;
  postForm(form: Readonly<Record<string, string>> | string): Promise<LogoutAnswer>;
  urlOf(connectorState: Readonly<Record<string, string>> | undefined): Promise<string | undefined>;
}

const HELD: readonly HeldSession[] = [
  { subject: 'ann', providerSession: 's1' },
  { subject: 'ann', providerSession: 's2' },
  { subject: 'bob', providerSession: 's3' },
];

/** What the broker does with a connector that hears logouts, with sessions and spent ids in memory. */
export async function openLogoutDoor(
  settings: object,
  held: readonly HeldSession[] = HELD,
): Promise<LogoutDoor> {
  const parsed = connectorSchema.parse({ kind: 'saml', id: 'corp', label: 'Corp', ...settings });
  let live = [...held];
  const spent = new Set<string>();
  const door = await openConnectorDoor({
    create: (environment) => createConnector(parsed, environment),
    mount: (app, connector) => {
      app.use(express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 20 }));
      app.all('/saml/corp/logout', async (request, response) => {
        if (!hearsBrowserLogout(connector)) throw new Error('does not hear logouts');
        const heard = await connector.hearLogout(request);
        if (heard.kind === 'request') {
          const names = heard.logout.spend.map(({ scope, value }) => `${scope} ${value}`);
          if (names.some((name) => spent.has(name))) throw new BrokerError('sign_in.replayed');
          for (const name of names) spent.add(name);
          live = live.filter((session) => !fits(session, heard.logout.sessions));
        }
        response.json({
          kind: heard.kind,
          ...(heard.kind === 'request' ? { answerUrl: heard.answerUrl } : {}),
        });
      });
    },
  });
  const logoutUrl = `${door.baseUrl}/saml/corp/logout`;
  const outcomeOf = async (answer: Response): Promise<LogoutAnswer> => ({
    ...((await answer.json()) as object),
    status: answer.status,
  });
  return {
    ...door,
    logoutUrl,
    sessions: () => live.map(({ subject, providerSession = '' }) => `${subject} ${providerSession}`),
    get: async (query) => outcomeOf(await fetch(`${logoutUrl}?${query}`)),
    postForm: async (form) => {
      const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return outcomeOf(await fetch(logoutUrl, { method: 'POST', body, headers }));
    },
    urlOf: async (connectorState) => {
      if (!endsProviderSession(door.connector)) throw new Error('ends no session of its provider');
      return door.connector.logoutUrl(sessionWith(connectorState));
    },
  };
}

function fits(session: HeldSession, selector: SessionSelector): boolean {
  return (
    (selector.subject === undefined || selector.subject === session.subject) &&
    (selector.providerSession === undefined || selector.providerSession === session.providerSession)
  );
}

function sessionWith(connectorState: Readonly<Record<string, string>> | undefined): SignInSession {
  const now = new Date();
  return {
    idHash: '0'.repeat(64),
    identity: { connectorId: 'corp', subject: 'ann', groups: [], attributes: new Map() },
    createdAt: now,
    seenAt: now,
    idleExpiresAt: now,
    absoluteExpiresAt: now,
    authentication: { at: now, contexts: [] },
    confirmedAt: now,
    ...(connectorState === undefined ? {} : { connectorState }),
  };
}

/** The provider's metadata with addresses for single logout. */
export function withLogout(idp: FakeSamlIdp, attributes = `Location="${idp.ssoUrl}/logout"`): string {
  const service = `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" ${attributes}/>`;
  return idp.metadataXml().replace('<md:SingleSignOnService', `${service}<md:SingleSignOnService`);
}

/** An honest request unless the recipe says otherwise. */
export function logoutXml(idp: FakeSamlIdp, logoutUrl: string, recipe: LogoutRecipe = {}): string {
  const { element = 'LogoutRequest', sessionIndexes = [] } = recipe;
  const attributes = [
    `ID="${recipe.id ?? `_l${randomBytes(16).toString('hex')}`}"`,
    `Version="${recipe.version ?? '2.0'}"`,
    timeAttribute('IssueInstant', chosen(recipe, 'issueInstant', 0)),
    timeAttribute('NotOnOrAfter', chosen(recipe, 'notOnOrAfter', 300_000)),
    optional('Destination', chosen(recipe, 'destination', logoutUrl)),
  ];
  return [
    `<samlp:${element} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"`,
    ` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ${attributes.join(' ')}>`,
    recipe.issuerXml ?? `<saml:Issuer>${idp.entityId}</saml:Issuer>`,
    recipe.extraXml ?? '',
    recipe.nameIdXml ?? '<saml:NameID>ann</saml:NameID>',
    ...sessionIndexes.map((index) => `<samlp:SessionIndex>${index}</samlp:SessionIndex>`),
    `</samlp:${element}>`,
  ].join('');
}

export interface RedirectRecipe {
  readonly key: CertifiedKey;
  readonly parameter?: 'SAMLRequest' | 'SAMLResponse';
  readonly relayState?: string;
  readonly algorithm?: string;
  readonly hash?: string;
  readonly pss?: boolean;
  /** How values are written; by default as encodeURIComponent does. */
  readonly encode?: (text: string) => string;
}

/** The signed query of the HTTP-Redirect binding. */
export function redirectQuery(xml: string, recipe: RedirectRecipe): string {
  const { parameter = 'SAMLRequest', relayState, algorithm = RSA_SHA256, hash = 'sha256' } = recipe;
  const encode = recipe.encode ?? encodeURIComponent;
  const state = relayState === undefined ? '' : `&RelayState=${encode(relayState)}`;
  const message = encode(deflateRawSync(xml).toString('base64'));
  const octets = `${parameter}=${message}${state}&SigAlg=${encode(algorithm)}`;
  return `${octets}&Signature=${encode(signatureOf(octets, recipe.key, { hash, pss: recipe.pss === true }))}`;
}

export function signatureOf(
  octets: string,
  { privateKey }: CertifiedKey,
  { hash = 'sha256', pss = false }: { readonly hash?: string; readonly pss?: boolean } = {},
): string {
  const padding = pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
  return createSign(hash)
    .update(octets)
    .sign({ key: privateKey, ...padding }, 'base64');
}

/** The form of the HTTP-POST binding. */
export function postForm(xml: string, relayState?: string): Record<string, string> {
  return { SAMLRequest: base64(xml), ...(relayState === undefined ? {} : { RelayState: relayState }) };
}

export interface XmlSigning {
  readonly signatureAlgorithm?: string;
  readonly digestAlgorithm?: string;
  /** The signed element, by local name; by default the root. */
  readonly element?: string;
}

/** A signature after the root's first child, which is the Issuer of an honest message. */
export function signXml(xml: string, key: CertifiedKey, signing: XmlSigning = {}): string {
  const element = signing.element === undefined ? '/*' : `//*[local-name(.)='${signing.element}']`;
  const signer = new SignedXml({
    privateKey: key.privateKey,
    publicCert: key.certificate,
    signatureAlgorithm: signing.signatureAlgorithm ?? RSA_SHA256,
    canonicalizationAlgorithm: EXCLUSIVE,
  });
  signer.addReference({
    xpath: element,
    digestAlgorithm: signing.digestAlgorithm ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: [ENVELOPED, EXCLUSIVE],
  });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: '/*/*[1]', action: 'after' },
  });
  return signer.getSignedXml();
}

/** The value that a recipe names, also when it names undefined; else the honest one. */
function chosen<Key extends keyof LogoutRecipe>(
  recipe: LogoutRecipe,
  key: Key,
  honest: LogoutRecipe[Key],
): LogoutRecipe[Key] {
  return Object.hasOwn(recipe, key) ? recipe[key] : honest;
}

function optional(name: string, value: string | undefined): string {
  return value === undefined ? '' : `${name}="${value}"`;
}

function timeAttribute(name: string, time: Time): string {
  return optional(name, typeof time === 'number' ? new Date(Date.now() + time).toISOString() : time);
}
