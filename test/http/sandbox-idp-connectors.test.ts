import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { catalogueSchema } from '../../src/core/catalogue.ts';
import { accessYaml, SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { createIdentityProviders } from '../../src/sandbox/identity-providers/identity-providers-app.ts';
import { loadIdentityProviderKeys } from '../../src/sandbox/identity-providers/signing-keys.ts';
import { openListener, type Listener } from '../../src/sandbox/listener.ts';
import { openConnectorDoor, type ConnectorDoor, type Outcome } from '../support/connector-door.ts';

/** One connector of the seed against the sandbox's identity providers. */
interface Pair {
  readonly door: ConnectorDoor;
  readonly idp: Listener;
  readonly close: () => Promise<void>;
}

async function openPair(connectorId: string): Promise<Pair> {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-idp-'));
  const idp = await openListener({ host: '127.0.0.1', port: 0 });
  const seed = accessYaml({ awsUrl: 'http://aws.test', identityProvidersUrl: idp.url });
  const settings = catalogueSchema.parse(parse(seed)).connectors.find(({ id }) => id === connectorId);
  if (settings === undefined) throw new Error(`the seed has no ${connectorId}`);
  const door = await openConnectorDoor({
    create: (environment) => createConnector(settings, environment),
    secrets: SANDBOX_SECRETS,
  });
  idp.serve(
    createIdentityProviders({
      url: idp.url,
      brokerUrl: door.baseUrl,
      awsUrl: 'http://aws.test',
      rootDir: process.cwd(),
      keys: await loadIdentityProviderKeys(directory, new Date()),
      clients: [{ id: 'daypass', secret: SANDBOX_SECRETS['sandbox-oidc'] }],
    }),
  );
  const close = async (): Promise<void> => {
    await door.close();
    await idp.close();
    await rm(directory, { recursive: true });
  };
  return { door, idp, close };
}

/** Picks somebody as a browser would: the page's own fields, posted to where its form says. */
async function pick(pageUrl: URL, person: string): Promise<Response> {
  const html = await (await fetch(pageUrl)).text();
  const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1] ?? '';
  const body = new URLSearchParams({ ...fieldsOf(html), person });
  return fetch(new URL(action, pageUrl), { method: 'POST', body, redirect: 'manual' });
}

function fieldsOf(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  return Object.fromEntries(
    Array.from(inputs, ([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')]),
  );
}

describe('the broker’s SAML connector with the sandbox', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await openPair('sandbox-saml');
  });
  afterAll(() => pair.close());

  async function signIn(person: string): Promise<Outcome> {
    const answer = await pick(await pair.door.start(), person);
    return pair.door.post(fieldsOf(await answer.text()));
  }

  it('signs Priya in with her groups and attributes', async () => {
    const outcome = await signIn('priya.nair');
    expect(outcome).toMatchObject({
      status: 200,
      subject: 'priya.nair',
      displayName: 'Priya Nair',
      email: 'priya.nair@example.com',
      groups: ['engineering', 'payments-leads'],
    });
    expect(new Map(outcome.attributes).get('department')).toEqual(['payments']);
  });

  it('signs Nora in without groups, and says that nobody was chosen', async () => {
    expect(await signIn('nora.quinn')).toMatchObject({ status: 200, groups: [] });
    expect((await signIn('')).code).toMatch(/^saml\./);
  });
});

describe('the broker’s OpenID connector with the sandbox', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await openPair('sandbox-oidc');
  });
  afterAll(() => pair.close());

  async function signIn(person: string): Promise<Outcome> {
    const answer = await pick(await pair.door.start(), person);
    return pair.door.callback(new URL(answer.headers.get('location') ?? '').searchParams);
  }

  it('signs Priya in with her groups and attributes, and keeps her ID token', async () => {
    const outcome = await signIn('priya.nair');
    expect(outcome).toMatchObject({
      status: 200,
      subject: 'priya.nair',
      displayName: 'Priya Nair',
      email: 'priya.nair@example.com',
      groups: ['engineering', 'payments-leads'],
    });
    expect(new Map(outcome.attributes).get('costCenter')).toEqual(['cc-3310']);
    expect(outcome.idToken).toMatch(/^eyJ/);
  });

  it('signs Nora in without groups, and says that nobody was chosen', async () => {
    expect(await signIn('nora.quinn')).toMatchObject({ status: 200, groups: [] });
    expect((await signIn('')).code).toBe('oidc.refused');
  });
});
