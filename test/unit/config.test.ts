import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
  readdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { checkConfig, loadConfig } from '../../src/config/load-config.ts';
import { ConfigError, type ConfigProblem } from '../../src/config/problem.ts';

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64');

let root: string;
let directory: string;
let count = 0;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'daypass-config-'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  count += 1;
  directory = join(root, String(count));
  mkdirSync(directory);
});

type Environment = Record<string, string | undefined>;

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

function load(yaml?: string, environment: Environment = {}): Config {
  const file = yaml === undefined ? {} : { DAYPASS_CONFIG: write('config.yaml', yaml) };
  return loadConfig({ ...file, ...environment }, { workingDirectory: directory });
}

function problemsOf(yaml?: string, environment: Environment = {}): readonly ConfigProblem[] {
  try {
    load(yaml, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** `path: message` of each. */
function complaints(yaml?: string, environment: Environment = {}): string[] {
  return problemsOf(yaml, environment).map(({ path, message }) => `${path}: ${message}`);
}

const PRODUCTION = `baseUrl: https://daypass.example.com\n`;
const WITH_KEY: Environment = { DAYPASS_MASTER_KEY: KEY };

describe('without any configuration', () => {
  it('there is a working world on this machine, with the sandbox', () => {
    const config = load();
    expect(config).toMatchObject({
      baseUrl: 'http://localhost:8080',
      production: false,
      listen: { host: '127.0.0.1', port: 8080 },
      dataDir: join(directory, 'data'),
      store: { kind: 'sqlite', file: join(directory, 'data', 'daypass.db') },
      node: 'main',
      sessions: { idleSeconds: 3600, absoluteSeconds: 43200 },
      accessTokens: { lifeSeconds: 3600 },
      personalTokens: { maximumDays: 90, signInDays: 30 },
      awsClients: {
        deviceCodes: true,
        startUrl: 'https://daypass.awsapps.com/start',
        profileName: '{account}-{role}',
      },
      signingKeys: { activeDays: 365, overlapDays: 30 },
      accessFile: undefined,
      sandbox: {
        host: '127.0.0.1',
        awsPort: 8081,
        identityProvidersPort: 8082,
        awsUrl: 'http://localhost:8081',
        identityProvidersUrl: 'http://localhost:8082',
      },
      trustedProxies: [],
      logLevel: 'warn',
    });
    expect(config.aws.regions).toEqual({
      aws: ['us-east-1'],
      'aws-cn': ['cn-north-1'],
      'aws-us-gov': ['us-gov-west-1'],
      'aws-eusc': ['eusc-de-east-1'],
    });
  });

  it('ports and the data directory come from the environment', () => {
    const config = load(undefined, {
      DAYPASS_PORT: '9000',
      DAYPASS_SANDBOX_AWS_PORT: '9001',
      DAYPASS_SANDBOX_IDP_PORT: '9002',
      DAYPASS_DATA_DIR: 'elsewhere',
    });
    expect(config.baseUrl).toBe('http://localhost:9000');
    expect(config.listen.port).toBe(9000);
    expect(config.sandbox).toMatchObject({
      awsUrl: 'http://localhost:9001',
      identityProvidersUrl: 'http://localhost:9002',
    });
    expect(config.dataDir).toBe(join(directory, 'elsewhere'));
  });

  it('an empty variable counts as not set', () => {
    expect(load(undefined, { DAYPASS_PORT: '', DAYPASS_CONFIG: '' }).listen.port).toBe(8080);
  });

  it.each(['x', '0', '-1', '65536', '8080.5', ' 8080', '0x1f90', '99999999999999999999'])(
    'a port of %j is a mistake named by its variable, beside every other',
    (value) => {
      const environment = {
        DAYPASS_PORT: value,
        DAYPASS_SANDBOX_AWS_PORT: value,
        DAYPASS_SANDBOX_IDP_PORT: value,
      };
      expect(problemsOf(undefined, environment)).toEqual(
        ['DAYPASS_PORT', 'DAYPASS_SANDBOX_AWS_PORT', 'DAYPASS_SANDBOX_IDP_PORT'].map((path) => ({
          path,
          message: 'must be a port, a whole number from 1 to 65535',
        })),
      );
    },
  );

  it('only secrets come by _FILE: what another file says would be printed as a path', () => {
    write('canary', 'canary');
    const environment = {
      DAYPASS_CONFIG_FILE: 'canary',
      DAYPASS_DATA_DIR_FILE: 'canary',
      DAYPASS_PORT_FILE: 'canary',
    };
    expect(load(undefined, environment).dataDir).toBe(join(directory, 'data'));
  });

  it('three listeners on one port are refused', () => {
    expect(complaints(undefined, { DAYPASS_PORT: '8081' })).toEqual([
      'sandbox: three listeners need three different ports, not 8081, 8081, 8082',
    ]);
  });

  it('a configuration file that is not there is a mistake, not the default', () => {
    const [problem] = problemsOf(undefined, { DAYPASS_CONFIG: 'missing.yaml' });
    expect(problem).toEqual({
      path: '',
      message: 'cannot be read (ENOENT)',
      file: join(directory, 'missing.yaml'),
    });
  });
});

describe('a file', () => {
  it('turns the sandbox off unless it asks for it', () => {
    expect(load('{}').sandbox).toBeUndefined();
    expect(load('').sandbox).toBeUndefined();
    expect(load('# only a comment').sandbox).toBeUndefined();
    expect(load('sandbox: false').sandbox).toBeUndefined();
    expect(load('sandbox: true').sandbox?.awsPort).toBe(8081);
    expect(load('sandbox: {identityProvidersUrl: "http://127.0.0.1:8082/"}').sandbox).toMatchObject({
      awsUrl: 'http://localhost:8081',
      identityProvidersUrl: 'http://127.0.0.1:8082',
    });
  });

  it('is frozen once read', () => {
    const config = load('sandbox: true\ntrustedProxies: [10.0.0.1]');
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.listen)).toBe(true);
    expect(Object.isFrozen(config.aws.regions.aws)).toBe(true);
    expect(Object.isFrozen(config.trustedProxies)).toBe(true);
    expect(Object.isFrozen(config.sandbox)).toBe(true);
  });

  it('names paths from where it lies, and its data directory from where the process started', () => {
    mkdirSync(join(directory, 'etc'));
    const file = write('etc/daypass.yaml', 'access: access.yaml\nstoreFile: store-url');
    write('etc/store-url', 'postgres://daypass@db/daypass\n');
    const config = loadConfig({ DAYPASS_CONFIG: file }, { workingDirectory: directory });
    expect(config.accessFile).toBe(join(directory, 'etc', 'access.yaml'));
    expect(config.dataDir).toBe(join(directory, 'data'));
    expect(config.store.kind).toBe('postgres');
  });

  it('G12: reports every mistake at once, each with its line, its column and what to write', () => {
    const yaml = [
      'baseUrl: https://daypass.example.com/app', // 1
      'listen: {port: high}', // 2
      'sesions: {idleSeconds: 600}', // 3
      'signingKeys:', // 4
      '  activeDays: 10', // 5
      '  overlapDays: 20', // 6
      'credentialSources:', // 7
      '  hub: {kind: default-chian}', // 8
      '  Hub: {kind: default-chain}', // 9
      '  key: {kind: key-file, file: missing.json}', // 10
      'secrets:', // 11
      '  oidc: ${NOT_SET}', // 12
      'trustedProxies: [10.0.0.0/0]', // 13
      'logLevel: verbose', // 14
      'node: null', // 15
      'store: mysql://db', // 16
    ].join('\n');
    const file = join(directory, 'config.yaml');
    const places = problemsOf(yaml, { DAYPASS_PORT: 'x' }).map(
      ({ file: where, line, column, path, message }) =>
        `${where === file ? 'F' : ''}:${line ?? ''}:${column ?? ''} ${path}: ${message}`,
    );
    expect(places).toEqual([
      ':: DAYPASS_PORT: must be a port, a whole number from 1 to 65535',
      'F:1:10 baseUrl: write an origin such as https://daypass.example.com, without a path',
      'F:2:16 listen.port: write a number here',
      'F:3:1 sesions: there is no setting "sesions" here; did you mean sessions?',
      'F:6:16 signingKeys.overlapDays: must be less than activeDays',
      'F:8:15 credentialSources.hub.kind: write one of default-chain, key-file',
      'F:9:3 credentialSources.Hub: use 1 to 63 of a-z, 0-9 and -, not starting or ending with -',
      `F:10:31 credentialSources.key.file: ${join(directory, 'missing.json')} cannot be read (ENOENT)`,
      'F:12:9 secrets.oidc: the environment variable NOT_SET is not set; set it, or NOT_SET_FILE',
      'F:13:18 trustedProxies[0]: write an address or a subnet such as 10.0.0.0/8',
      'F:14:11 logLevel: write one of debug, info, warn, error',
      'F:15:7 node: has no value; write text or remove it',
      'F:16:8 store: write sqlite, or a URL that starts with postgres://',
    ]);
  });

  it('R23: leaves nothing on disk while anything is wrong', () => {
    expect(problemsOf('listen: {port: 0}')).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['config.yaml']);
  });

  it('prints as lines that editors turn into links', () => {
    expect(() => load('lissten: 1')).toThrow(
      `${join(directory, 'config.yaml')}:1:1: lissten: there is no setting "lissten" here; did you mean listen?`,
    );
  });

  it.each([
    ['listen: {prot: 1}', 'listen.prot: there is no setting "prot" here; did you mean port?'],
    ['sandbox: {awsPrt: 1}', 'sandbox.awsPrt: there is no setting "awsPrt" here; did you mean awsPort?'],
    ['sandbox: maybe', 'sandbox: write true or false or keys and values here'],
    [
      'aws: {regions: {aws: cn-north-1}}',
      'aws.regions.aws: write a region of this partition, such as eu-central-1',
    ],
    [
      'aws: {regions: {aws-cn: us-east-1}}',
      'aws.regions.aws-cn: write a region of this partition, such as cn-north-1',
    ],
    ['aws: {endpoints: {sts: "ftp://x"}}', 'aws.endpoints.sts: write a URL that starts with https://'],
    [
      'sessions: {idleSeconds: 3600, absoluteSeconds: 1800}',
      'sessions.idleSeconds: must not be more than absoluteSeconds',
    ],
    ['listen: 8080', 'listen: write keys and values here'],
    ['listen:', 'listen: has no value; write keys and values or remove it'],
    ['credentialSources: {k: {kind: key-file}}', 'credentialSources.k.file: is missing; write text'],
    ['node: 5', 'node: write text here; put numbers and true, false in quotes'],
    ['zzzzzzzz: 1', /^zzzzzzzz: there is no setting "zzzzzzzz" here; known are baseUrl, listen, dataDir/],
    ['- a', ': write keys and values here'],
    ['"\\u001b[31m\\u202e": 1', /^\["\\u001b\[31m\\u202e"\]: there is no setting/],
  ])('%s -> %s', (yaml, complaint) => {
    const [first, ...rest] = complaints(yaml);
    expect(rest).toEqual([]);
    if (complaint instanceof RegExp) expect(first).toMatch(complaint);
    else expect(first).toBe(complaint);
  });

  it('W12: keys of objects’ own are words like any other, and __proto__ is refused', () => {
    expect(complaints('__proto__: {production: true}\nconstructor: 1\ntoString: 1')).toEqual([
      ': the key __proto__ is never accepted',
      expect.stringContaining('constructor: there is no setting'),
      expect.stringContaining('toString: there is no setting'),
    ]);
    expect(complaints('secrets: {__proto__: "a-secret-of-some-length"}')).toEqual([
      'secrets: the key __proto__ is never accepted',
    ]);
    expect(Reflect.get({}, 'production')).toBeUndefined();
  });
});

describe('references to the environment', () => {
  it('are replaced in strings, once, and can be escaped', () => {
    const config = load('secrets: {a: "x-${A}-${B}", b: "$${A} $A ${B}"}', { A: '${B}', B: 'two' });
    expect(config.secrets.get('a')?.reveal()).toBe('x-${B}-two');
    expect(config.secrets.get('b')?.reveal()).toBe('${A} $A two');
  });

  it('never become YAML', () => {
    const config = load('secrets: {a: "${A}"}', { A: 'x", b: "y\nsandbox: true' });
    expect([...config.secrets.keys()]).toEqual(['a']);
    expect(config.sandbox).toBeUndefined();
  });

  it('become numbers and true or false where the schema wants them, and stay text where it does not', () => {
    const yaml =
      'listen: {port: "${P}"}\ncredentialSources: {c: {kind: default-chain, longTerm: "${L}"}}\nsecrets: {s: "${P}"}';
    const config = load(yaml, { P: '9999', L: 'true' });
    expect(config.listen.port).toBe(9999);
    expect(config.credentialSources.get('c')).toEqual({ kind: 'default-chain', longTerm: true });
    expect(config.secrets.get('s')?.reveal()).toBe('9999');
    expect(complaints(yaml, { P: '0x10', L: 'yes' })).toEqual([
      'listen.port: write a number here',
      'credentialSources.c.longTerm: write true or false here',
    ]);
  });

  it('take a variable’s value from the file that its _FILE names', () => {
    write('oidc', 'from-a-file\n');
    expect(load('secrets: {a: "${OIDC}"}', { OIDC_FILE: 'oidc' }).secrets.get('a')?.reveal()).toBe(
      'from-a-file',
    );
  });

  it.each([
    [{ OIDC: 'x', OIDC_FILE: 'oidc' }, 'OIDC and OIDC_FILE are both set; set one of them'],
    [{ OIDC_FILE: 'missing' }, /missing cannot be read \(ENOENT\)$/],
    [{ OIDC_FILE: '.' }, /is not a file$/],
    [{ OIDC: '' }, 'the environment variable OIDC is not set; set it, or OIDC_FILE'],
  ])('refuse %j', (environment, complaint) => {
    const [problem, ...rest] = problemsOf('secrets: {a: "${OIDC}"}', environment);
    expect(rest).toEqual([]);
    expect(problem?.path).toBe('secrets.a');
    expect(problem?.message).toMatch(complaint);
  });

  it.each(['${A-B}', '${}', '${A:-default}', '${ A }', '${'])('%s is a mistake, not text', (text) => {
    expect(complaints(`secrets: {a: ${JSON.stringify(text)}}`)).toEqual([
      'secrets.a: write ${NAME} for an environment variable, $${ for the two characters',
    ]);
  });

  it('know nothing of what objects inherit', () => {
    expect(complaints('secrets: {a: "${constructor}"}')).toHaveLength(1);
  });
});

describe('secrets', () => {
  it('come from files of their own', () => {
    write('oidc', 'one');
    const config = load('secrets: {a: literal}\nsecretFiles: {b: oidc}');
    expect(config.secrets.get('a')?.reveal()).toBe('literal');
    expect(config.secrets.get('b')?.reveal()).toBe('one');
  });

  it('are given once', () => {
    write('oidc', 'one');
    write('key', KEY);
    write('url', 'postgres://h/d');
    const yaml = `secrets: {a: x}\nsecretFiles: {a: oidc}\nmasterKey: ${KEY}\nmasterKeyFile: key\nstore: sqlite\nstoreFile: url`;
    expect(complaints(yaml)).toEqual([
      'secretFiles.a: a is given as well; give one of them',
      'masterKeyFile: masterKey is given as well; give one of them',
      'storeFile: store is given as well; give one of them',
    ]);
    write('key', Buffer.alloc(32, 7).toString('base64'));
    expect(complaints('masterKeyFile: key', WITH_KEY)).toEqual([
      'masterKeyFile: is another key than DAYPASS_MASTER_KEY, which is set as well; give one',
    ]);
  });

  it('show in no complaint and in no printed configuration', () => {
    const canary = 'canary-4711-canary';
    const yaml = [
      `masterKey: ${canary}`,
      `store: "postgres://u:${canary}@h:port/d"`,
      `secrets: {a: ${canary}, B: ${canary}, c: [${canary}]}`,
      `logLevel: ${canary}`,
      `baseUrl: https://u:${canary}@h`,
      `trustedProxies: ["${canary}"]`,
      `credentialSources: {x: {kind: ${canary}}}`,
    ].join('\n');
    const problems = problemsOf(yaml, { DAYPASS_PORT: canary });
    expect(problems.length).toBeGreaterThan(6);
    expect(JSON.stringify(problems)).not.toContain(canary);
    for (const broken of [
      `secrets: {a: ${canary}: x}`,
      `a: "${canary}`,
      `a: @${canary}`,
      `a: *${canary} x`,
      `${canary}\nb: 1`,
    ]) {
      const messages = JSON.stringify(problemsOf(broken).map(({ message }) => message));
      expect(messages).not.toBe('[]');
      expect(messages).not.toContain(canary);
    }
    const config = load(`secrets: {a: ${canary}}\nstore: "postgres://u:${canary}@h/d"`, WITH_KEY);
    expect(JSON.stringify(config) + inspect(config, { depth: 9 })).not.toContain(canary);
    expect(JSON.stringify(config) + inspect(config, { depth: 9 })).not.toContain(KEY);
  });

  it.each([
    ['short', Buffer.alloc(16, 'abcdefghijklmnop').toString('base64')],
    ['hex', 'ab'.repeat(32)],
    ['base64url', KEY.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')],
    ['with a space', ` ${KEY}`],
  ])('a master key that is %s is refused', (_what, key) => {
    expect(complaints(undefined, { DAYPASS_MASTER_KEY: key })).toEqual([
      'DAYPASS_MASTER_KEY: must be 32 random bytes in base64; run: daypass new-master-key',
    ]);
  });

  it('a master key from a keyboard is refused', () => {
    expect(complaints(`masterKey: ${Buffer.alloc(32, 'password').toString('base64')}`)).toEqual([
      'masterKey: is not random; run: daypass new-master-key',
    ]);
  });

  it.each(['postgres://', 'postgres:///d', 'postgres://h', 'postgres://h/', 'postgres://u:p^%@h:x/d'])(
    'a store of %s is refused',
    (store) => {
      expect(complaints(`store: "${store}"`)).toEqual([
        'store: write postgres://user:password@host/database, with %-escapes for special characters in the password',
      ]);
    },
  );
});

describe('the master key of a machine', () => {
  it('is made once, readable by its owner alone, and read again', () => {
    const first = load();
    const file = join(directory, 'data', 'master.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'data')).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8').trim()).toBe(first.masterKey.reveal());
    expect(Buffer.from(first.masterKey.reveal(), 'base64')).toHaveLength(32);
    expect(load().masterKey.reveal()).toBe(first.masterKey.reveal());
    expect(readdirSync(join(directory, 'data'))).toEqual(['master.key']);
  });

  it('is refused where others can read it', () => {
    load();
    chmodSync(join(directory, 'data', 'master.key'), 0o640);
    expect(complaints()).toEqual([
      expect.stringMatching(/^masterKey: .*master\.key can be read by others \(mode 640\); run: chmod 600/),
    ]);
  });

  it('is refused where it is damaged', () => {
    load();
    writeFileSync(join(directory, 'data', 'master.key'), 'half');
    expect(complaints()).toEqual([expect.stringContaining('must be 32 random bytes in base64')]);
  });

  it('is not made anew beside a store that another key sealed', () => {
    mkdirSync(join(directory, 'data'));
    write('data/daypass.db', 'rows');
    expect(complaints()).toEqual([expect.stringContaining('was sealed with a master key that is not here')]);
    expect(load(undefined, WITH_KEY).masterKey.reveal()).toBe(KEY);
  });

  it('is never made where one is given', () => {
    write('key', `${KEY}\n`);
    expect(load('masterKeyFile: key').masterKey.reveal()).toBe(KEY);
    expect(load(undefined, { DAYPASS_MASTER_KEY_FILE: 'key' }).masterKey.reveal()).toBe(KEY);
    expect(readdirSync(join(directory, 'data'))).toEqual([]);
  });

  it('is not made by a check', () => {
    expect(checkConfig({}, { workingDirectory: directory }).masterKey).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('needs a data directory that can be written', () => {
    write('data', 'a file');
    expect(complaints()).toEqual([`dataDir: ${join(directory, 'data')} cannot be written (EEXIST)`]);
    expect(complaints(undefined, { DAYPASS_DATA_DIR: 'data/below' })).toEqual([
      `dataDir: ${join(directory, 'data', 'below')} cannot be written (ENOTDIR)`,
    ]);
    // Where the system denies a parent that is there, which Node's own recursion never gets over.
    expect(complaints(undefined, { DAYPASS_DATA_DIR: '/proc/nope' })[0]).toContain(
      '/proc/nope cannot be written',
    );
  });
});

describe('production', () => {
  it('is an https base URL, or NODE_ENV', () => {
    expect(load(PRODUCTION, WITH_KEY)).toMatchObject({
      production: true,
      baseUrl: 'https://daypass.example.com',
    });
    expect(load('baseUrl: HTTPS://Daypass.Example.com:443', WITH_KEY).baseUrl).toBe(
      'https://daypass.example.com',
    );
    expect(complaints('baseUrl: http://localhost:8080', { ...WITH_KEY, NODE_ENV: 'production' })).toEqual([
      'baseUrl: must start with https:// in production (NODE_ENV says it is)',
    ]);
  });

  it('does not start without a configuration', () => {
    expect(complaints(undefined, { NODE_ENV: 'production' })).toEqual([
      'baseUrl: is missing; in production write the https address that people use',
      expect.stringMatching(/^masterKey: is missing; in production give it by/),
    ]);
  });

  it.each(['true', '{}', '{awsPort: 1234}'])('refuses the sandbox (%s)', (sandbox) => {
    expect(complaints(`${PRODUCTION}sandbox: ${sandbox}`, WITH_KEY)).toEqual([
      'sandbox: is for trying Daypass and never starts in production; remove it',
    ]);
  });

  it('does not mind being told that the sandbox is off', () => {
    expect(load(`${PRODUCTION}sandbox: false`, WITH_KEY).sandbox).toBeUndefined();
  });

  it('refuses endpoints without TLS', () => {
    expect(
      complaints(`${PRODUCTION}aws: {endpoints: {sts: "http://sts", console: "HTTP://c"}}`, WITH_KEY),
    ).toEqual([
      'aws.endpoints.sts: must start with https:// in production',
      'aws.endpoints.console: must start with https:// in production',
    ]);
  });

  it('takes secrets by reference alone', () => {
    const yaml = `${PRODUCTION}masterKey: ${KEY}\nstore: postgres://u:pw@h/d\nsecrets: {a: a-secret-long-enough-1}`;
    expect(complaints(yaml)).toEqual([
      'masterKey: in production a secret comes by reference: write ${NAME}, or name a file in masterKeyFile',
      'store: in production a secret comes by reference: write ${NAME}, or name a file in storeFile',
      'secrets.a: in production a secret comes by reference: write ${NAME}, or name a file in secretFiles',
    ]);
    const referenced = `${PRODUCTION}masterKey: "\${K}"\nstore: "\${S}"\nsecrets: {a: "\${A}"}`;
    const environment = { K: KEY, S: 'postgres://u:pw@h/d', A: 'a-secret-long-enough-1' };
    expect(load(referenced, environment).store.kind).toBe('postgres');
    expect(load(`${PRODUCTION}store: postgres://u@h/d`, WITH_KEY).store.kind).toBe('postgres');
  });

  it.each([
    'changeme-changeme-changeme',
    'sandbox-secret-of-daypass-at-its-openid-provider',
    'Password1234567890',
    'short',
  ])('refuses the secret %s', (secret) => {
    expect(complaints(`${PRODUCTION}secrets: {a: "\${A}"}`, { ...WITH_KEY, A: secret })).toEqual([
      expect.stringMatching(/^secrets\.a: is (?:a placeholder|too short)/),
    ]);
    write('a', secret);
    expect(complaints(`${PRODUCTION}secretFiles: {a: a}`, WITH_KEY)).toEqual([
      expect.stringMatching(/^secretFiles\.a: is (?:a placeholder|too short)/),
    ]);
  });
});

describe('http', () => {
  it.each([
    'http://localhost',
    'http://127.0.0.1:8080',
    'http://127.1.2.3',
    'http://[::1]:8080',
    'http://a.localhost:1',
  ])('is accepted on this machine: %s', (baseUrl) => {
    expect(load(`baseUrl: "${baseUrl}"`).production).toBe(false);
  });

  it.each([
    'http://daypass.example.com',
    'http://0.0.0.0:8080',
    'http://10.0.0.1',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://[::]',
  ])('is refused elsewhere: %s', (baseUrl) => {
    expect(complaints(`baseUrl: "${baseUrl}"`)).toEqual([
      'baseUrl: must start with https://; http is for this machine alone (localhost, 127.0.0.1)',
    ]);
  });

  it.each([
    'daypass.example.com',
    'https://',
    'https://h/path',
    'https://h?',
    'https://h#',
    'https://u@h',
    'https:\\\\h',
    'ftp://h',
    'https://h/../x',
    'https://$(id)',
    "https://a'b",
    'javascript:alert(1)',
  ])('and no base URL that is not an origin: %s', (baseUrl) => {
    expect(complaints(`baseUrl: ${JSON.stringify(baseUrl)}`)).toEqual([
      'baseUrl: write an origin such as https://daypass.example.com, without a path',
    ]);
  });
});

describe('trusted proxies', () => {
  it.each(['10.0.0.0/8', '192.0.2.7', '::1', 'fd00::/8', '10.0.0.0/32'])('can be %s', (proxy) => {
    expect(load(`trustedProxies: ["${proxy}"]`).trustedProxies).toEqual([proxy]);
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    'true',
    '*',
    'loopback',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
  ])('cannot be %s', (proxy) => {
    expect(complaints(`trustedProxies: ["${proxy}"]`)).toHaveLength(1);
  });
});
