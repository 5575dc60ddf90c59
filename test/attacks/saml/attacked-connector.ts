/** One connector under attack: sign-ins of a victim, in which somebody else's answer comes first. */
import { createServer, type Server } from 'node:http';
import { expect } from 'vitest';
import { close, listen } from '../../support/connector-door.ts';
import {
  base64,
  startFakeSamlIdp,
  type AuthnRequestFacts,
  type FakeSamlIdp,
  type Recipe,
} from '../../support/fake-saml-idp.ts';
import { HttpBrowser, type Page } from '../../support/http-browser.ts';
import type { AccessFile } from '../../support/start-test-broker.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { createCertifiedKey } from '../../support/self-signed-certificate.ts';
import { expectRefused, startAttackWorld, whoIs, type AttackWorld } from '../attack-world.ts';
import { EVIL } from './edit-xml.ts';
import { encryptAssertions, encryptionCertificate } from './encrypt-assertions.ts';
import type { Aid, Codes, SigningMode } from './mutation.ts';

export interface AttackedConnector {
  readonly world: AttackWorld;
  readonly idp: FakeSamlIdp;
  readonly aid: Omit<Aid, 'now'>;
  /** How often the address was asked that nothing may ask. */
  canaryReads(): number;
  /** PEM of the broker's own key, where answers are encrypted. */
  readonly certificate: string | undefined;
  readonly acsUrl: string;
  /** A sign-in that has left for the provider. */
  leave(from?: LeaveOptions): Promise<Departure>;
  close(): Promise<void>;
}

interface LeaveOptions {
  readonly browser?: HttpBrowser;
  readonly query?: string;
}

export interface Departure {
  readonly browser: HttpBrowser;
  readonly request: AuthnRequestFacts;
  /** What the provider would let the browser post. */
  answer(recipe?: Recipe): Promise<SamlForm>;
  post(form: Readonly<Record<string, string>>): Promise<Page>;
}

interface SamlForm extends Readonly<Record<string, string>> {
  readonly SAMLResponse: string;
  readonly RelayState: string;
}

/** What an honest answer says. */
export const GENUINE = {
  subject: 'ann',
  groups: ['engineers', 'aws-admins-readonly'],
  email: 'ann@example.com',
};

/** An identity provider's page at another port of this machine: the browser's cookies come along. */
const FROM = 'http://localhost:1/sso';

interface Target {
  readonly mode: SigningMode;
  readonly settings?: (idp: FakeSamlIdp) => Readonly<Record<string, unknown>>;
  readonly access?: (access: AccessFile) => AccessFile;
}

export async function attackedConnector({ mode, settings, access }: Target): Promise<AttackedConnector> {
  const [idp, neighbour, canary] = await Promise.all([startFakeSamlIdp(), startFakeSamlIdp(), startCanary()]);
  const asked =
    mode === 'encrypted' ? ({ signed: 'assertion', encryption: 'required' } as const) : { signed: mode };
  const saml = { kind: 'saml', ...asked } as const;
  const world = await startAttackWorld({
    connectors: [
      { ...saml, id: CONNECTOR, label: 'Attacked', metadataUrl: idp.metadataUrl, ...settings?.(idp) },
      { ...saml, id: 'neighbour', label: 'Neighbour', metadataUrl: neighbour.metadataUrl },
    ],
    ...(access === undefined ? {} : { access }),
  });
  const { baseUrl } = world.broker;
  const certificate =
    mode === 'encrypted'
      ? encryptionCertificate(await (await fetch(`${baseUrl}/saml/${CONNECTOR}/metadata`)).text())
      : undefined;
  const honest: Recipe = { signs: mode === 'encrypted' ? 'assertion' : mode };

  const acsUrl = `${baseUrl}/saml/${CONNECTOR}/acs`;

  async function leave({ browser = new HttpBrowser(), query = '' }: LeaveOptions = {}): Promise<Departure> {
    const page = await browser.send(`${baseUrl}/sign-in/${CONNECTOR}${query}`);
    expect(page.status, codeOn(page)).toBe(303);
    const request = idp.readRequest(new URL(page.headers.get('location') ?? ''));
    return {
      browser,
      request,
      answer: async (recipe = {}) => {
        const xml = idp.answerXml(request, { ...honest, ...recipe });
        const sent = certificate === undefined ? xml : await encryptAssertions(xml, certificate);
        return { SAMLResponse: base64(sent), RelayState: request.relayState };
      },
      post: (form) =>
        browser.send(acsUrl, {
          method: 'POST',
          form: new Map(Object.entries(form)),
          from: FROM,
        }),
    };
  }

  return {
    world,
    idp,
    aid: { mode, idp, neighbour, stranger: createCertifiedKey('stranger'), canaryUrl: canary.url },
    canaryReads: () => canary.reads(),
    certificate,
    acsUrl,
    leave,
    close: async () => {
      await Promise.all([world.close(), idp.close(), neighbour.close(), close(canary.server)]);
    },
  };
}

export const CONNECTOR = 'attacked';

interface Canary {
  readonly server: Server;
  readonly url: string;
  reads(): number;
}

async function startCanary(): Promise<Canary> {
  let reads = 0;
  const server = createServer((_request, response) => {
    reads += 1;
    response.end();
  });
  const url = await listen(server);
  return { server, url: `${url}/canary`, reads: () => reads };
}

/** The victim goes on: whatever was posted in their sign-in's name, the genuine answer still counts. */
export async function expectGenuine(
  target: AttackedConnector,
  departure: Departure,
  recipe: Recipe = {},
): Promise<void> {
  const page = await departure.post(await departure.answer(recipe));
  expect([page.status, page.headers.get('location')], codeOn(page)).toEqual([303, '/']);
  const who = await whoIs(target.world.broker, departure.browser);
  expect(who).toMatchObject({ connector: CONNECTOR, ...GENUINE });
}

/** Of a message that an attacker sends, nothing may be shown or kept. */
const SECRETS = [EVIL, GENUINE.email, 'saml:Assertion'];

export async function expectAttackRefused(
  { world }: AttackedConnector,
  { browser }: Departure,
  page: Page,
  codes: Codes,
): Promise<void> {
  await expectRefused(world, browser, page, { codes, secrets: SECRETS });
}
