/** A Daypass whose roles are in the catalogue and not yet in AWS: each grant method, in each of the four situations. */
import { ApiClient } from '../api-client.ts';
import { HttpBrowser } from '../http-browser.ts';
import {
  signIn,
  startTestBroker,
  type AccessFile,
  type ConnectorId,
  type TestBroker,
} from '../start-test-broker.ts';
import { DEVELOPMENT, EXAMPLE_CORP, PRODUCTION, TOOLS, type Credentials } from '../start-sandbox-aws.ts';
import type { OnboardedAccount } from './iam-pieces.ts';

type RoleInput = NonNullable<AccessFile['roles']>[number];
type MappingInput = NonNullable<AccessFile['mappings']>[number];

interface Row {
  readonly id: string;
  readonly situation: 1 | 2 | 3 | 4;
  readonly role: Omit<RoleInput, 'id'>;
  readonly limits?: NonNullable<MappingInput['limits']>;
  readonly connector?: ConnectorId;
  /** GetSessionToken: AWS asks for no permission. */
  readonly worksWithout?: true;
}

const TAGGED = { sessionTags: [{ key: 'team', value: 'payments', transitive: true }] };
const hub = `arn:aws:iam::${TOOLS}:role/hubs/NewHub`;

export const ROWS: readonly [Row, ...Row[]] = [
  {
    id: 'new-by-saml',
    situation: 4,
    role: {
      accountId: PRODUCTION,
      roleName: 'teams/NewBySaml',
      grant: { method: 'assume-role-with-saml', samlProviderName: 'daypass-new' },
      maximumDurationSeconds: 7_200,
    },
    limits: TAGGED,
  },
  {
    id: 'new-by-token',
    situation: 4,
    role: {
      accountId: PRODUCTION,
      roleName: 'NewByToken',
      grant: { method: 'assume-role-with-web-identity', token: 'minted' },
    },
    limits: { ...TAGGED, sourceIdentity: false },
  },
  {
    id: 'new-by-own-token',
    situation: 4,
    role: {
      accountId: PRODUCTION,
      roleName: 'NewByOwnToken',
      grant: { method: 'assume-role-with-web-identity', token: 'user' },
    },
    connector: 'sandbox-oidc',
  },
  {
    id: 'new-across',
    situation: 1,
    role: {
      accountId: PRODUCTION,
      roleName: 'NewAcross',
      grant: { method: 'assume-role', credentialSource: 'tools-broker' },
    },
    limits: TAGGED,
  },
  {
    id: 'new-by-hub',
    situation: 1,
    role: {
      accountId: PRODUCTION,
      roleName: 'NewByHub',
      grant: { method: 'assume-role', credentialSource: 'tools-broker', hubRoleArn: hub },
    },
    limits: TAGGED,
  },
  {
    id: 'new-same-account',
    situation: 1,
    role: {
      accountId: TOOLS,
      roleName: 'NewSameAccount',
      grant: { method: 'assume-role', credentialSource: 'tools-broker' },
    },
  },
  {
    id: 'new-third-party',
    situation: 2,
    role: {
      accountId: TOOLS,
      roleName: 'NewThirdParty',
      grant: {
        method: 'assume-role',
        credentialSource: 'example-corp',
        externalId: 'daypass-Zm9yIGV4YW1wbGUgY29ycA',
      },
    },
  },
  {
    id: 'new-for-service',
    situation: 3,
    role: {
      accountId: TOOLS,
      roleName: 'EdgeListBuckets',
      grant: { method: 'assume-role', credentialSource: 'tools-broker' },
      reservedForServices: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'],
    },
  },
  {
    id: 'new-federation',
    situation: 1,
    role: {
      accountId: TOOLS,
      roleName: 'reports',
      grant: { method: 'get-federation-token', credentialSource: 'reports' },
    },
    limits: {
      sessionTags: [{ key: 'team', value: 'payments' }],
      managedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'],
    },
  },
  {
    id: 'new-session',
    situation: 1,
    role: {
      accountId: TOOLS,
      roleName: 'tools',
      grant: { method: 'get-session-token', credentialSource: 'tools' },
    },
    worksWithout: true,
  },
];

export interface RoleOnboardingAnswer {
  readonly version: number;
  readonly externalId?: string;
  readonly accounts: readonly OnboardedAccount[];
  readonly stackSet?: { readonly template: object; readonly commands: string };
  readonly notes: readonly { readonly code: string; readonly text: string }[];
}

export interface OnboardingWorld {
  readonly broker: TestBroker;
  readonly admin: ApiClient;
  onboarding(roleId: string, query?: string): Promise<RoleOnboardingAnswer>;
  /** What AWS says to the one who asks for the role: 200, or a problem's code. */
  use(row: Row): Promise<string>;
  /** Of somebody who may administer an account's IAM and do nothing else. */
  ownerOf(accountId: string): Promise<Credentials>;
  sandbox(path: string, body?: object): Promise<unknown>;
  close(): Promise<void>;
}

export type { Row };

export async function startOnboardingWorld(): Promise<OnboardingWorld> {
  const broker = await startTestBroker({
    access: (sandbox) => ({
      ...sandbox,
      roles: [
        ...(sandbox.roles ?? []),
        ...ROWS.map(({ id, role }) => ({ ...role, id })),
        // The same role in another account, for a StackSet.
        { ...ROWS[0].role, id: 'new-by-saml-too', accountId: DEVELOPMENT },
      ],
      mappings: [
        ...(sandbox.mappings ?? []),
        ...ROWS.map(({ id, limits = {}, connector = 'sandbox-saml' }) => ({
          id: `of-${id}`,
          connector,
          users: ['erin.engel'],
          roles: { ids: [id, ...(id === 'new-by-saml' ? ['new-by-saml-too'] : [])] },
          limits,
        })),
      ],
    }),
  });
  const client = async (person: string, connector: ConnectorId = 'sandbox-saml'): Promise<ApiClient> => {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person, connector });
    return ApiClient.ofBrowser(browser, broker.baseUrl);
  };
  const [admin, erin, erinByOpenid] = await Promise.all([
    client('alex.admin'),
    client('erin.engel'),
    client('erin.engel', 'sandbox-oidc'),
  ]);
  const sandbox = async (path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${broker.awsUrl}/_sandbox/organization${path}`, {
      ...(body === undefined
        ? {}
        : { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text) as unknown;
  };
  await forgetPermissions(sandbox);
  return {
    broker,
    admin,
    sandbox,
    async onboarding(roleId, query = '') {
      const { status, body } = await admin.get<RoleOnboardingAnswer>(
        `/api/v1/admin/roles/${roleId}/onboarding${query}`,
      );
      if (status !== 200) throw new Error(`${roleId}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    async use({ id, situation, connector }) {
      if (situation === 3) {
        const played = await fetch(`${broker.awsUrl}/_sandbox/play-lambda`, { method: 'POST' });
        return played.ok ? 'works' : 'sts.refused';
      }
      const person = connector === 'sandbox-oidc' ? erinByOpenid : erin;
      const { status, body } = await person.credentials(id, { durationSeconds: 900 });
      return status === 200 ? 'works' : (body.code ?? String(status));
    },
    async ownerOf(accountId) {
      await sandbox(`/accounts/${accountId}/users/owner`, {
        policies: [{ name: 'iam', document: IAM_ALONE }],
      });
      const key = (await sandbox(`/accounts/${accountId}/users/owner/credentials`)) as {
        AccessKeyId: string;
        SecretAccessKey: string;
      };
      return { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
    },
    close: () => broker.close(),
  };
}

const IAM_ALONE = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }],
};

/** The users whose keys Daypass has may do nothing any more, and Lambda's role is nobody's. */
async function forgetPermissions(sandbox: OnboardingWorld['sandbox']): Promise<void> {
  const s3 = { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' };
  const own = [{ name: 'own', document: { Version: '2012-10-17', Statement: [s3] } }];
  await sandbox(`/accounts/${TOOLS}/users/daypass-broker`, {});
  await sandbox(`/accounts/${TOOLS}/users/reports`, { policies: own });
  await sandbox(`/accounts/${EXAMPLE_CORP}/users/cost-service`, {});
  const edge = (await sandbox(`/accounts/${TOOLS}/roles/EdgeListBuckets`)) as object;
  await sandbox(`/accounts/${TOOLS}/roles/EdgeListBuckets`, {
    ...edge,
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
  });
}
