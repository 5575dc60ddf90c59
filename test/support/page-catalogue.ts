/** Every page with its variants: what the browser tests open and what one looks at while drawing pages. */
import type {
  AccountView,
  ClientAnsweredPage,
  ClientPage,
  AwsLoginDonePage,
  AwsLoginPage,
  BreakGlassPage,
  CredentialsPage,
  DevicePage,
  ErrorPage,
  FirstRunPage,
  NewTokenPage,
  PageFrame,
  PersonView,
  ResubmitPage,
  RolePage,
  RolesPage,
  SessionsPage,
  SetupPage,
  SignedOutPage,
  SignInPage,
  TokenPage,
} from '../../src/http/web/view-models.ts';
import type { RoleTrustPage } from '../../src/http/web/administration/setup-views.ts';
import { adminPages } from './admin-page-catalogue.ts';
import {
  buildAccount,
  buildClientPage,
  buildAwsLoginDonePage,
  buildAwsLoginPage,
  buildAuthorization,
  buildCredentialsPage,
  buildErrorPage,
  buildFirstRunPage,
  buildFrame,
  buildMappingChoice,
  buildNewTokenPage,
  buildPerson,
  buildRole,
  buildRolePage,
  buildRolesPage,
  buildSession,
  buildSessionsPage,
  buildRoleTrustPage,
  buildSetupPage,
  buildStep,
  buildTokenPage,
} from './page-builders.ts';

/** An address to go on to that keeps the browser where it is. */
export const STAY = '/stay';

interface CataloguePage {
  /** Unique, fit for an address and a file name. */
  readonly name: string;
  /** Below `views/`, without the ending. */
  readonly view: string;
  readonly model: PageFrame;
}

/** Texts that come from outside, as an attacker or a careless directory would choose them. */
const HOSTILE_TEXTS = [
  '<script>window.__xss = 1</script>',
  '"><img src=x onerror="window.__xss = 1">',
  "' onmouseover='window.__xss = 1",
  '</title></textarea><svg onload="window.__xss = 1">',
  '<%= process.env %> ${7*7} {{constructor.constructor("window.__xss = 1")()}}',
  '\u202Egnireenigne\u202C \u0000\u0008',
  'a'.repeat(300),
] as const;

const hostile = (index: number): string => HOSTILE_TEXTS[index % HOSTILE_TEXTS.length] ?? '';

const HOSTILE_PERSON: PersonView = {
  label: HOSTILE_TEXTS[1],
  email: HOSTILE_TEXTS[0],
  connectorLabel: HOSTILE_TEXTS[3],
  groups: [...HOSTILE_TEXTS, '  two  spaces  ', ''],
};

const connectors = (count: number, label: (index: number) => string): SignInPage['connectors'] =>
  Array.from({ length: count }, (_, index) => ({
    label: label(index),
    kind: index % 2 === 0 ? ('SAML' as const) : ('OpenID Connect' as const),
    href: `/sign-in/connector-${index}`,
  }));

function signInPages(): CataloguePage[] {
  const frame = buildFrame({ title: 'Sign in', person: undefined });
  const page = (name: string, model: SignInPage): CataloguePage => ({ name, view: 'pages/sign-in', model });
  const signedOut = (name: string, model: SignedOutPage): CataloguePage => ({
    name,
    view: 'pages/signed-out',
    model,
  });
  return [
    page('sign-in', {
      ...frame,
      connectors: connectors(2, (i) => ['Example SAML', 'Example OpenID'][i] ?? ''),
    }),
    page('sign-in-one', { ...frame, sandbox: undefined, connectors: connectors(1, () => 'Example Corp') }),
    page('sign-in-none', { ...frame, connectors: [] }),
    page('sign-in-hostile', { ...frame, connectors: connectors(HOSTILE_TEXTS.length, hostile) }),
    signedOut('signed-out', { ...frame, title: 'Signed out', provider: undefined }),
    signedOut('signed-out-provider', {
      ...frame,
      title: 'Signed out',
      provider: { label: hostile(1), href: STAY },
    }),
    signedOut('signed-out-unreachable', {
      ...frame,
      title: 'Signed out',
      provider: { label: 'Example SAML', href: undefined },
    }),
  ];
}

/** Of administrators whom no identity provider vouches for. */
function ownAdministratorPages(): CataloguePage[] {
  const frame = buildFrame({ title: 'Set up Daypass', person: undefined, csrfToken: undefined });
  const breakGlassEndsAt = '2026-03-02T10:30:00.000Z';
  const firstRun = (name: string, overrides: Partial<FirstRunPage>): CataloguePage => ({
    name,
    view: 'pages/first-run',
    model: buildFirstRunPage(overrides),
  });
  return [
    { name: 'break-glass', view: 'pages/break-glass', model: { ...frame, minutes: 30 } as BreakGlassPage },
    { name: 'break-glass-open', view: 'pages/sessions', model: { ...buildSessionsPage(), breakGlassEndsAt } },
    { name: 'first-run-code', view: 'pages/first-run-code', model: frame },
    firstRun('first-run', {}),
    firstRun('first-run-provider', { connectors: [{ label: 'Example Corp', signInHref: STAY }] }),
    firstRun('first-run-arrived', {
      connectors: [{ label: 'Example Corp', signInHref: STAY }],
      roles: [{ roleName: 'ReadOnly', accountName: 'Payments' }],
      arrived: {
        subject: '7f3c-alex',
        groups: ['daypass-administrators', 'engineering'],
        attributes: [{ name: 'groups', values: ['daypass-administrators', 'engineering'] }],
      },
    }),
    firstRun('first-run-hostile', {
      problems: HOSTILE_TEXTS,
      connectors: connectors(2, hostile).map(({ label }) => ({ label, signInHref: STAY })),
      roles: HOSTILE_TEXTS.map((text) => ({ roleName: text, accountName: text })),
      arrived: {
        subject: hostile(2),
        groups: HOSTILE_TEXTS,
        attributes: HOSTILE_TEXTS.map((text) => ({ name: text, values: HOSTILE_TEXTS })),
      },
    }),
  ];
}

const COLOURS = ['grey', 'blue', 'green', 'amber', 'red', 'violet'] as const;

/** The few roles of a usual person: every kind of row once. */
const USUAL_ACCOUNTS: readonly AccountView[] = [
  buildAccount({
    roles: [
      buildRole(),
      buildRole({
        id: 'payments-operator',
        label: 'Operator',
        roleName: 'ops/PaymentsOperator',
        description: 'Situation 1: from this account terminate an instance in the account Platform.',
        operation: 'AssumeRole',
        chained: true,
        howLong: 'up to 1 hour (chained)',
        otherMappingsCount: 1,
      }),
      buildRole({
        id: 'lambda-lister',
        label: 'LambdaLister',
        roleName: 'LambdaLister',
        description: 'Situation 3: only AWS Lambda may use it. Try it to see why.',
        reservedFor: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'],
      }),
    ],
  }),
  buildAccount({
    id: '222222222222',
    name: 'Platform',
    environment: 'staging',
    colour: 'amber',
    roles: [
      buildRole({
        id: 'platform-federated',
        label: 'Bucket reader',
        roleName: 'federation',
        description: undefined,
        operation: 'GetFederationToken',
        howLong: 'up to 36 hours',
      }),
      buildRole({
        id: 'platform-mfa',
        label: 'Terminal with MFA',
        roleName: 'session',
        description: 'A session of the shared IAM user, with its MFA code.',
        operation: 'GetSessionToken',
        howLong: 'up to 36 hours',
        consolePossible: false,
        needsMfaCode: true,
      }),
    ],
  }),
  buildAccount({
    id: '333333333333',
    name: 'Sandbox of the data team',
    environment: undefined,
    colour: 'green',
    partition: 'aws-us-gov',
    roles: [
      buildRole({ id: 'data-terminal', label: 'Terminal', consolePossible: false, description: undefined }),
    ],
  }),
];

/** As a directory of a large company has them. */
function manyAccounts(accounts: number, rolesEach: number): AccountView[] {
  return Array.from({ length: accounts }, (_, a) =>
    buildAccount({
      id: String(100_000_000_000 + a),
      name: `Team ${a + 1}`,
      environment: ['production', 'staging', 'development'][a % 3],
      colour: COLOURS[a % COLOURS.length] ?? 'grey',
      roles: Array.from({ length: rolesEach }, (__, r) =>
        buildRole({
          id: `team-${a}-role-${r}`,
          label: `Role ${r + 1}`,
          roleName: `Team${a + 1}Role${r + 1}`,
        }),
      ),
    }),
  );
}

function hostileAccounts(): AccountView[] {
  return HOSTILE_TEXTS.map((text, index) =>
    buildAccount({
      id: String(200_000_000_000 + index),
      name: text,
      environment: hostile(index + 1),
      colour: COLOURS[index % COLOURS.length] ?? 'grey',
      roles: [
        buildRole({
          label: hostile(index + 2),
          roleName: hostile(index + 3),
          description: hostile(index + 4),
          why: `through group ${hostile(index + 5)}`,
          mappingId: hostile(index + 6),
          otherMappingsCount: 2,
        }),
      ],
    }),
  );
}

function rolesPages(): CataloguePage[] {
  const page = (name: string, model: RolesPage): CataloguePage => ({ name, view: 'pages/roles', model });
  const none = { accounts: [], total: 0, matching: 0 };
  const manyGroups = Array.from({ length: 200 }, (_, i) => `department-${i}-of-a-large-company`);
  return [
    page('roles', buildRolesPage({ accounts: USUAL_ACCOUNTS })),
    page('roles-ten', buildRolesPage({ accounts: manyAccounts(2, 5), sandbox: undefined })),
    page(
      'roles-300',
      buildRolesPage({
        accounts: manyAccounts(30, 10),
        total: 2_000,
        matching: 2_000,
        page: 2,
        pages: 7,
        previousHref: '?page=1',
        nextHref: '?page=3',
      }),
    ),
    page('roles-found', buildRolesPage({ accounts: manyAccounts(1, 2), total: 40, query: 'team 1' })),
    page('roles-no-match', buildRolesPage({ ...none, total: 40, query: hostile(1) })),
    page('roles-none', buildRolesPage(none)),
    page('roles-none-no-groups', buildRolesPage({ ...none, person: buildPerson({ groups: [] }) })),
    page('roles-none-many-groups', buildRolesPage({ ...none, person: buildPerson({ groups: manyGroups }) })),
    page('roles-hostile', buildRolesPage({ accounts: hostileAccounts(), person: HOSTILE_PERSON })),
  ];
}

function rolePages(): CataloguePage[] {
  const page = (name: string, model: RolePage): CataloguePage => ({ name, view: 'pages/role', model });
  const [first] = hostileAccounts();
  const [mfaRole] = (USUAL_ACCOUNTS[1]?.roles ?? []).slice(1);
  return [
    page('role', buildRolePage()),
    page(
      'role-choices',
      buildRolePage({
        role: buildRole({ otherMappingsCount: 1 }),
        mappings: [
          buildMappingChoice({ isChosen: true }),
          buildMappingChoice({
            id: 'leads-operate',
            why: 'through group payments-leads',
            howLong: 'up to 1 hour',
          }),
        ],
        sessionPolicy: 'deny-only',
      }),
    ),
    page(
      'role-resumed',
      buildRolePage({
        role: buildRole({ asksFor: 'asks for a fresh, stronger sign-in (15 minutes)' }),
        signIn: { newest: '15 minutes', contexts: ['https://refeds.org/profile/mfa'], willDo: true },
        resumed: {
          purpose: 'credentials',
          sessionPolicy: '{"Version":"2012-10-17"}',
          policyLeftOut: false,
          goesOn: false,
        },
      }),
    ),
    page(
      'role-goes-on',
      buildRolePage({
        resumed: { purpose: 'console', sessionPolicy: '', policyLeftOut: false, goesOn: true },
      }),
    ),
    page(
      'role-policy-left-out',
      buildRolePage({
        signIn: { newest: undefined, contexts: ['phr', 'phrh'], willDo: false },
        resumed: { purpose: 'console', sessionPolicy: '', policyLeftOut: true, goesOn: false },
      }),
    ),
    page('role-mfa', buildRolePage({ role: mfaRole ?? buildRole(), sessionPolicy: 'none' })),
    page('role-reserved', buildRolePage({ role: buildRole({ reservedFor: ['lambda.amazonaws.com'] }) })),
    page(
      'role-hostile',
      buildRolePage({
        account: first ?? buildAccount(),
        role: first?.roles[0] ?? buildRole(),
        signIn: { newest: HOSTILE_TEXTS[0], contexts: HOSTILE_TEXTS, willDo: false },
        resumed: {
          purpose: 'console',
          sessionPolicy: `</textarea>${HOSTILE_TEXTS[1]}`,
          policyLeftOut: false,
          goesOn: false,
        },
        mappings: HOSTILE_TEXTS.map((text, index) =>
          buildMappingChoice({ id: text, why: hostile(index + 1), isChosen: index === 0 }),
        ),
      }),
    ),
  ];
}

function credentialsPages(): CataloguePage[] {
  const page = (name: string, model: CredentialsPage): CataloguePage => ({
    name,
    view: 'pages/credentials',
    model,
  });
  const tab = { id: 'hostile', label: HOSTILE_TEXTS[2], text: HOSTILE_TEXTS.join('\n') };
  return [
    page('credentials', buildCredentialsPage()),
    page('credentials-expired', buildCredentialsPage({ expiresAt: '2026-01-02T03:04:05.000Z' })),
    page(
      'credentials-hostile',
      buildCredentialsPage({ roleLabel: HOSTILE_TEXTS[0], sessionName: HOSTILE_TEXTS[1], tabs: [tab] }),
    ),
  ];
}

function errorPages(): CataloguePage[] {
  const page = (name: string, model: ErrorPage): CataloguePage => ({ name, view: 'pages/error', model });
  return [
    page('error-refused', buildErrorPage()),
    page('error-no-groups', buildErrorPage({ person: buildPerson({ groups: [], email: undefined }) })),
    page(
      'error-fault',
      buildErrorPage({
        title: 'Something went wrong',
        status: 503,
        code: 'sts.unavailable',
        text: 'AWS could not be reached. Try again in a moment.',
        steps: [],
        advice: [],
        actions: [],
        person: undefined,
        sandbox: undefined,
      }),
    ),
    page(
      'error-hostile',
      buildErrorPage({
        title: HOSTILE_TEXTS[3],
        text: HOSTILE_TEXTS[1],
        steps: HOSTILE_TEXTS.map((text) =>
          buildStep({ title: text, text, state: 'failed', mendHref: '/?"x=' }),
        ),
        advice: HOSTILE_TEXTS,
        actions: [{ label: HOSTILE_TEXTS[0], href: '/?"onmouseover="window.__xss=1' }],
        person: HOSTILE_PERSON,
      }),
    ),
  ];
}

function sessionsPages(): CataloguePage[] {
  const page = (name: string, model: SessionsPage): CataloguePage => ({
    name,
    view: 'pages/sessions',
    model,
  });
  const another = buildSession({
    browser: 'Safari on an iPhone',
    address: '2001:db8:85a3::8a2e:370:7334',
    lastUsedAgo: '2 hours ago',
    isCurrent: false,
    endAction: '/sessions/0123456789abcdef0123456789abcdef/end',
  });
  const authorizations = [
    buildAuthorization(),
    buildAuthorization({
      label: 'CI',
      roles: ['payments-prod-read', 'a'.repeat(63)],
      lastUsedAgo: undefined,
    }),
    buildAuthorization({
      label: 'AWS CLI on erin-laptop',
      kind: 'AWS client',
      isPersonal: false,
      address: undefined,
    }),
  ];
  const strangers = HOSTILE_TEXTS.map((label, index) =>
    buildAuthorization({ label, address: hostile(index + 1), roles: [hostile(index + 2)] }),
  );
  const strange = HOSTILE_TEXTS.map((text, index) =>
    buildSession({
      browser: text,
      address: index === 0 ? undefined : hostile(index + 1),
      connectorLabel: hostile(index + 2),
      isCurrent: false,
      endAction: `/sessions/${encodeURIComponent(hostile(index + 3))}/end`,
    }),
  );
  return [
    page('sessions', buildSessionsPage({ sessions: [buildSession(), another] })),
    page('sessions-one', buildSessionsPage()),
    page('sessions-tokens', buildSessionsPage({ authorizations })),
    page(
      'sessions-hostile',
      buildSessionsPage({
        sessions: strange,
        isCut: true,
        authorizations: strangers,
        person: HOSTILE_PERSON,
      }),
    ),
  ];
}

function tokenPages(): CataloguePage[] {
  const making = (name: string, model: NewTokenPage): CataloguePage => ({
    name,
    view: 'pages/new-token',
    model,
  });
  const made = (name: string, model: TokenPage): CataloguePage => ({ name, view: 'pages/token', model });
  const many = Array.from({ length: 40 }, (_, index) => ({
    id: `team-${index}-reader`,
    label: `Reader ${index}`,
    accountName: `Team ${index}`,
  }));
  const strange = HOSTILE_TEXTS.map((id, index) => ({
    id,
    label: hostile(index + 1),
    accountName: hostile(index + 2),
  }));
  return [
    making('new-token', buildNewTokenPage()),
    making('new-token-none', buildNewTokenPage({ roles: [], matching: 0 })),
    making(
      'new-token-many',
      buildNewTokenPage({ roles: many, matching: 2_000, isSearchable: true, query: 'reader' }),
    ),
    making('new-token-hostile', buildNewTokenPage({ roles: strange, query: hostile(0), isSearchable: true })),
    made('token', buildTokenPage()),
    made('token-hostile', buildTokenPage({ label: hostile(0), roles: [hostile(1), hostile(6)] })),
  ];
}

function clientPages(): CataloguePage[] {
  const page = (name: string, model: ClientPage): CataloguePage => ({ name, view: 'pages/client', model });
  const frame = buildFrame({ title: 'Let a device in' });
  const device = (name: string, typed: Pick<DevicePage, 'userCode' | 'isWrong'>): CataloguePage => {
    const model: DevicePage = { ...frame, ...typed };
    return { name, view: 'pages/device', model };
  };
  const answered = (
    name: string,
    answer: Pick<ClientAnsweredPage, 'clientName' | 'approved' | 'href'>,
  ): CataloguePage => {
    const model: ClientAnsweredPage = { ...frame, ...answer };
    return { name, view: 'pages/client-answered', model };
  };
  return [
    device('device', { userCode: '', isWrong: false }),
    device('device-wrong', { userCode: 'BBBB-BBBB', isWrong: true }),
    device('device-hostile', { userCode: hostile(1), isWrong: true }),
    page('client', buildClientPage()),
    page(
      'client-elsewhere',
      buildClientPage({ requester: { address: '2001:db8:85a3::8a2e:370:7334', isHere: false } }),
    ),
    page(
      'client-here',
      buildClientPage({
        program: undefined,
        requester: undefined,
        userCode: undefined,
        answersTo: '127.0.0.1:49152',
      }),
    ),
    page(
      'client-hostile',
      buildClientPage({
        clientName: hostile(0),
        program: hostile(2),
        requester: { address: hostile(3), isHere: false },
        userCode: hostile(1),
        action: `/authorize?state=${hostile(1)}`,
        person: HOSTILE_PERSON,
      }),
    ),
    answered('client-approved', { clientName: hostile(1), approved: true, href: `${STAY}?code=a&state=b` }),
    answered('client-denied', { clientName: hostile(6), approved: false, href: undefined }),
  ];
}

function awsLoginPages(): CataloguePage[] {
  const page = (name: string, model: AwsLoginPage): CataloguePage => ({
    name,
    view: 'pages/aws-login',
    model,
  });
  const done = (name: string, model: AwsLoginDonePage): CataloguePage => ({
    name,
    view: 'pages/aws-login-done',
    model,
  });
  const signInHrefs = new Map([['payments-operator', `${STAY}?for=payments-operator`]]);
  const code = {
    text: Buffer.from(`state=${hostile(0)}&code=${'0'.repeat(64)}`).toString('base64'),
    life: '5 minutes',
  };
  return [
    page('aws-login', buildAwsLoginPage({ accounts: USUAL_ACCOUNTS, signInHrefs, leftOut: 2 })),
    page(
      'aws-login-remote',
      buildAwsLoginPage({ onOtherDevice: true, address: '2001:db8:85a3::8a2e:370:7334' }),
    ),
    page('aws-login-no-match', buildAwsLoginPage({ accounts: [], matching: 0, total: 7, query: hostile(1) })),
    page('aws-login-none', buildAwsLoginPage({ accounts: [], leftOut: 1 })),
    page('aws-login-no-roles', buildAwsLoginPage({ accounts: [] })),
    page(
      'aws-login-hostile',
      buildAwsLoginPage({
        accounts: hostileAccounts(),
        person: HOSTILE_PERSON,
        address: HOSTILE_TEXTS[0],
        kept: HOSTILE_TEXTS.map((text, index) => ({ name: hostile(index + 1), value: text })),
      }),
    ),
    done('aws-login-done', buildAwsLoginDonePage({ href: STAY })),
    done('aws-login-code', buildAwsLoginDonePage({ code })),
    done('aws-login-declined', buildAwsLoginDonePage({ given: undefined, href: STAY })),
    done('aws-login-declined-remote', buildAwsLoginDonePage({ given: undefined })),
  ];
}

function trustPages(): CataloguePage[] {
  const page = (name: string, model: RoleTrustPage): CataloguePage => ({
    name,
    view: 'pages/admin-trust',
    model,
  });
  const usual = buildRoleTrustPage();
  const words = {
    roleLabel: hostile(0),
    accountName: hostile(1),
    externalId: hostile(2),
    notes: HOSTILE_TEXTS,
    accounts: [
      {
        ...usual.accounts[0],
        accountId: '111122223333',
        cli: hostile(3),
        json: hostile(0),
        cloudFormation: hostile(1),
        terraform: hostile(5),
      },
    ],
  };
  return [
    page('admin-trust', usual),
    page(
      'admin-trust-fails',
      buildRoleTrustPage({
        check: {
          outcome: 'fails',
          text: 'The account has no such identity provider.',
          detail: 'InvalidIdentityToken: Specified provider doesn’t exist',
          patch: usual.accounts,
        },
      }),
    ),
    page(
      'admin-trust-works',
      buildRoleTrustPage({
        mayHaveExternalId: true,
        stackSet: undefined,
        check: { outcome: 'works', text: 'AWS gave a session.', patch: [] },
      }),
    ),
    page(
      'admin-trust-nothing',
      buildRoleTrustPage({ accounts: [], stackSet: undefined, notes: ['Nothing has to be set up.'] }),
    ),
    page(
      'admin-trust-hostile',
      buildRoleTrustPage({
        ...words,
        check: { outcome: 'warns', text: hostile(4), detail: hostile(5), patch: words.accounts },
        lint: {
          policy: hostile(3),
          findings: [{ code: 'trust.anyone', severity: 'error', where: hostile(2), text: hostile(1) }],
          patched: hostile(0),
        },
      }),
    ),
  ];
}

function setupPages(): CataloguePage[] {
  const page = (name: string, model: SetupPage): CataloguePage => ({ name, view: 'pages/setup', model });
  const usual = buildSetupPage();
  const hostileSnippets = Object.fromEntries(
    Object.keys(usual.snippets).map((name, index) => [name, hostile(index)]),
  ) as SetupPage['snippets'];
  return [
    page(
      'setup',
      buildSetupPage({
        leftOut: [{ label: 'Tools with MFA', accountName: 'Example Tools', href: '/roles/tools-session' }],
      }),
    ),
    page('setup-many', buildSetupPage({ profiles: 10_000, config: undefined })),
    page('setup-none', buildSetupPage({ profiles: 0 })),
    page(
      'setup-hostile',
      buildSetupPage({
        config: HOSTILE_TEXTS.join('\n'),
        snippets: hostileSnippets,
        leftOut: HOSTILE_TEXTS.map((label, index) => ({
          label,
          accountName: hostile(index + 1),
          href: `/roles/${encodeURIComponent(hostile(index + 2))}`,
        })),
      }),
    ),
  ];
}

/** Where the resubmit page of the catalogue posts to, and what. A field named `submit` must not stop it. */
const RESUBMIT: Pick<ResubmitPage, 'action' | 'fields'> = {
  action: '/saml/example/acs',
  fields: [
    { name: 'SAMLResponse', value: 'PHNhbWw+' },
    { name: 'RelayState', value: HOSTILE_TEXTS[1] },
    { name: 'submit', value: 'a field by this name' },
  ],
};

function onTheWayPages(): CataloguePage[] {
  const model: ResubmitPage = { ...buildFrame({ title: 'Signing in', person: undefined }), ...RESUBMIT };
  const again = {
    ...buildFrame({ title: 'Signing you in again' }),
    code: 'sign_in.again',
    text: 'This role needs a sign-in of the last 15 minutes.',
    href: `${STAY}?returnTo=%2Froles%2Fa`,
  };
  return [
    { name: 'resubmit', view: 'pages/resubmit', model },
    { name: 'sign-in-again', view: 'pages/sign-in-again', model: again },
  ];
}

export function pageCatalogue(): CataloguePage[] {
  return [
    ...signInPages(),
    ...ownAdministratorPages(),
    ...rolesPages(),
    ...rolePages(),
    ...credentialsPages(),
    ...sessionsPages(),
    ...clientPages(),
    ...awsLoginPages(),
    ...setupPages(),
    ...trustPages(),
    ...tokenPages(),
    ...errorPages(),
    ...onTheWayPages(),
    ...adminPages(hostile),
  ];
}
