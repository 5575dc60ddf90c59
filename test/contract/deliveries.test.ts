import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../src/core/catalogue.ts';
import { TemporaryCredentials, type CredentialValues } from '../../src/core/credentials.ts';
import type { Permit } from '../../src/core/decide-access.ts';
import { createDeliveries, type Deliveries } from '../../src/delivery/deliveries.ts';
import { HttpExchange } from '../../src/lib/http-exchange.ts';
import { buildPermit, type PermitParts } from '../support/build-permit.ts';

const VALUES: CredentialValues = {
  accessKeyId: 'ASIAFAKEFAKEFAKEFAKE',
  secretAccessKey: 'fake/Secret+Access/Key',
  sessionToken: 'IQoJb3JpZ2luX2VjEFake/+Token==',
  expiresAt: new Date('2026-03-05T11:15:00.000Z'),
};
/** What a shell would run, expand or end a quote at. */
const HOSTILE = `a'b"c$(id)\`id\`;&|<>*?[]{}~#%PATH%!x!\\'‘’$Env:X\${y}\``;
const ASSUME_ROLE = { method: 'assume-role', credentialSource: 'main' } as const;
const POLICY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

let http: HttpExchange;
let server: Server;
let url: string;
let directory: string;
let requests: { readonly method: string; readonly url: string; readonly body: URLSearchParams }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  requests = [];
  answer = (_request, response) => response.end(JSON.stringify({ SigninToken: 'the-Token_+/=' }));
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
      requests.push({ method: request.method ?? '', url: request.url ?? '', body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  http = new HttpExchange({ totalTimeoutMs: 400 });
  directory = mkdtempSync(join(tmpdir(), 'daypass-deliveries-'));
});
afterEach(async () => {
  await http.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

function deliveries(): Deliveries {
  return createDeliveries({
    baseUrl: 'https://daypass.example',
    http,
    endpoints: { federation: `${url}/federation`, console: `${url}/console` },
  });
}

async function text(
  mediaType: string,
  values = VALUES,
  permit = buildPermit({ grant: ASSUME_ROLE }),
): Promise<string> {
  const found = deliveries().texts.find((form) => form.mediaType === mediaType);
  if (found === undefined) throw new Error(`no form for ${mediaType}`);
  return found.delivery.deliver(new TemporaryCredentials(values), permit);
}

function environment(values: CredentialValues): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: values.accessKeyId,
    AWS_SECRET_ACCESS_KEY: values.secretAccessKey,
    AWS_SESSION_TOKEN: values.sessionToken,
    AWS_CREDENTIAL_EXPIRATION: values.expiresAt.toISOString(),
  };
}

describe('the forms of credentials', () => {
  it('have a media type each, JSON first', () => {
    expect(deliveries().texts.map(({ mediaType }) => mediaType)).toEqual([
      'application/json',
      'application/vnd.daypass.credential-process+json',
      'text/x-shellscript',
      'text/x-powershell',
      'application/x-bat',
      'text/x-ini',
    ]);
  });

  it('never ask for the console', () => {
    const { texts, shells, console } = deliveries();
    expect([...texts.map(({ delivery }) => delivery.purpose), shells.purpose]).not.toContain('console');
    expect(console.purpose).toBe('console');
  });

  it('come all at once for the page, each the same as alone', async () => {
    const permit = buildPermit({ grant: ASSUME_ROLE });
    const tabs = await deliveries().shells.deliver(new TemporaryCredentials(VALUES), permit);
    expect(tabs.map(({ id }) => id)).toEqual(['bash', 'powershell', 'cmd', 'credentials-file', 'json']);
    expect(tabs[0]?.text).toBe(await text('text/x-shellscript'));
    expect(tabs.at(-1)?.text).toBe(await text('application/json'));
    for (const { text: form } of tabs) expect(form).toContain(VALUES.secretAccessKey);
  });

  it('are the only way to the secrets: the credentials themselves show none', () => {
    const credentials = new TemporaryCredentials(VALUES);
    const shown = `${inspect(credentials, { showHidden: true, depth: 9 })}${JSON.stringify({ credentials })}${inspect([credentials])}`;
    expect(shown).not.toContain(VALUES.secretAccessKey);
    expect(shown).not.toContain(VALUES.sessionToken);
  });
});

describe('bash', () => {
  it.each([
    ['usual', VALUES],
    ['hostile', { ...VALUES, secretAccessKey: HOSTILE, sessionToken: `${HOSTILE}\n${HOSTILE}` }],
  ])('sets exactly the %s values in a real shell', async (_what, values) => {
    const script = `${await text('text/x-shellscript', values)}exec "$NODE" -p 'JSON.stringify(process.env)'`;
    for (const shell of ['bash', 'sh']) {
      const env = { NODE: process.execPath };
      const printed = execFileSync(shell, ['-c', script], { encoding: 'utf8', env });
      expect(JSON.parse(printed)).toMatchObject(environment(values));
    }
  });
});

describe('PowerShell', () => {
  it('sets each variable from a single-quoted text', async () => {
    expect((await text('text/x-powershell')).split('\n')[1]).toBe(
      `$Env:AWS_SECRET_ACCESS_KEY = 'fake/Secret+Access/Key'`,
    );
  });

  it('doubles every quote that PowerShell would end the text at', async () => {
    const script = await text('text/x-powershell', { ...VALUES, secretAccessKey: HOSTILE });
    const [, quoted] = /SECRET_ACCESS_KEY = '([^\n]*)'\n/.exec(script) ?? [];
    expect(quoted?.replace(/(['\u2018-\u201b])\1/g, '$1')).toBe(HOSTILE);
    expect(quoted?.replace(/(['\u2018-\u201b])\1/g, '')).not.toMatch(/['\u2018-\u201b]/);
  });
});

describe('cmd', () => {
  it('sets each variable between quotes, line by line', async () => {
    expect(await text('application/x-bat')).toBe(
      [
        'SET "AWS_ACCESS_KEY_ID=ASIAFAKEFAKEFAKEFAKE"',
        'SET "AWS_SECRET_ACCESS_KEY=fake/Secret+Access/Key"',
        'SET "AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjEFake/+Token=="',
        'SET "AWS_CREDENTIAL_EXPIRATION=2026-03-05T11:15:00.000Z"',
        '',
      ].join('\r\n'),
    );
  });

  it.each(['%PATH%', 'a"&calc&"', 'a!b', 'a^b', 'a\r\nb', 'a&b', 'ü'])(
    'refuses what it cannot quote: %j',
    async (secretAccessKey) => {
      await expect(text('application/x-bat', { ...VALUES, secretAccessKey })).rejects.toMatchObject({
        code: 'sts.bad_response',
      });
    },
  );
});

describe('the credentials file', () => {
  it('is read by the AWS SDK as what it was written from', async () => {
    const permit = buildPermit({ grant: ASSUME_ROLE, role: { roleName: 'teams/a,b=c@d/Dev+Ops' } });
    const file = join(directory, 'credentials');
    writeFileSync(file, await text('text/x-ini', VALUES, permit));
    const env = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(directory, 'none') };
    const { accessKeyId, secretAccessKey, sessionToken } = VALUES;
    expect(resolvedBySdk('111122223333_Dev_Ops', env)).toMatchObject({
      accessKeyId,
      secretAccessKey,
      sessionToken,
    });
  });

  it.each(['a\nb', '#a', ';a', 'a b', 'ü'])(
    'refuses what the format cannot hold: %j',
    async (sessionToken) => {
      await expect(text('text/x-ini', { ...VALUES, sessionToken })).rejects.toMatchObject({
        code: 'sts.bad_response',
      });
    },
  );
});

describe('JSON', () => {
  it('is the API’s shape', async () => {
    expect(JSON.parse(await text('application/json'))).toEqual({
      accessKeyId: 'ASIAFAKEFAKEFAKEFAKE',
      secretAccessKey: 'fake/Secret+Access/Key',
      sessionToken: 'IQoJb3JpZ2luX2VjEFake/+Token==',
      expiresAt: '2026-03-05T11:15:00.000Z',
    });
  });
});

describe('credential_process', () => {
  it('is taken by the AWS SDK from a program that prints it', async () => {
    const values = { ...VALUES, expiresAt: new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000) };
    const printed = join(directory, 'printed.json');
    const config = join(directory, 'config');
    writeFileSync(printed, await text('application/vnd.daypass.credential-process+json', values));
    writeFileSync(config, `[profile broker]\ncredential_process = cat ${printed}\n`);
    const env = {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: join(directory, 'none'),
      PATH: process.env['PATH'],
    };
    const { expiresAt, ...secrets } = values;
    expect(resolvedBySdk('broker', env)).toMatchObject({ ...secrets, expiration: expiresAt.toISOString() });
  });
});

/** What the AWS SDK finds for a profile, in a process of its own that sees these files and no others. */
function resolvedBySdk(profile: string, env: NodeJS.ProcessEnv): unknown {
  const script = `
    const { STSClient } = await import('@aws-sdk/client-sts');
    const client = new STSClient({ region: 'eu-central-1', profile: '${profile}' });
    console.log(JSON.stringify(await client.config.credentials()));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env,
  });
  return JSON.parse(printed);
}

describe('the console', () => {
  async function open(parts: PermitParts, target = deliveries()): Promise<URL> {
    return target.console.deliver(new TemporaryCredentials(VALUES), buildPermit(parts));
  }

  it('trades the credentials by POST and gives an address that signs in', async () => {
    const address = await open({ grant: ASSUME_ROLE });
    expect(requests).toHaveLength(1);
    const [request] = requests;
    expect([request?.method, request?.url]).toEqual(['POST', '/federation']);
    expect(Object.fromEntries(request?.body ?? [])).toEqual({
      Action: 'getSigninToken',
      SessionDuration: '3600',
      Session: JSON.stringify({
        sessionId: VALUES.accessKeyId,
        sessionKey: VALUES.secretAccessKey,
        sessionToken: VALUES.sessionToken,
      }),
    });
    expect(`${address.origin}${address.pathname}`).toBe(`${url}/federation`);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      Action: 'login',
      Issuer: 'https://daypass.example/roles/the-role',
      Destination: `${url}/console`,
      SigninToken: 'the-Token_+/=',
    });
    expect(address.href).not.toContain(encodeURIComponent(VALUES.secretAccessKey));
  });

  it.each<[string, PermitParts, string | null]>([
    ['AssumeRole with a long-term key', { grant: ASSUME_ROLE, request: { durationSeconds: 1_200 } }, '1200'],
    ['AssumeRoleWithSAML', { grant: { method: 'assume-role-with-saml', samlProviderName: 'x' } }, '3600'],
    [
      'AssumeRoleWithWebIdentity',
      { grant: { method: 'assume-role-with-web-identity', token: 'minted' } },
      '3600',
    ],
    [
      'AssumeRole through a hub',
      { grant: { ...ASSUME_ROLE, hubRoleArn: 'arn:aws:iam::444455556666:role/hub' } },
      null,
    ],
    [
      'AssumeRole with a session',
      { grant: { ...ASSUME_ROLE, credentialSource: 'session' }, sessionSources: ['session'] },
      null,
    ],
    [
      'GetFederationToken',
      {
        grant: { method: 'get-federation-token', credentialSource: 'main' },
        limits: { sessionPolicy: POLICY },
      },
      null,
    ],
  ])('says how long only where AWS allows it: %s', async (_what, parts, seconds) => {
    await open(parts);
    expect(requests[0]?.body.get('SessionDuration')).toBe(seconds);
  });

  it('never takes GetSessionToken’s credentials', async () => {
    await expect(
      open({ grant: { method: 'get-session-token', credentialSource: 'main' } }),
    ).rejects.toMatchObject({ code: 'console.unsupported' });
    expect(requests).toEqual([]);
  });

  it('lands on the role’s own page', async () => {
    const consoleDestination =
      'https://eu-central-1.console.aws.amazon.com/ec2/home?region=eu-central-1#Instances:';
    const address = await open({ grant: ASSUME_ROLE, role: { consoleDestination } });
    expect(address.searchParams.get('Destination')).toBe(consoleDestination);
  });

  it.each([
    'https://evil.example/',
    'https://console.aws.amazon.com.evil.example/',
    'https://console.aws.amazon.com@evil.example/',
    'https://user:word@console.aws.amazon.com/',
    'https://evilconsole.aws.amazon.com/',
    'http://console.aws.amazon.com/',
    'https://console.aws.amazon.com:8443/',
    'https://console.amazonaws.cn/',
    'https://signin.aws.amazon.com/oauth',
  ])('A20: never lands outside its partition’s console: %s', async (consoleDestination) => {
    const role: Partial<Role> = { consoleDestination };
    await expect(open({ grant: ASSUME_ROLE, role })).rejects.toMatchObject({ code: 'console.destination' });
    expect(requests).toEqual([]);
  });

  it('A20: carries no line break or parameter of somebody else', async () => {
    const consoleDestination = 'https://console.aws.amazon.com/a%0d%0aX:1?b=c&SigninToken=evil#d';
    const address = await open({ grant: ASSUME_ROLE, role: { consoleDestination } });
    expect(address.searchParams.getAll('SigninToken')).toEqual(['the-Token_+/=']);
    expect(address.href).not.toMatch(/[\r\n]/);
  });

  it.each<[Permit['account']['partition'], string]>([
    ['aws', 'https://console.aws.amazon.com/console/home'],
    ['aws-cn', 'https://console.amazonaws.cn/console/home'],
    ['aws-us-gov', 'https://console.amazonaws-us-gov.com/console/home'],
    ['aws-eusc', 'https://console.amazonaws-eusc.eu/console/home'],
  ])('is the console of the partition %s where none is configured', async (partition, page) => {
    const target = createDeliveries({
      baseUrl: 'https://daypass.example',
      http,
      endpoints: { federation: `${url}/federation` },
    });
    const address = await open({ grant: ASSUME_ROLE, account: { partition } }, target);
    expect(address.searchParams.get('Destination')).toBe(page);
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['refuses', (_request, response) => response.writeHead(400).end('Invalid credentials parameter')],
    ['is down', (request) => request.socket.destroy()],
    ['hangs', () => undefined],
    [
      'redirects',
      (_request, response) => response.writeHead(302, { location: 'https://evil.example/' }).end(),
    ],
    ['answers a page', (_request, response) => response.end('<html></html>')],
    ['answers without a token', (_request, response) => response.end('{}')],
    ['answers null', (_request, response) => response.end('null')],
    ['answers an empty token', (_request, response) => response.end('{"SigninToken":""}')],
    ['answers a number', (_request, response) => response.end('{"SigninToken":12345}')],
    ['answers a token with a line break', (_request, response) => response.end('{"SigninToken":"a\\r\\nb"}')],
    ['answers too much', (_request, response) => response.end(`{"SigninToken":"${'x'.repeat(2_000_000)}"}`)],
  ])('is unavailable when the endpoint %s, and tells no secret', async (_what, reply) => {
    answer = reply;
    const thrown = await open({ grant: ASSUME_ROLE }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'federation.unavailable', kind: 'upstream-bad' });
    expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain('fake/Secret');
  });
});
