import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, type ApiAnswer } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { putInventoryRole, putSandboxRole, withInventory } from '../support/inventory-role.ts';
import { signIn, startTestBroker, type AccessFile, type TestBroker } from '../support/start-test-broker.ts';
import { storedAudit } from '../support/stored-audit.ts';

const TOOLS = '111122223333';
const DEVELOPMENT = '222233334444';
const PRODUCTION = '444455556666';

interface Proposal {
  readonly entries: {
    readonly accounts: readonly { readonly id: string; readonly name: string }[];
    readonly roles: readonly {
      readonly id: string;
      readonly roleName: string;
      readonly maximumDurationSeconds?: number;
      readonly grant: object;
    }[];
    readonly mappings: readonly unknown[];
  };
  readonly notes: readonly { readonly kind: string; readonly place: string; readonly message: string }[];
  readonly plan: { readonly version: number; readonly entries: readonly object[] };
}

const assumeRole = { method: 'assume-role', credentialSource: 'tools-broker' } as const;

/** One account less, for Organizations to find it; two roles more that cannot list anything. */
function withoutProduction({ accounts = [], roles = [], mappings = [], ...rest }: AccessFile): AccessFile {
  return {
    ...rest,
    accounts: accounts.filter(({ id }) => id !== PRODUCTION),
    roles: [
      ...roles.filter(({ accountId }) => accountId !== PRODUCTION),
      { id: 'blind', accountId: TOOLS, roleName: 'DaypassHub', grant: assumeRole },
      { id: 'missing', accountId: DEVELOPMENT, roleName: 'Missing', grant: assumeRole },
    ],
    mappings: [
      ...mappings.filter(({ roles: { ids = [] } }) => ids.every((id) => !id.startsWith('production-'))),
      { id: 'x', connector: 'sandbox-saml', users: ['alex.admin'], roles: { ids: ['blind', 'missing'] } },
    ],
  };
}

describe('discovery', () => {
  let broker: TestBroker;
  let alex: ApiClient;

  beforeAll(async () => {
    broker = await startTestBroker({
      access: (sandbox) => withInventory(withoutProduction(sandbox)),
    });
    await putInventoryRole(broker.awsUrl);
    await putRole('LambdaLogs', trusting({ Service: 'lambda.amazonaws.com' }));
    await putRole('AWSServiceRoleForSupport', {
      path: '/aws-service-role/support.amazonaws.com/',
      ...trusting({ Service: 'support.amazonaws.com' }),
    });
    await putRole('Partner', trusting({ AWS: 'arn:aws:iam::777788889999:root' }));
    alex = await clientOf('alex.admin');
  });
  afterAll(() => broker.close());

  function trusting(principal: object): object {
    const statement = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' };
    return { trustPolicy: { Version: '2012-10-17', Statement: [statement] } };
  }

  const putRole = (name: string, role: object): Promise<void> =>
    putSandboxRole(broker.awsUrl, [TOOLS, name], role);

  async function clientOf(person: string): Promise<ApiClient> {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person, connector: 'sandbox-saml' });
    return ApiClient.ofBrowser(browser, broker.baseUrl);
  }

  const discover = (role: string, list: string, client = alex): Promise<ApiAnswer<Proposal>> =>
    client.post<Proposal>('/api/v1/admin/discover', { role, list });

  it('proposes the accounts of the organization that the catalogue lacks, and applies nothing', async () => {
    const { status, body } = await discover('inventory', 'accounts');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.entries.accounts).toMatchObject([{ id: PRODUCTION, name: 'Example Production' }]);
    expect(body.plan.entries).toMatchObject([{ list: 'accounts', id: PRODUCTION, kind: 'added' }]);
    const now = await alex.get<{ version: number }>('/api/v1/admin/catalogue');
    expect(now.body.version).toBe(body.plan.version);
    expect(storedAudit(broker).at(-1)).toMatchObject({
      name: 'credentials.issued',
      principal: 'user:sandbox-saml:alex.admin',
      detail: { delivery: 'list-accounts' },
    });
  });

  it('proposes the roles of an account, marks those that do not trust Daypass, and leaves out services’ own', async () => {
    await putRole('NewReader', {
      trustPolicy: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${TOOLS}:saml-provider/daypass` },
          Action: 'sts:AssumeRoleWithSAML',
        },
      },
      maxSessionSeconds: 7_200,
    });
    const { status, body } = await discover('inventory', 'roles');
    expect(status, JSON.stringify(body)).toBe(200);
    const notes = body.notes.map(({ kind, place, message }) => `${kind} ${place}: ${message}`);
    for (const note of [
      'left-out role "AWSServiceRoleForSupport": is linked to an AWS service, which alone can assume it',
      'left-out role "LambdaLogs": trusts AWS services alone',
      'check role "Partner": its trust policy does not name Daypass yet',
    ])
      expect(notes).toContain(note);
    expect(notes.join()).not.toContain('NewReader');
    expect(body.entries.roles.find(({ roleName }) => roleName === 'NewReader')).toMatchObject({
      id: 'example-tools-newreader',
      maximumDurationSeconds: 7_200,
      grant: { method: 'assume-role-with-saml' },
    });
    // Those that the catalogue has stay as they are.
    expect(body.entries.roles.map(({ roleName }) => roleName)).not.toContain('ExampleCorpCostReader');
    expect(body.entries.mappings).toEqual([]);
  });

  it('says in clear words what AWS refuses', async () => {
    const blind = await discover('blind', 'roles');
    expect(blind.status).toBe(403);
    expect(blind.body).toMatchObject({
      code: 'listing.refused',
      title: 'AWS does not let this role do iam:ListRoles.',
    });
    expect((await discover('missing', 'roles')).body.code).toBe('sts.refused');
  });

  it('A06: asks AWS with nothing but what the administrator may use themselves', async () => {
    expect((await discover('development-readonly', 'roles')).body.code).toBe('listing.refused');
    expect((await discover('tools-cost-reader', 'roles')).body.code).toBe('role.not_found');
    expect((await discover('none', 'roles')).body.code).toBe('role.not_found');
    const nora = await clientOf('nora.quinn');
    expect((await discover('inventory', 'accounts', nora)).status).toBe(403);
    expect((await discover('inventory', 'users')).status).toBe(400);
  });
});
