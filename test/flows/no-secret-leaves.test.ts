/**
 * Every kind of flow, by the built program with its log as talkative as it gets, and every secret that occurred
 * on the way; then a search for each of them in everything that the program has left behind.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { ApiClient } from '../support/api-client.ts';
import { DaypassPlace, type DaypassProcess } from '../support/daypass-process.ts';
import { startFaultProxy, type Exchange, type Fault, type FaultProxy } from '../support/fault-proxy.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { KnownSecrets } from '../support/known-secrets.ts';
import { openDataDirectory } from '../support/open-data-directory.ts';
import { mfaCode, type HandedOut } from '../support/sandbox-aws.ts';
import { openIdAnswer, post, samlAnswer } from '../support/sign-in-by-hand.ts';
import { signIn, type ConnectorId } from '../support/start-test-broker.ts';

const secrets = new KnownSecrets();
let place: DaypassPlace;
let daypass: DaypassProcess;
/** All that goes to and from the broker, AWS and the identity providers passes one of these. */
let door: FaultProxy;
let aws: FaultProxy;
let identityProviders: FaultProxy;
let printed = '';
/** The database and its log, byte for byte. */
const onDisk = new Map<string, string>();

beforeAll(async () => {
  place = await DaypassPlace.make();
  [door, aws, identityProviders] = await Promise.all([
    startFaultProxy(),
    startFaultProxy(),
    startFaultProxy(),
  ]);
  [door.port, aws.port, identityProviders.port] = place.ports;
  const configFile = join(place.directory, 'daypass.yaml');
  await writeFile(
    configFile,
    stringify({
      baseUrl: door.url,
      logLevel: 'debug',
      aws: { endpoints: { sts: aws.url, federation: `${aws.url}/federation` } },
      sandbox: { identityProvidersUrl: identityProviders.url },
    }),
  );
  daypass = await place.start({ environment: { DAYPASS_CONFIG: configFile } });
  await everyFlow();
  await keepFiles('while it ran');
  await daypass.stop();
  await keepFiles('after it stopped');
  printed = daypass.stdout + daypass.stderr;
  await learnSecrets();
}, 120_000);
afterAll(async () => {
  await Promise.all([door.close(), aws.close(), identityProviders.close()]);
  await place.remove();
});

const broker = {
  get baseUrl() {
    return door.url;
  },
};

async function keepFiles(when: string): Promise<void> {
  const files = (await readdir(place.dataDir)).filter((name) => name.startsWith('daypass.db'));
  for (const file of files) {
    onDisk.set(`${file} ${when}`, await readFile(join(place.dataDir, file), 'latin1'));
  }
}

async function signedIn(person: string, connector: ConnectorId): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector });
  return browser;
}

function clientOf(browser: HttpBrowser): ApiClient {
  return ApiClient.ofBrowser(browser, door.url);
}

async function everyFlow(): Promise<void> {
  const [erin, erinByOpenId, priya, alex] = await Promise.all([
    signedIn('erin.engel', 'sandbox-saml'),
    signedIn('erin.engel', 'sandbox-oidc'),
    signedIn('priya.nair', 'sandbox-saml'),
    signedIn('alex.admin', 'sandbox-saml'),
  ]);
  await fiveOperations({ erin, erinByOpenId, priya, alex });
  await refusedSignIns();
  await refusedRequests(erin);
  await faultsOfAws(erin, erinByOpenId);
  await tokensOfApplications();
  await erin.post(`${door.url}/sign-out`, {});
}

interface People {
  readonly erin: HttpBrowser;
  readonly erinByOpenId: HttpBrowser;
  readonly priya: HttpBrowser;
  readonly alex: HttpBrowser;
}

async function fiveOperations({ erin, erinByOpenId, priya, alex }: People): Promise<void> {
  const code = await mfaCode(place.awsUrl, 'tools');
  secrets.add('an MFA code', code);
  const handedOut = await Promise.all([
    clientOf(erin).credentials('development-developer'),
    clientOf(erin).credentials('development-data-analyst'),
    clientOf(erinByOpenId).credentials('development-data-analyst-own-token'),
    clientOf(erin).credentials('production-ec2-operator'),
    clientOf(priya).credentials('production-support-operator'),
    clientOf(priya).credentials('production-developer'),
    clientOf(erin).credentials('tools-reports'),
    clientOf(alex).credentials('tools-session', { mfaCode: code }),
  ]);
  expect(handedOut.map(({ status }) => status)).toEqual(handedOut.map(() => 200));
  for (const { body } of handedOut) learnCredentials('credentials by the API', body);
  // A second use of the code, and codes that are none.
  await clientOf(alex).credentials('tools-session', { mfaCode: code });
  for (const wrong of ['739214', '73921x4canary']) {
    secrets.add('a wrong MFA code', wrong);
    await clientOf(alex).credentials('tools-session', { mfaCode: wrong });
    await alex.post(`${door.url}/roles/tools-session/credentials`, { mfaCode: wrong });
  }
  const page = await erin.post(`${door.url}/roles/development-developer/credentials`, {});
  expect(page.status).toBe(200);
  const signedInConsole = await erin.post(`${door.url}/roles/development-developer/console`, {});
  expect(signedInConsole.status).toBe(200);
  expect((await clientOf(erin).post('/api/v1/roles/tools-reports/console-url')).status).toBe(200);
  await erin.get(`${door.url}/`);
  await erin.get(`${door.url}/roles/development-developer`);
}

function learnCredentials(name: string, { secretAccessKey, sessionToken }: HandedOut): void {
  secrets.add(`${name}: secret access key`, secretAccessKey);
  secrets.add(`${name}: session token`, sessionToken);
}

async function refusedSignIns(): Promise<void> {
  const browser = new HttpBrowser();
  const erin = { connector: 'sandbox-saml', person: 'erin.engel' };
  const answer = await samlAnswer(browser, broker, erin);
  const xml = Buffer.from(answer.SAMLResponse, 'base64').toString('utf8');
  const changed = (change: (text: string) => string): string => Buffer.from(change(xml)).toString('base64');
  for (const SAMLResponse of [
    changed((text) => text.replace('erin.engel', 'alex.admin')),
    changed((text) => text.slice(0, -200)),
    changed((text) => text.replace('<samlp:Status>', '<!-- x --><samlp:Status>')),
    changed((text) => text.replace(/<ds:Signature[\s\S]*?<\/ds:Signature>/g, '')),
    `%%${answer.SAMLResponse}`,
    answer.SAMLResponse,
    answer.SAMLResponse,
  ]) {
    await post(browser, { ...answer, SAMLResponse });
  }
  await post(new HttpBrowser(), answer);
  await browser.send(`${answer.url}?SAMLResponse=${encodeURIComponent(answer.SAMLResponse)}`);

  const openId = { connector: 'sandbox-oidc', person: 'erin.engel' };
  const callback = await openIdAnswer(browser, broker, openId);
  await new HttpBrowser().send(callback);
  await browser.send(callback.replace('state=', 'state=x'));
  await browser.send(callback);
  await browser.send(callback);
  const echo = (path: string, sent: string): Fault =>
    path === '/oidc/token'
      ? { status: 400, body: `{"error":"invalid_request","error_description":"${sent}"}` }
      : 'pass';
  for (const fault of [
    echo,
    () => 'reset' as const,
    (_path: string, sent: string) => ({ status: 500, body: sent }),
  ]) {
    const another = await openIdAnswer(browser, broker, openId);
    identityProviders.fault = fault;
    secrets.add('a code that was not redeemed', new URL(another).searchParams.get('code') ?? '');
    await browser.send(another);
    identityProviders.fault = () => 'pass';
  }
}

async function refusedRequests(erin: HttpBrowser): Promise<void> {
  const client = clientOf(erin);
  for (const role of ['no-such-role', 'tools-session', 'tools-edge-list-buckets', 'tools-cost-reader']) {
    await client.credentials(role);
    await erin.post(`${door.url}/roles/${role}/credentials`, {});
  }
  await client.credentials('development-developer', { durationSeconds: 1 });
  await client.credentials('development-developer', { sessionPolicy: {} });
  // What is not JSON is quoted by whoever fails to read it.
  for (const body of [
    '{"mfaCode":"581203"x}',
    '{"mfaCode":581203x}',
    '581203',
    'canary-in-a-body',
    '{"a":"canary-in-a-body',
  ]) {
    await client.post('/api/v1/roles/development-developer/credentials', body);
  }
  secrets.add('an MFA code in broken JSON', '581203');
  secrets.add('a secret in broken JSON', 'canary-in-a-body');
  await erin.post(`${door.url}/sign-out`, {}, 'https://evil.example/');
}

/** Services that repeat what they were sent, as careless ones do. */
async function faultsOfAws(erin: HttpBrowser, erinByOpenId: HttpBrowser): Promise<void> {
  const told = (code: string, sent: string): string =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>Value '${sent.replaceAll('&', ' ')}' at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 4</Message></Error></ErrorResponse>`;
  const leaky =
    '<AssumeRoleResponse><Credentials><SecretAccessKey>canary-of-a-broken-answer</SecretAccessKey>';
  secrets.add('the secret of a broken answer', 'canary-of-a-broken-answer');
  const faults: readonly ((path: string, sent: string) => Fault)[] = [
    (_path, sent) => ({ status: 400, body: told('ValidationError', sent) }),
    (_path, sent) => ({ status: 403, body: told('SignatureDoesNotMatch', sent) }),
    (_path, sent) => ({ status: 400, body: told('InvalidIdentityToken', sent.slice(0, 60)) }),
    (_path, sent) => ({ status: 400, body: told('SomethingNew', sent) }),
    (_path, sent) => ({ status: 500, body: sent }),
    () => ({ status: 200, body: leaky }),
    () => ({ status: 200, body: `${leaky}</Credentials></AssumeRoleResponse>` }),
    () => 'reset',
    (path, sent) => (path === '/federation' ? { status: 500, body: sent } : 'pass'),
    (path) => (path === '/federation' ? { status: 200, body: '{"SigninToken":' } : 'pass'),
    (path) => (path === '/federation' ? 'reset' : 'pass'),
  ];
  for (const fault of faults) {
    aws.fault = fault;
    await Promise.all([
      clientOf(erin).credentials('production-ec2-operator'),
      clientOf(erin).credentials('development-developer'),
      clientOf(erinByOpenId).credentials('development-data-analyst-own-token'),
      erin.post(`${door.url}/roles/development-developer/console`, {}),
      erin.post(`${door.url}/roles/development-data-analyst/credentials`, {}),
    ]);
    // So many faults at once open the circuit, and the next kind is to be met as well.
    aws.fault = () => 'pass';
    const issue = async (): Promise<number> =>
      (await clientOf(erin).credentials('development-developer')).status;
    await vi.waitFor(async () => expect(await issue()).toBe(200), { timeout: 10_000, interval: 300 });
  }
}

async function tokensOfApplications(): Promise<void> {
  const secret = SANDBOX_SECRETS['billing-report'];
  const client = await ApiClient.ofApplication(door.url, 'billing-report', secret);
  const { status, body } = await client.credentials('production-readonly');
  expect(status).toBe(200);
  learnCredentials('credentials of an application', body);

  const token = `${door.url}/api/oauth/token`;
  const wrong = 'canary-of-a-wrong-client-secret';
  secrets.add('a wrong client secret', wrong);
  const basic = `Basic ${Buffer.from(`billing-report:${wrong}`).toString('base64')}`;
  const grant = { grant_type: 'client_credentials' };
  const inForm = new URLSearchParams({ ...grant, client_id: 'billing-report', client_secret: wrong });
  const json = JSON.stringify(Object.fromEntries(inForm));
  const method = 'POST';
  const type = { 'content-type': 'application/json' };
  for (const init of [
    { method, headers: { authorization: basic }, body: new URLSearchParams(grant) },
    { method, headers: { authorization: basic }, body: inForm },
    { method, body: inForm },
    { method, body: json, headers: type },
    { method, body: `${json}${wrong}`, headers: { 'content-type': 'text/plain' } },
    { method, body: new URLSearchParams({ ...grant, client_id: wrong, client_secret: wrong.repeat(900) }) },
    { method, body: `client_secret=${wrong}&client_secret=${wrong}&${inForm.toString()}` },
    { method, headers: { authorization: basic.slice(0, -1) }, body: new URLSearchParams(grant) },
    { method: 'PUT', headers: { authorization: basic }, body: inForm },
  ]) {
    await fetch(token, init);
  }
  await fetch(`${token}?${inForm.toString()}`, { method });
  const bearer = 'daypass_at_canary-of-a-wrong-access-token';
  secrets.add('a wrong access token', bearer);
  for (const authorization of [`Bearer ${bearer}`, `Basic ${bearer}`, bearer, `Bearer ${bearer} ${bearer}`]) {
    await fetch(`${door.url}/api/v1/me`, { headers: { authorization } });
    await fetch(`${door.url}/api/v1/roles/production-readonly/credentials`, {
      method,
      headers: { authorization },
    });
  }
  await fetch(`${door.url}/api/v1/me?access_token=${bearer}`);
  secrets.add('a wrong cookie', 'canary-of-a-wrong-cookie');
  await fetch(`${door.url}/api/v1/me`, { headers: { cookie: 'daypass-session=canary-of-a-wrong-cookie' } });
}

/** From what passed, and from what only the program itself knows. */
async function learnSecrets(): Promise<void> {
  for (const name of Object.keys(SANDBOX_SECRETS) as (keyof typeof SANDBOX_SECRETS)[])
    secrets.add(`the client secret ${name}`, SANDBOX_SECRETS[name]);
  secrets.add('the master key', (await readFile(join(place.dataDir, 'master.key'), 'utf8')).trim());
  const directory = join(place.dataDir, 'sandbox', 'credentials');
  for (const file of await readdir(directory)) {
    const key = JSON.parse(await readFile(join(directory, file), 'utf8')) as { SecretAccessKey: string };
    secrets.add(`the broker’s own key ${file}`, key.SecretAccessKey);
  }
  const stores = await openDataDirectory(place.dataDir);
  for (const use of ['saml', 'web-identity'] as const) {
    for (const { privateKey } of await stores.signingKeys.list(use)) {
      secrets.add(`a private key for ${use}`, privateKey.replaceAll(/-----[A-Z ]+-----|\s/g, ''));
      secrets.add(`a private key for ${use}, a line of it`, privateKey.split('\n')[8] ?? '');
    }
  }
  await stores.close();
  aws.exchanges.forEach(learnFromAws);
  identityProviders.exchanges.forEach(learnFromIdentityProviders);
  door.exchanges.forEach(learnFromDoor);
}

function each(text: string, pattern: RegExp, learn: (value: string) => void): void {
  for (const [, value = ''] of text.matchAll(pattern)) learn(value);
}

function learnFromAws({ sent, received }: Exchange): void {
  const form = new URLSearchParams(sent);
  const assertion = form.get('SAMLAssertion');
  if (assertion !== null) learnAssertion('an assertion for AWS', assertion);
  const token = form.get('WebIdentityToken');
  if (token !== null) secrets.addToken('a token for AWS', token);
  each(received, /<SecretAccessKey>([^<]+)</g, (value) => secrets.add('a secret access key', value));
  each(received, /<SessionToken>([^<]+)</g, (value) => secrets.add('a session token', value));
  each(received, /"SigninToken": ?"([^"]+)"/g, (value) => secrets.add('a SigninToken', value));
}

function learnAssertion(name: string, message: string): void {
  secrets.add(name, message);
  const xml = Buffer.from(message, 'base64').toString('utf8');
  each(xml, /SignatureValue>([^<]{60,})</g, (value) =>
    secrets.add(`${name}, signature`, value.replaceAll(/\s/g, '')),
  );
  each(xml, /<(?:\w+:)?AttributeStatement>([\s\S]*?)<\/(?:\w+:)?AttributeStatement>/g, (value) =>
    secrets.add(`${name}, attributes`, value),
  );
}

function learnFromIdentityProviders({ path, sent, received }: Exchange): void {
  each(received, /name="SAMLResponse" value="([^"]+)"/g, (value) =>
    learnAssertion('an assertion of a person’s', value),
  );
  if (path !== '/oidc/token') return;
  const form = new URLSearchParams(sent);
  secrets.add('a code', form.get('code') ?? '');
  secrets.add('a code verifier', form.get('code_verifier') ?? '');
  each(received, /"id_token": ?"([^"]+)"/g, (value) => secrets.addToken('an ID token', value));
  each(received, /"access_token": ?"([^"]+)"/g, (value) =>
    secrets.add('an access token of the provider’s', value),
  );
}

function learnFromDoor({ headers, received }: Exchange): void {
  for (const cookie of headers['set-cookie'] ?? []) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value !== '') secrets.add(`a cookie ${name}`, value);
  }
  each(received, /"access_token": ?"([^"]+)"/g, (value) => secrets.add('an access token', value));
}

describe('G13: no secret leaves', () => {
  it('although every kind of secret occurred', () => {
    const names = [...secrets.names].join('\n');
    for (const kind of [
      'secret access key',
      'session token',
      'a SigninToken',
      'an assertion for AWS',
      'an assertion of a person’s',
      'a token for AWS',
      'an ID token',
      'a code\n',
      'a code verifier',
      'an MFA code',
      'a cookie daypass-session',
      'a cookie daypass-flow',
      'an access token',
      'a private key for saml',
      'a private key for web-identity',
      'the master key',
      'the client secret',
      'the broker’s own key',
      'a wrong client secret',
    ]) {
      expect(names).toContain(kind);
    }
    expect(secrets.size).toBeGreaterThan(200);
    // The search finds what is there to be found.
    const received = door.exchanges.map((exchange) => exchange.received).join('\n');
    expect(secrets.foundIn(received)).toEqual(
      expect.arrayContaining(['a secret access key', 'a session token', 'an access token']),
    );
  });

  it('in anything that the program prints, which tells of every request', () => {
    expect(secrets.foundIn(printed)).toEqual([]);
    const lines = printed.split('\n').filter((line) => line.startsWith('{'));
    const answered = door.exchanges.length;
    expect(lines.filter((line) => line.includes('"requestId"')).length).toBeGreaterThanOrEqual(answered);
    expect(printed).toContain('"code":"sts.bad_response"');
    expect(printed).toContain('"code":"oidc.no_flow"');
    expect(printed).toContain('"code":"client.invalid"');
  });

  it('in any column of the audit record, which tells of every outcome', () => {
    const database = new DatabaseSync(join(place.dataDir, 'daypass.db'), { readOnly: true });
    const rows = database.prepare('select * from audit_events').all() as Record<string, unknown>[];
    database.close();
    const names = new Set(rows.map(({ name }) => name));
    for (const name of [
      'sign-in.completed',
      'sign-in.denied',
      'sign-out.completed',
      'credentials.requested',
      'credentials.issued',
      'credentials.denied',
      'credentials.failed',
      'console-url.issued',
      'console-url.failed',
      'access-token.issued',
      'access-token.denied',
    ]) {
      expect(names).toContain(name);
    }
    expect(secrets.foundIn(rows.map((row) => Object.values(row).join('\n')).join('\n'))).toEqual([]);
  });

  it('on any page or in any answer that refuses', () => {
    const refusals = door.exchanges.filter(({ status }) => status >= 400);
    expect(refusals.length).toBeGreaterThan(60);
    for (const { path, status, headers, received } of refusals) {
      const found = secrets.foundIn(`${JSON.stringify(headers)}\n${received}`);
      expect({ path, status, found }).toEqual({ path, status, found: [] });
    }
  });

  it('in any header, but for cookies in theirs and the console’s address in its own', () => {
    for (const { path, headers } of door.exchanges) {
      const others = Object.entries(headers).filter(([name]) => name !== 'set-cookie' && name !== 'location');
      const { location = '' } = headers;
      expect({ path, found: secrets.foundIn(JSON.stringify(others)) }).toEqual({ path, found: [] });
      const found = secrets.foundIn(location);
      const allowed = path.endsWith('/console') ? ['a SigninToken'] : [];
      expect({ path, found: found.filter((name) => !allowed.includes(name)) }).toEqual({ path, found: [] });
    }
  });

  it('in an answer that anybody might keep', () => {
    for (const { path, headers, received } of door.exchanges) {
      if (headers['cache-control']?.includes('no-store') === true) continue;
      expect({ path, found: secrets.foundIn(received) }).toEqual({ path, found: [] });
    }
  });

  it('G06: into the database or its log in clear', () => {
    expect([...onDisk.keys()]).toEqual(
      expect.arrayContaining([
        'daypass.db while it ran',
        'daypass.db-wal while it ran',
        'daypass.db after it stopped',
      ]),
    );
    expect([...onDisk.values()].join('')).toContain('erin.engel');
    for (const [file, bytes] of onDisk) {
      expect({ file, found: secrets.foundIn(bytes) }).toEqual({ file, found: [] });
    }
  });
});
