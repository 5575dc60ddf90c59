/** Builds the data of each page: a usual case, with what a test cares about overridden. */
import type {
  AccountView,
  ClientPage,
  AwsLoginDonePage,
  AwsLoginPage,
  AuthorizationView,
  CredentialsPage,
  ErrorPage,
  FirstRunPage,
  NewTokenPage,
  PageFrame,
  PersonView,
  RolePage,
  RolesPage,
  RoleView,
  SessionsPage,
  SessionView,
  SetupPage,
  StepView,
  TokenPage,
} from '../../src/http/web/view-models.ts';
import type { RoleTrustPage } from '../../src/http/web/administration/setup-views.ts';
import { setupSnippets } from '../../src/http/web/setup-snippets.ts';

const SANDBOX = { awsUrl: 'http://localhost:8081', identityProvidersUrl: 'http://localhost:8082' };

const PERSON: PersonView = {
  label: 'Erin Engel',
  email: 'erin@daypass.example',
  connectorLabel: 'Example SAML',
  groups: ['engineering', 'on-call', 'AWS Prod ReadOnly'],
};

export function buildPerson(overrides: Partial<PersonView> = {}): PersonView {
  return { ...PERSON, ...overrides };
}

export function buildFrame(overrides: Partial<PageFrame> = {}): PageFrame {
  return {
    title: 'Your AWS roles',
    requestId: '5f0c2c1e9b7a4d3e8a61',
    person: PERSON,
    csrfToken: 'K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols',
    administers: false,
    sandbox: SANDBOX,
    ...overrides,
  };
}

export function buildFirstRunPage(overrides: Partial<FirstRunPage> = {}): FirstRunPage {
  return {
    ...buildFrame({ title: 'Set up Daypass', person: undefined, csrfToken: undefined }),
    formToken: 'x',
    problems: [],
    connectors: [],
    presets: ['okta', 'entra-id'],
    secretNames: ['company-client'],
    tell: {
      entityId: 'https://daypass.example.com/saml/company/metadata',
      acsUrl: 'https://daypass.example.com/saml/company/acs',
      redirectUri: 'https://daypass.example.com/oidc/company/callback',
    },
    roles: [],
    arrived: undefined,
    values: {
      kind: '',
      label: '',
      preset: '',
      metadataUrl: '',
      metadata: '',
      issuer: '',
      clientId: '',
      clientSecretName: '',
      accountId: '',
      accountName: '',
      roleName: '',
    },
    ...overrides,
  };
}

export function buildRole(overrides: Partial<RoleView> = {}): RoleView {
  const id = overrides.id ?? 'payments-prod-read';
  return {
    id,
    label: 'Read only',
    roleName: 'PaymentsReadOnly',
    description: 'Look at everything in the account, change nothing.',
    operation: 'AssumeRoleWithSAML',
    chained: false,
    howLong: 'up to 12 hours',
    asksFor: undefined,
    why: 'through group engineering',
    mappingId: 'engineers-read',
    otherMappingsCount: 0,
    consolePossible: true,
    needsMfaCode: false,
    reservedFor: [],
    consoleAction: `/roles/${id}/console`,
    credentialsAction: `/roles/${id}/credentials`,
    href: `/roles/${id}`,
    ...overrides,
  };
}

export function buildAccount(overrides: Partial<AccountView> = {}): AccountView {
  return {
    id: '111111111111',
    name: 'Payments',
    environment: 'production',
    colour: 'red',
    partition: 'aws',
    roles: [buildRole()],
    ...overrides,
  };
}

export function buildRolesPage(overrides: Partial<RolesPage> = {}): RolesPage {
  const accounts = overrides.accounts ?? [buildAccount()];
  const total = accounts.reduce((sum, account) => sum + account.roles.length, 0);
  return {
    ...buildFrame(),
    query: '',
    kept: [],
    allHref: '?',
    total,
    matching: total,
    accounts,
    previousHref: undefined,
    nextHref: undefined,
    page: 1,
    pages: 1,
    ...overrides,
  };
}

export function buildMappingChoice(
  overrides: Partial<RolePage['mappings'][number]> = {},
): RolePage['mappings'][number] {
  const id = overrides.id ?? 'engineers-read';
  return {
    id,
    why: 'through group engineering',
    howLong: 'up to 12 hours',
    href: `/roles/payments-prod-read?mapping=${encodeURIComponent(id)}`,
    isChosen: false,
    ...overrides,
  };
}

export function buildRolePage(overrides: Partial<RolePage> = {}): RolePage {
  return {
    ...buildFrame({ title: 'Read only' }),
    account: buildAccount(),
    role: buildRole(),
    durations: [
      { seconds: 900, label: '15 minutes', selected: false },
      { seconds: 3_600, label: '1 hour', selected: true },
      { seconds: 14_400, label: '4 hours', selected: false },
      { seconds: 43_200, label: '12 hours', selected: false },
    ],
    minimumSeconds: 900,
    maximumSeconds: 43_200,
    mappings: [],
    sessionPolicy: 'any',
    signIn: undefined,
    resumed: undefined,
    ...overrides,
  };
}

/** Made up, but as long as AWS's own. */
export const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const SESSION_TOKEN = `IQoJb3JpZ2luX2VjE${'Ab3/xY+9'.repeat(60)}==`;
const ACCESS_KEY = 'ASIAIOSFODNN7EXAMPLE';

export function buildCredentialsPage(overrides: Partial<CredentialsPage> = {}): CredentialsPage {
  return {
    ...buildFrame({ title: 'Credentials for Read only' }),
    account: buildAccount(),
    roleLabel: 'Read only',
    roleHref: '/roles/payments-prod-read',
    sessionName: 'erin@daypass.example',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    tabs: [
      { id: 'bash', label: 'bash, zsh', text: shellText((name, value) => `export ${name}='${value}'`) },
      {
        id: 'powershell',
        label: 'PowerShell',
        text: shellText((name, value) => `$Env:${name} = '${value}'`),
      },
      { id: 'cmd', label: 'Windows cmd', text: shellText((name, value) => `SET "${name}=${value}"`) },
      {
        id: 'file',
        label: 'Credentials file',
        text: `[payments-read]\naws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key = ${SECRET_KEY}\naws_session_token = ${SESSION_TOKEN}\n`,
      },
      {
        id: 'json',
        label: 'JSON',
        text: `${JSON.stringify({ accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY, sessionToken: SESSION_TOKEN }, null, 2)}\n`,
      },
      {
        id: 'credential-process',
        label: 'credential_process',
        text: `${JSON.stringify({ Version: 1, AccessKeyId: ACCESS_KEY, SecretAccessKey: SECRET_KEY, SessionToken: SESSION_TOKEN })}\n`,
      },
    ],
    ...overrides,
  };
}

function shellText(line: (name: string, value: string) => string): string {
  const values = [
    ['AWS_ACCESS_KEY_ID', ACCESS_KEY],
    ['AWS_SECRET_ACCESS_KEY', SECRET_KEY],
    ['AWS_SESSION_TOKEN', SESSION_TOKEN],
  ] as const;
  return `${values.map(([name, value]) => line(name, value)).join('\n')}\n`;
}

export function buildStep(overrides: Partial<StepView> = {}): StepView {
  return {
    title: 'Who it is',
    state: 'ok',
    stateLabel: 'ok',
    text: '"erin.engel" of connector "sandbox-saml", with the groups "engineering".',
    mendHref: undefined,
    ...overrides,
  };
}

export function buildErrorPage(overrides: Partial<ErrorPage> = {}): ErrorPage {
  return {
    ...buildFrame({ title: 'Not allowed' }),
    status: 403,
    code: 'role.reserved_for_service',
    text: 'This role is for an AWS service, not for people or applications.',
    steps: [buildStep(), buildStep({ title: 'Whom it is for', state: 'failed', stateLabel: 'this is why' })],
    advice: [
      'Only lambda.amazonaws.com may assume it: its trust policy names that service.',
      'Choose another role, or ask an administrator for one that people may use.',
    ],
    actions: [{ label: 'Your roles', href: '/' }],
    ...overrides,
  };
}

export function buildSession(overrides: Partial<SessionView> = {}): SessionView {
  return {
    browser: 'Firefox on Windows',
    address: '192.0.2.17',
    connectorLabel: 'Example SAML',
    signedInAt: '2026-11-02T08:15:00.000Z',
    signedInAgo: '3 hours ago',
    lastUsedAt: '2026-11-02T11:14:00.000Z',
    lastUsedAgo: 'now',
    isCurrent: true,
    endAction: '/sessions/fedcba9876543210fedcba9876543210/end',
    ...overrides,
  };
}

export function buildAuthorization(overrides: Partial<AuthorizationView> = {}): AuthorizationView {
  return {
    label: 'Nightly cost report',
    kind: 'personal token',
    isPersonal: true,
    address: '192.0.2.17',
    roles: undefined,
    createdAt: '2026-10-31T08:15:00.000Z',
    createdAgo: '2 days ago',
    lastUsedAt: '2026-11-02T11:14:00.000Z',
    lastUsedAgo: '4 hours ago',
    expiresAt: '2026-11-30T08:15:00.000Z',
    expiresAhead: 'in 27 days',
    endAction: '/tokens/W0bmK2hN2oX3Yd1GfYkOQn1mpkGbPp8e3N1Q8Vp2xkE/end',
    ...overrides,
  };
}

export function buildNewTokenPage(overrides: Partial<NewTokenPage> = {}): NewTokenPage {
  return {
    ...buildFrame({ title: 'New personal token' }),
    maximumDays: 90,
    usualDays: 30,
    once: 'p8e3N1Q8Vp2xkEW0bmK2hN2oX3Yd1GfYkOQn1mpkGbP',
    query: '',
    isSearchable: false,
    matching: 2,
    roles: [
      { id: 'payments-prod-read', label: 'Read only', accountName: 'Payments' },
      { id: 'payments-operator', label: 'Operator', accountName: 'Payments' },
    ],
    ...overrides,
  };
}

export function buildTokenPage(overrides: Partial<TokenPage> = {}): TokenPage {
  return {
    ...buildFrame({ title: 'Your new token' }),
    label: 'Nightly cost report',
    token: 'daypass_pat_p8e3N1Q8Vp2xkEW0bmK2hN2oX3Yd1GfYkOQn1mpkGbP',
    roles: ['payments-prod-read'],
    expiresAt: '2026-11-30T08:15:00.000Z',
    ...overrides,
  };
}

export function buildSessionsPage(overrides: Partial<SessionsPage> = {}): SessionsPage {
  return {
    ...buildFrame({ title: 'Sign-ins and tokens' }),
    sessions: [buildSession()],
    isCut: false,
    authorizations: [],
    ...overrides,
  };
}

export function buildClientPage(overrides: Partial<ClientPage> = {}): ClientPage {
  return {
    ...buildFrame({ title: 'Let this client in?' }),
    clientName: 'botocore-client-daypass',
    program: 'aws-cli/2.36.12',
    requester: { address: '192.0.2.17', isHere: true },
    askedAt: '2026-11-02T11:14:00.000Z',
    userCode: 'BCDF-GHJK',
    answersTo: undefined,
    endsAt: '2026-11-02T20:15:00.000Z',
    action: '/device',
    ...overrides,
  };
}

export function buildAwsLoginPage(overrides: Partial<AwsLoginPage> = {}): AwsLoginPage {
  return {
    ...buildRolesPage(overrides),
    title: 'Choose a role for the AWS CLI',
    kept: [{ name: 'client_id', value: 'arn:aws:signin:::devtools/same-device' }],
    onOtherDevice: false,
    action: '/v1/authorize',
    address: '192.0.2.17',
    askedAt: '2026-11-02T11:14:00.000Z',
    signInHrefs: new Map(),
    leftOut: 0,
    credentialsLife: '15 minutes',
    ...overrides,
  };
}

export function buildAwsLoginDonePage(overrides: Partial<AwsLoginDonePage> = {}): AwsLoginDonePage {
  return {
    ...buildFrame({ title: 'Going back to the AWS CLI' }),
    given: { roleLabel: 'Read only', account: buildAccount() },
    href: undefined,
    code: undefined,
    ...overrides,
  };
}

export function buildRoleTrustPage(overrides: Partial<RoleTrustPage> = {}): RoleTrustPage {
  const policy = '{\n  "Version": "2012-10-17"\n}';
  return {
    ...buildFrame({ title: 'Trust for Read only', administers: true }),
    sections: [{ label: 'Roles', href: '/admin/roles', isCurrent: true }],
    within: undefined,
    roleHref: '/admin/roles/payments-readonly',
    roleLabel: 'Read only',
    accountName: 'Payments',
    action: '/admin/roles/payments-readonly/trust',
    version: 7,
    choices: [
      { label: 'All is new', href: '/admin/roles/payments-readonly/trust', isCurrent: true },
      {
        label: 'The role is there',
        href: '/admin/roles/payments-readonly/trust?role=existing',
        isCurrent: false,
      },
    ],
    accounts: [
      {
        accountId: '444455556666',
        cli: `aws iam create-role \\\n  --role-name ReadOnly \\\n  --assume-role-policy-document '${policy}'\n`,
        json: policy,
        cloudFormation: policy,
        terraform: undefined,
      },
    ],
    stackSet: { template: policy, commands: 'aws cloudformation create-stack-set' },
    notes: ['The role trusts another account without an external ID.'],
    externalId: undefined,
    mayHaveExternalId: false,
    check: undefined,
    lint: undefined,
    ...overrides,
  };
}

export function buildSetupPage(overrides: Partial<SetupPage> = {}): SetupPage {
  const settings = {
    baseUrl: 'https://daypass.example.com',
    startUrl: 'https://daypass.awsapps.com/start',
    regions: { aws: ['eu-central-1'], 'aws-cn': [], 'aws-us-gov': [], 'aws-eusc': [] },
    endpoints: {},
  };
  return {
    ...buildFrame({ title: 'Set up your tools' }),
    baseUrl: settings.baseUrl,
    profiles: 1,
    config: [
      '# AWS roles by Daypass at https://daypass.example.com',
      '',
      '[sso-session daypass]',
      'sso_start_url = https://daypass.awsapps.com/start',
      '',
      '[profile Payments-PaymentsReadOnly]',
      'sso_session = daypass',
      '',
    ].join('\n'),
    leftOut: [],
    snippets: setupSnippets(settings, undefined),
    ...overrides,
  };
}
