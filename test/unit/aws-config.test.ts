import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsConfig, AWS_CONFIG_STYLES, type AwsConfigSettings } from '../../src/core/aws-config.ts';
import { accountSchema, roleSchema } from '../../src/core/catalogue.ts';
import { isProfileNameTemplate, profileNames, type RoleInAccount } from '../../src/core/profile-names.ts';

const SETTINGS: AwsConfigSettings = {
  baseUrl: 'https://daypass.example.com',
  startUrl: 'https://daypass.awsapps.com/start',
  regions: {
    aws: ['eu-central-1', 'us-east-1'],
    'aws-cn': ['cn-north-1'],
    'aws-us-gov': ['us-gov-west-1'],
    'aws-eusc': ['eusc-de-east-1'],
  },
  endpoints: {},
};
const USUAL = { style: 'sso', profileName: '{account}-{role}' } as const;

interface Wanted {
  readonly id?: string;
  readonly roleName?: string;
  readonly account?: object;
  readonly role?: object;
}

/** As the catalogue's own schemas let it through. */
function entry({ id = 'prod-read', roleName = 'ReadOnly', account, role }: Wanted = {}): RoleInAccount {
  return {
    account: accountSchema.parse({ id: '111122223333', name: 'Production', ...account }),
    role: roleSchema.parse({
      id,
      accountId: '111122223333',
      roleName,
      grant: { method: 'assume-role-with-saml' },
      ...role,
    }),
  };
}

/** Section -> key -> value, as the tools' own readers take it: a line each, indented ones of the key above. */
function parse(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let parent = '';
  for (const line of text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name] = /^\[([^\]]+)\]$/.exec(line) ?? [];
    if (name !== undefined) {
      expect(sections.has(name), `[${name}] twice`).toBe(false);
      section = new Map();
      sections.set(name, section);
      continue;
    }
    const [, indent = '', key = '', value = ''] = /^( *)([a-z_]+) =(?: (.+))?$/.exec(line) ?? [];
    expect(key, `the line ${JSON.stringify(line)}`).not.toBe('');
    if (indent === '') parent = key;
    section?.set(indent === '' ? key : `${parent}.${key}`, value);
  }
  return sections;
}

describe('a generated ~/.aws/config', () => {
  it('asks Daypass by every service that signs somebody in, also where no profile is named', () => {
    const { text } = awsConfig([entry()], SETTINGS, USUAL);
    expect(text).toBe(`# AWS roles by Daypass at https://daypass.example.com

[sso-session daypass]
sso_start_url = https://daypass.awsapps.com/start
sso_region = eu-central-1
sso_registration_scopes = sso:account:access

[services daypass]
sso =
  endpoint_url = https://daypass.example.com
sso_oidc =
  endpoint_url = https://daypass.example.com
signin =
  endpoint_url = https://daypass.example.com

[default]
region = eu-central-1
services = daypass

[profile Production-ReadOnly]
sso_session = daypass
sso_account_id = 111122223333
sso_role_name = prod-read
region = eu-central-1
services = daypass
`);
  });

  it('names the STS endpoint where the broker has one of its own', () => {
    const settings = { ...SETTINGS, endpoints: { sts: "http://localhost:8081/o'clock/" } };
    const services = parse(awsConfig([entry()], settings, USUAL).text).get('services daypass');
    expect(services?.get('sts.endpoint_url')).toBe('http://localhost:8081/o%27clock');
    const byProcess = awsConfig([entry()], settings, { ...USUAL, style: 'credential-process' });
    expect([...(parse(byProcess.text).get('services daypass') ?? [])]).toEqual([
      ['sts', ''],
      ['sts.endpoint_url', 'http://localhost:8081/o%27clock'],
    ]);
  });

  it('starts the saved script by credential_process, and then needs nothing else', () => {
    const { text } = awsConfig([entry()], SETTINGS, { ...USUAL, style: 'credential-process' });
    expect(text).toBe(`# AWS roles by Daypass at https://daypass.example.com

[profile Production-ReadOnly]
credential_process = sh -c 'sh "$HOME/.aws/daypass.sh" prod-read'
region = eu-central-1
`);
    const windows = awsConfig([entry()], SETTINGS, { ...USUAL, style: 'credential-process-powershell' });
    expect(windows.text).toContain(
      String.raw`credential_process = powershell -NoProfile -ExecutionPolicy Bypass -Command "& (Join-Path $HOME '.aws\daypass.ps1') prod-read"`,
    );
  });

  it('has each account’s own region, else its partition’s', () => {
    const { profiles } = awsConfig(
      [
        entry({ id: 'a', account: { partition: 'aws-cn' } }),
        entry({ id: 'b', account: { region: 'eu-west-3' } }),
      ],
      SETTINGS,
      USUAL,
    );
    expect(profiles.map(({ region }) => region)).toEqual(['cn-north-1', 'eu-west-3']);
  });

  it('leaves out what no tool can use, and says so of what people can', () => {
    const mfa = {
      method: 'get-session-token',
      credentialSource: 'tools',
      mfaSerialNumber: 'arn:aws:iam::111122223333:mfa/tools',
    };
    const ownToken = { method: 'assume-role-with-web-identity', token: 'user' };
    const entries = [
      entry({ id: 'for-lambda', role: { reservedForServices: ['lambda.amazonaws.com'] } }),
      entry({ id: 'with-mfa', role: { grant: mfa } }),
      entry({ id: 'own-token', role: { grant: ownToken } }),
    ];
    const ids = (list: readonly RoleInAccount[]): string[] => list.map(({ role }) => role.id);
    const bySso = awsConfig(entries, SETTINGS, USUAL);
    expect([ids(bySso.profiles), ids(bySso.leftOut)]).toEqual([['own-token'], ['with-mfa']]);
    expect(bySso.text).toContain('\n# Without, as pages alone hand them out: with-mfa\n\n[');
    const byProcess = awsConfig(entries, SETTINGS, { ...USUAL, style: 'credential-process' });
    expect([ids(byProcess.profiles), ids(byProcess.leftOut)]).toEqual([[], ['with-mfa', 'own-token']]);
  });

  it('parses back to exactly the roles, whatever they and their accounts are called', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
      fc.constantFrom(
        'x]\n[default]\ncredential_process = id',
        'a\r\nservices = evil',
        'default',
        '-',
        '\u2028',
        'DEFAULT',
        '日本',
      ),
    );
    const entries = fc.uniqueArray(
      fc.record({
        id: fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/),
        roleName: fc.stringMatching(/^[\w+=,.@/-]{1,20}$/),
        account: fc.record({ name: hostile, environment: hostile }),
      }),
      { selector: ({ id }) => id, maxLength: 30 },
    );
    const template = fc.constantFrom(
      '{account}-{role}',
      '{environment}{account}',
      '{roleId}',
      '{role}',
      'fixed',
      '-.{account}',
    );
    fc.assert(
      fc.property(entries, template, fc.constantFrom(...AWS_CONFIG_STYLES), (wanted, profileName, style) => {
        const { text, profiles } = awsConfig(wanted.map(entry), SETTINGS, { style, profileName });
        const sections = parse(text);
        const found = [...sections].filter(([name]) => name.startsWith('profile '));
        expect(found.map(([name]) => name)).toEqual(profiles.map(({ name }) => `profile ${name}`));
        expect(found.map(([, keys]) => roleIn(keys))).toEqual(wanted.map(({ id }) => id));
        for (const { name } of profiles) expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,170}$/);
        expect(new Set(profiles.map(({ name }) => name.toLowerCase())).size).toBe(wanted.length);
        const others = style === 'sso' ? ['sso-session daypass', 'services daypass', 'default'] : [];
        expect([...sections.keys()].filter((name) => !name.startsWith('profile '))).toEqual(others);
      }),
      { numRuns: 500 },
    );
  });

  function roleIn(keys: ReadonlyMap<string, string>): string | undefined {
    return keys.get('sso_role_name') ?? /([a-z0-9-]+)['"]$/.exec(keys.get('credential_process') ?? '')?.[1];
  }

  it('costs for ten thousand roles what it costs for one, ten thousand times', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => entry({ id: `role-${index}` }));
    const startedAt = performance.now();
    const { text, profiles } = awsConfig(many, SETTINGS, USUAL);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(new Set(profiles.map(({ name }) => name)).size).toBe(10_000);
    expect(parse(text).size).toBe(10_003);
  });
});

describe('the name of a profile', () => {
  const nameOf = (wanted: Wanted, template = '{account}-{role}'): string | undefined =>
    profileNames([entry(wanted)], template)[0];

  it('is made of what the template names, in characters that every tool takes', () => {
    expect(nameOf({ account: { name: 'Zahlungen & Prüfung' }, roleName: 'path/of/Reader' })).toBe(
      'Zahlungen-Prufung-Reader',
    );
    expect(
      nameOf({ account: { name: 'A', environment: 'staging' } }, '{environment}.{accountId}.{roleId}'),
    ).toBe('staging.111122223333.prod-read');
    expect(nameOf({}, '{environment}-{account}'), 'without an environment').toBe('Production');
    expect(nameOf({ account: { name: '日本' } }, '{account}'), 'of nothing that can be typed').toBe(
      'prod-read',
    );
  });

  it('means the same role as before when somebody is given one more that would be called the same', () => {
    const first = entry({ id: 'developer', roleName: 'Developer' });
    const second = entry({ id: 'developer-step-up', roleName: 'developer' });
    expect(profileNames([first, second], '{role}')).toEqual([
      'Developer-developer',
      'developer-developer-step-up',
    ]);
    expect(profileNames([first], '{role}')).toEqual(['Developer']);
  });

  it('is free also where the way out of one collision leads to another', () => {
    const names = profileNames(
      [
        entry({ id: 'b', roleName: 'a' }),
        entry({ id: 'c', roleName: 'a' }),
        entry({ id: 'd', roleName: 'a-b' }),
        entry({ id: 'e', roleName: 'default' }),
      ],
      '{role}',
    );
    expect(names).toEqual(['a-b-2', 'a-c', 'a-b', 'default-e']);
  });

  it.each(['{account}-{role}', 'aws.{roleId}', '{environment}_{accountId}+{role}@x', 'fixed'])(
    'may be made by %s',
    (template) => expect(isProfileNameTemplate(template)).toBe(true),
  );

  it.each([
    '',
    '{acount}',
    '{account',
    'a b',
    '{account}\n[default]',
    ']',
    '{role}#',
    'x'.repeat(65),
    '{__proto__}',
  ])('may not be made by %j', (template) => expect(isProfileNameTemplate(template)).toBe(false));
});
