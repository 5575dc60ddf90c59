import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogueSchema, type Catalogue } from '../../src/core/catalogue.ts';
import { entriesOf, withEntries, type Imported } from '../../src/core/import/entries-of.ts';
import { IMPORT_KINDS, READ_IMPORT, type ImportKind } from '../../src/core/import/import-kinds.ts';
import { fuzz } from '../fuzz/fuzz.ts';
import { hostileText } from '../fuzz/hostile.ts';

const EMPTY = catalogueSchema.parse({});

interface Import {
  readonly kind: ImportKind;
  readonly texts: readonly string[];
  readonly existing?: Catalogue;
  readonly connector?: string | undefined;
  readonly credentialSource?: string;
}

function imported({ kind, texts, existing = EMPTY, connector, credentialSource }: Import): Imported {
  const files = texts.map((text, position) => ({ name: `file-${position}`, text }));
  return entriesOf({ findings: READ_IMPORT[kind](files, { credentialSource }), existing, connector });
}

const told = ({ notes }: Imported, kind: 'left-out' | 'check'): string[] =>
  notes.filter((note) => note.kind === kind).map(({ place, message }) => `${place}: ${message}`);

const PS = 'arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-1111111111111111';
const UNKNOWN_PS = 'arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-2222222222222222';

describe('the import of Identity Center', () => {
  const assign = (more: object): object => ({
    AccountId: '111122223333',
    PermissionSetArn: PS,
    PrincipalType: 'GROUP',
    PrincipalId: 'g-1',
    ...more,
  });
  const described = {
    PermissionSet: {
      Name: 'ReadOnly',
      PermissionSetArn: PS,
      Description: 'Looks',
      CreatedDate: '2024-05-01T10:00:00+00:00',
      SessionDuration: 'PT4H30M',
      RelayState: 'https://console.aws.amazon.com/s3',
    },
  };
  const groups = { Groups: [{ GroupId: 'g-1', DisplayName: 'Cloud Readers', IdentityStoreId: 'd-1' }] };
  const accounts = {
    Accounts: [
      { Id: '111122223333', Name: 'Payments Prod', Status: 'ACTIVE', Email: 'a@example.com' },
      { Id: '444455556666', Name: 'Old', Status: 'SUSPENDED' },
    ],
  };

  it('makes accounts, roles and mappings of what the commands print, in any order and one after another', () => {
    const result = imported({
      kind: 'identity-center',
      texts: [
        [{ AccountAssignments: [assign({}), assign({ AccountId: '777788889999' })] }, described, groups]
          .map((each) => JSON.stringify(each, undefined, 4))
          .join('\n'),
        JSON.stringify(accounts),
      ],
      connector: 'corp',
    });
    expect(result.entries.accounts).toMatchObject([
      { id: '111122223333', name: 'Payments Prod' },
      { id: '777788889999', name: '777788889999' },
    ]);
    expect(result.entries.roles).toMatchObject([
      {
        id: 'payments-prod-readonly',
        accountId: '111122223333',
        roleName: 'ReadOnly',
        description: 'Looks',
        maximumDurationSeconds: 16_200,
        consoleDestination: 'https://console.aws.amazon.com/s3',
        grant: { method: 'assume-role-with-saml' },
      },
      { id: '777788889999-readonly' },
    ]);
    expect(result.entries.mappings).toMatchObject([
      {
        id: 'cloud-readers-readonly',
        connector: 'corp',
        groups: ['Cloud Readers'],
        users: [],
        roles: { ids: ['payments-prod-readonly', '777788889999-readonly'] },
      },
    ]);
    expect(told(result, 'left-out')).toEqual(['line 1: Accounts[1]: account "444455556666" is "SUSPENDED"']);
    expect(told(result, 'check')).toEqual([
      expect.stringContaining('permission set "ReadOnly": make a role of this name'),
      expect.stringMatching(/^line \d+: Groups\[0\]: group "Cloud Readers": compare/),
      expect.stringContaining('account "777788889999" has no name'),
    ]);
  });

  it('tells by its place everything that it cannot carry over', () => {
    const result = imported({
      kind: 'identity-center',
      texts: [
        JSON.stringify({
          AccountAssignments: [
            assign({ PermissionSetArn: UNKNOWN_PS }),
            assign({ PrincipalId: 'g-9' }),
            assign({ AccountId: '12' }),
            assign({ PrincipalType: 'ROBOT' }),
          ],
          NextToken: 'more',
        }),
        JSON.stringify(described),
        JSON.stringify(groups),
        JSON.stringify({ AttachedManagedPolicies: [] }),
        'Name  Arn\nReadOnly arn',
      ],
      connector: 'corp',
    });
    expect(told(result, 'left-out')).toEqual([
      expect.stringContaining('AccountAssignments[3]: PrincipalType is not as the AWS CLI prints it'),
      expect.stringContaining('NextToken'),
      expect.stringContaining('"AttachedManagedPolicies" has no place'),
      'line 1: this is no output of the AWS CLI: write it with --output json',
      expect.stringContaining(`AccountAssignments[0]: permission set "${UNKNOWN_PS.slice(0, 60)}`),
      expect.stringContaining('AccountAssignments[1]: group "g-9" is not listed'),
      expect.stringContaining('AccountAssignments[2]: the catalogue would refuse its id: use the 12 digits'),
    ]);
    expect(result.entries.mappings).toEqual([]);
    expect(result.entries.roles).toHaveLength(1);
  });
});

describe('the import of roles as SAML names them', () => {
  const lines = [
    'arn:aws:iam::111122223333:role/Admin,arn:aws:iam::111122223333:saml-provider/Okta',
    'arn:aws:iam::111122223333:saml-provider/Okta, arn:aws:iam::111122223333:role/team/Reader',
    '',
    'aws#payments-prod#ReadOnly#444455556666',
    'AWS_777788889999_Deploy_Prod',
    'Account: sandbox (222233334444)',
    'arn:aws-us-gov:iam::222233334444:role/Admin',
    'arn:aws:iam::111122223333:role/Admin,arn:aws:iam::444455556666:saml-provider/Okta',
    'Domain Admins',
  ];

  it('reads attributes, what saml2aws lists, and groups that name a role', () => {
    const result = imported({ kind: 'saml-roles', texts: [lines.join('\r\n')], connector: 'corp' });
    expect(result.entries.accounts).toMatchObject([
      { id: '444455556666', name: 'payments-prod' },
      { id: '222233334444', name: 'sandbox', partition: 'aws-us-gov' },
      { id: '111122223333' },
      { id: '777788889999' },
    ]);
    expect(result.entries.roles.map(({ id, roleName }) => [id, roleName])).toEqual([
      ['111122223333-admin', 'Admin'],
      ['111122223333-team-reader', 'team/Reader'],
      ['payments-prod-readonly', 'ReadOnly'],
      ['777788889999-deploy-prod', 'Deploy_Prod'],
      ['222233334444-admin', 'Admin'],
    ]);
    // The exact value that arrives: groups are compared by nothing else.
    expect(result.entries.mappings.map(({ groups, roles }) => [groups, roles.ids])).toEqual([
      [['aws#payments-prod#ReadOnly#444455556666'], ['payments-prod-readonly']],
      [['AWS_777788889999_Deploy_Prod'], ['777788889999-deploy-prod']],
    ]);
    expect(told(result, 'left-out')).toEqual([
      'line 8: the role and the provider are of different accounts',
      'line 9: names no role in a way that is known',
    ]);
  });

  it('says how many mappings wait for the name of a connector', () => {
    const result = imported({ kind: 'saml-roles', texts: [lines.join('\n')] });
    expect(result.entries.mappings).toEqual([]);
    expect(told(result, 'left-out')).toContainEqual(
      expect.stringMatching(/^line 4: 2 mappings, from here on: name the connector/),
    );
  });

  it('leaves what is there as it is, and adds nothing when it is repeated', () => {
    const once = imported({ kind: 'saml-roles', texts: [lines.join('\n')], connector: 'corp' });
    const existing = withEntries(EMPTY, once.entries);
    const again = imported({ kind: 'saml-roles', texts: [lines.join('\n')], connector: 'corp', existing });
    expect(again.entries).toEqual({ accounts: [], roles: [], mappings: [] });

    const [role, ...rest] = existing.roles;
    const changed = {
      ...existing,
      roles: [catalogueSchema.shape.roles.parse([{ ...role, id: 'ours', label: 'Ours' }])[0], ...rest].filter(
        (each) => each !== undefined,
      ),
    };
    const other = imported({ kind: 'saml-roles', texts: lines, connector: 'corp', existing: changed });
    expect(other.entries.roles).toEqual([]);
    expect(told(other, 'left-out')).toContainEqual(
      expect.stringContaining('is there already as "ours", with other settings, and stays'),
    );
  });

  it('gives two roles that would be called the same two ids', () => {
    const { entries } = imported({
      kind: 'saml-roles',
      texts: ['arn:aws:iam::111122223333:role/a.b\narn:aws:iam::111122223333:role/a+b'],
    });
    expect(entries.roles.map(({ id }) => id)).toEqual(['111122223333-a-b', '111122223333-a-b-2']);
  });
});

describe('the import of ~/.aws/config', () => {
  const text = `
[default]
region = eu-central-1

[profile hub]
role_arn = arn:aws:iam::111122223333:role/Hub
source_profile = default

[profile vendor]
role_arn = arn:aws:iam::444455556666:role/Vendor # theirs
source_profile = default
external_id = 12345
duration_seconds = 7200

[profile far]
role_arn = arn:aws:iam::777788889999:role/Far
source_profile = hub
s3 =
    max_concurrent_requests = 20

[profile "sso admin"]
sso_session = corp
sso_account_id = 222233334444
sso_role_name = AdministratorAccess

[sso-session corp]
sso_region = us-east-1

[profile old]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
junk
`;

  it('makes a role of each profile that has one', () => {
    const { entries } = imported({ kind: 'aws-config', texts: [text], credentialSource: 'ops' });
    expect(entries.roles).toMatchObject([
      { id: 'hub', roleName: 'Hub', grant: { method: 'assume-role', credentialSource: 'ops' } },
      { id: 'vendor', maximumDurationSeconds: 7_200, grant: { externalId: '12345' } },
      { id: 'far', grant: { hubRoleArn: 'arn:aws:iam::111122223333:role/Hub' } },
      { id: 'sso-admin', accountId: '222233334444', grant: { method: 'assume-role-with-saml' } },
    ]);
  });

  it('leaves out what needs a key that nobody named, tells every other line, and repeats no key', () => {
    const result = imported({ kind: 'aws-config', texts: [text] });
    expect(result.entries.roles.map(({ id }) => id)).toEqual(['hub', 'sso-admin']);
    expect(told(result, 'left-out')).toEqual([
      'line 32: is neither a section nor a setting',
      'line 3: "region" has no place in the catalogue',
      'line 2: profile "default" names no role',
      expect.stringContaining('line 9: profile "vendor": it has an external_id'),
      'line 18: "s3" has no place in the catalogue',
      expect.stringContaining('line 15: profile "far": it is assumed from another role'),
      'line 30: "aws_access_key_id" has no place in the catalogue',
      'line 31: "aws_secret_access_key" has no place in the catalogue',
      'line 29: profile "old" names no role',
    ]);
    expect(JSON.stringify(result)).not.toMatch(/AKIA|wJalr/);
  });
});

describe('hostile files', () => {
  const line = fc.oneof(
    hostileText,
    fc.constantFrom(
      '[profile a]',
      'role_arn = arn:aws:iam::111122223333:role/A',
      'source_profile = a',
      '{"Accounts":[{"Id":"111122223333"}]}',
      '{"Groups":[{"GroupId":"__proto__","DisplayName":"constructor"}]}',
      `{"PermissionSet":{"Name":"a/../b c","PermissionSetArn":"${PS}","SessionDuration":"PT999H"}}`,
      `{"AccountAssignments":[{"AccountId":"111122223333","PermissionSetArn":"${PS}","PrincipalType":"GROUP","PrincipalId":"__proto__"}]}`,
      'aws#a#b#111122223333',
      'arn:aws:iam::111122223333:role/Admin,',
      '{"a":'.repeat(5_000),
      '['.repeat(5_000),
    ),
  );
  fuzz(
    'never throw, and whatever is made of them fits the catalogue, beside what is there',
    {
      from: fc.record({
        kind: fc.constantFrom(...IMPORT_KINDS),
        texts: fc.array(
          fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n')),
          { minLength: 1, maxLength: 3 },
        ),
        connector: fc.constantFrom('corp', undefined),
      }),
      runs: 300,
    },
    (question) => {
      const { entries } = imported(question);
      const grown = withEntries(EMPTY, entries);
      expect(catalogueSchema.safeParse(grown).success).toBe(true);
      for (const list of ['accounts', 'roles', 'mappings'] as const)
        expect(new Set(grown[list].map(({ id }) => id)).size).toBe(grown[list].length);
      expect(imported({ ...question, existing: grown }).entries).toEqual({
        accounts: [],
        roles: [],
        mappings: [],
      });
      return Promise.resolve();
    },
  );

  it('cost a bounded amount of work and answer, and say where they were cut', () => {
    for (const [kind, line] of [
      ['saml-roles', 'x'],
      ['saml-roles', 'aws#a#b#111122223333'],
      ['aws-config', 'x'],
      ['aws-config', '[a]'],
      ['identity-center', '{}'],
      ['identity-center', '{"a":1}'],
    ] as const) {
      const from = performance.now();
      const { entries, notes } = imported({
        kind,
        texts: [Array.from({ length: 500_000 }, () => line).join('\n')],
        connector: 'corp',
      });
      expect(performance.now() - from, `${kind} ${line}`).toBeLessThan(10_000);
      expect(notes.length, `${kind} ${line}`).toBeLessThanOrEqual(1_001);
      expect(notes.length, `${kind} ${line}`).toBeGreaterThan(0);
      expect(entries.roles.length).toBeLessThanOrEqual(20_000);
    }
  });

  it('cost time in proportion to their size, whatever they repeat', () => {
    for (const part of [' ', ',', '"', '{', 'arn:', 'aws#', '[', '\\', 'a ,', '-']) {
      for (const kind of IMPORT_KINDS) {
        const text = `[profile x${part.repeat(2_000_000 / part.length)}x`;
        const from = performance.now();
        imported({ kind, texts: [text, `Account: ${text}`] });
        expect(performance.now() - from).toBeLessThan(2_000);
      }
    }
  });
});
