import { describe, expect, it } from 'vitest';
import { isKnownSecret } from '../../src/config/known-secrets.ts';
import { isHashOfKnownSecret } from '../../src/core/known-secret-problems.ts';
import { loadAccess } from '../../src/config/load-access.ts';
import type { CatalogueFacts } from '../../src/core/catalogue-problems.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { accessYaml, SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { SANDBOX_CREDENTIAL_SOURCES } from '../../src/sandbox/credential-files.ts';

const FACTS: CatalogueFacts = {
  credentialSources: new Map([['hub', { longTerm: true }]]),
  secretNames: new Set(['corp']),
  allowHttp: false,
};

const GOOD = `connectors:
  - { kind: oidc, id: corp, label: Corp, issuer: "https://id.example.com", clientId: daypass, clientSecretName: corp }
accounts:
  - { id: "111122223333", name: Tools }
roles:
  - id: reader
    accountId: "111122223333"
    roleName: Reader
    grant: { method: assume-role, credentialSource: hub }
mappings:
  - id: readers
    connector: corp
    groups: [engineering]
    roles: { ids: [reader] }
    limits:
      sessionPolicy:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::home/\${aws:username}/*" }]
`;

function complaints(text: string, facts: CatalogueFacts = FACTS): string[] {
  return loadAccess(text, 'access.yaml', facts).problems.map(
    ({ file, line, column, path, message }) =>
      `${file ?? ''}:${line ?? ''}:${column ?? ''} ${path}: ${message}`,
  );
}

describe('access.yaml', () => {
  it('becomes a catalogue, with IAM’s own variables left alone', () => {
    const { catalogue, problems } = loadAccess(GOOD, 'access.yaml', FACTS);
    expect(problems).toEqual([]);
    expect(catalogue?.roles[0]?.id).toBe('reader');
    expect(JSON.stringify(catalogue?.mappings[0]?.limits.sessionPolicy)).toContain('${aws:username}');
  });

  it('may be empty', () => {
    expect(loadAccess('', 'access.yaml', FACTS).catalogue).toMatchObject({ roles: [], mappings: [] });
  });

  it('of the sandbox is accepted where the sandbox runs', () => {
    const text = accessYaml({
      awsUrl: 'http://localhost:8081',
      identityProvidersUrl: 'http://localhost:8082',
    });
    const facts: CatalogueFacts = {
      credentialSources: new Map(SANDBOX_CREDENTIAL_SOURCES.map((name) => [name, { longTerm: true }])),
      secretNames: new Set(Object.keys(SANDBOX_SECRETS)),
      allowHttp: true,
    };
    expect(complaints(text, facts)).toEqual([]);
  });

  it('says every mistake at once: of one entry, and between entries', () => {
    const text = GOOD.replace('roleName: Reader', 'rolename: Reader').replace(
      'id: readers',
      'id: readers\n    ordr: 5',
    ).concat(`  - { id: writers, connector: crop, groups: [x], roles: { ids: [reader] } }
  - { id: late, connector: corp, groups: [x], roles: { ids: [reader] }, limits: { maximumDurationSeconds: 899 } }
  - { id: nobody, roles: { ids: [reader] } }
applications:
  - { id: bot, name: Bot, secretHashes: ["plain"] }
  - { id: bot2, name: Bot, secretHashes: ["sha256:${'0'.repeat(64)}"] }
  - { id: bot2, name: Bot, secretHashes: ["sha256:${'0'.repeat(64)}"] }
`);
    expect(complaints(text)).toEqual([
      'access.yaml:6:5 roles[0].roleName: is missing; write text',
      'access.yaml:8:5 roles[0].rolename: there is no setting "rolename" here; did you mean roleName?',
      'access.yaml:12:5 mappings[0].ordr: there is no setting "ordr" here; did you mean order?',
      'access.yaml:20:31 mappings[1].connector: there is no connector "crop"; add it under connectors',
      'access.yaml:21:107 mappings[2].limits.maximumDurationSeconds: must be 900 or more',
      'access.yaml:22:5 mappings[3]: nobody is named: give groups, users, attributes or applications',
      'access.yaml:24:42 applications[0].secretHashes[0]: run: daypass new-secret',
      'access.yaml:26:11 applications[2].id: "bot2" is there twice; every id is used once',
    ]);
  });

  it('does not blame an entry for another that is broken', () => {
    const text = GOOD.replace('id: corp,', 'id: CORP,').replace('name: Tools', 'nam: Tools');
    expect(complaints(text).map((complaint) => complaint.split(' ')[1])).toEqual([
      'connectors[0].id:',
      'accounts[0].name:',
      'accounts[0].nam:',
    ]);
  });

  it.each([
    [
      'an account id without quotes',
      GOOD.replace('{ id: "111122223333"', '{ id: 111122223333'),
      /put numbers and true, false in quotes$/,
    ],
    [
      'an unknown grant method',
      GOOD.replace('method: assume-role,', 'method: assume-roll,'),
      /^access.yaml:9:22 roles\[0\]\.grant\.method: write one of assume-role-with-saml, /,
    ],
    [
      'a key of another grant method',
      GOOD.replace('credentialSource: hub', 'credentialSource: hub, samlProvider: x'),
      /roles\[0\]\.grant\.samlProvider: there is no setting "samlProvider" here; did you mean samlProviderName\?$/,
    ],
    [
      'a role that does not exist',
      GOOD.replace('ids: [reader]', 'ids: [reeder]'),
      /^access.yaml:14:20 mappings\[0\]\.roles\.ids\[0\]: there is no role "reeder"/,
    ],
    [
      'a secret that does not exist',
      GOOD.replace('clientSecretName: corp', 'clientSecretName: crop'),
      /clientSecretName: the configuration has no secret "crop"/,
    ],
    [
      'a credential source that does not exist',
      GOOD.replace('credentialSource: hub', 'credentialSource: hubb'),
      /no credential source "hubb"/,
    ],
    [
      'A16: a role that is its own hub',
      GOOD.replace(
        'credentialSource: hub',
        'credentialSource: hub, hubRoleArn: "arn:aws:iam::111122223333:role/Reader"',
      ),
      /roles\[0\]\.roleName: this is the hub that other roles are reached through/,
    ],
    ['http in production', GOOD.replace('https://id', 'http://id'), /connectors\[0\]\.issuer: use https/],
    ['broken YAML', `${GOOD}\nroles: [`, /^access.yaml:\d+:\d+ : the indentation/],
    ['a list twice', `${GOOD}roles: []`, /^access.yaml:19:1 : the key "roles" is there twice/],
    ['a list instead of lists', '- a', /^access.yaml:1:1 : write keys and values here$/],
    ['a word instead of a list', 'roles: none', /^access.yaml:1:8 roles: write a list/],
  ])('%s is a mistake with its place', (_what, text, complaint) => {
    const [first, ...rest] = complaints(text);
    expect(first).toMatch(complaint);
    expect(rest).toEqual([]);
    expect(loadAccess(text, 'access.yaml', FACTS).catalogue).toBeUndefined();
  });

  it('A16: a role is no hub for others too, whether they are in a loop or not', () => {
    const text = GOOD.replace(
      'mappings:',
      `  - id: first
    accountId: "111122223333"
    roleName: teams/First
    grant: { method: assume-role, credentialSource: hub, hubRoleArn: "arn:aws:iam::111122223333:role/Second" }
  - id: second
    accountId: "111122223333"
    roleName: Second
    grant: { method: assume-role, credentialSource: hub, hubRoleArn: "arn:aws:iam::111122223333:role/teams/First" }
  - id: beyond
    accountId: "111122223333"
    roleName: Beyond
    grant: { method: assume-role, credentialSource: hub, hubRoleArn: "arn:aws:iam::111122223333:role/Elsewhere" }
mappings:`,
    );
    expect(complaints(text).map((complaint) => complaint.replace(/: this is the hub.*/, ''))).toEqual([
      'access.yaml:12:15 roles[1].roleName',
      'access.yaml:16:15 roles[2].roleName',
    ]);
  });

  it('refuses, in production, an application whose secret everybody knows', () => {
    const text = (secret: string): string =>
      `applications: [{ id: bot, name: Bot, secretHashes: ["sha256:${sha256Hex(secret)}"] }]`;
    expect(complaints(text(SANDBOX_SECRETS['billing-report']))).toEqual([
      'access.yaml:1:53 applications[0].secretHashes[0]: is the hash of a secret that everybody knows; run: daypass new-secret',
    ]);
    expect(complaints(text(SANDBOX_SECRETS['billing-report']), { ...FACTS, allowHttp: true })).toEqual([]);
    expect(complaints(text('one-of-our-own'))).toEqual([]);
  });

  it('knows every secret of the sandbox, as it is or by its hash', () => {
    const unknown = Object.values(SANDBOX_SECRETS).filter((secret) => !isKnownSecret(secret));
    expect(unknown).toEqual([]);
    const hashes = accessYaml({ awsUrl: 'http://a', identityProvidersUrl: 'http://b' }).match(
      /sha256:[0-9a-f]{64}/g,
    );
    expect(hashes).not.toBeNull();
    expect(hashes?.filter((hash) => !isHashOfKnownSecret(hash))).toEqual([]);
  });
});
