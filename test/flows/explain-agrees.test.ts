import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/core/catalogue.ts';
import type { NeededTrust, TrustNeeds } from '../../src/core/trust-needs.ts';
import { ApiClient, type ApiAnswer } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn, startTestBroker, type AccessFile, type TestBroker } from '../support/start-test-broker.ts';

const CONNECTORS = ['sandbox-saml', 'sandbox-oidc'] as const;
const PEOPLE = ['erin.engel', 'priya.nair', 'nora.quinn'] as const;
/** One role for each way by which AWS asks a trust policy. */
const ROLES = {
  'development-readonly': ['222233334444', 'ReadOnly'],
  'development-data-analyst': ['222233334444', 'DataAnalyst'],
  'production-ec2-operator': ['444455556666', 'Ec2Operator'],
  'tools-cost-reader': ['111122223333', 'ExampleCorpCostReader'],
  'development-data-analyst-own-token': ['222233334444', 'DataAnalystPassThrough'],
} as const;
const OWN_TOKEN = 'development-data-analyst-own-token';
type RoleId = keyof typeof ROLES;
const ROLE_IDS = Object.keys(ROLES) as RoleId[];
type Mapping = Omit<NonNullable<AccessFile['mappings']>[number], 'id'>;

interface Step {
  readonly step: string;
  readonly state: string;
}
interface Told {
  readonly permitted: boolean;
  readonly code?: string;
  readonly steps: readonly Step[];
  readonly needs?: TrustNeeds;
}

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { minLength: 1 });

const drawnMapping: fc.Arbitrary<Mapping> = fc.record({
  connector: fc.constantFrom(...CONNECTORS),
  groups: fc.constantFrom(['engineering'], ['payments-leads', 'engineering'], ['Engineering'], []),
  users: fc.subarray([...PEOPLE]),
  attributes: fc.constantFrom<Record<string, string[]>[]>({}, {}, { department: ['payments'] }),
  roles: some(ROLE_IDS).map((ids) => ({ ids })),
  limits: fc.record(
    {
      sourceIdentity: fc.constantFrom(false, true),
      sessionTags: fc.constantFrom(
        [],
        [{ key: 'team', value: 'a' }],
        [{ key: 'costCenter', fromAttribute: 'costCenter' }],
      ),
      maximumDurationSeconds: fc.constantFrom(1_800, 3_600),
    },
    { requiredKeys: [] },
  ),
});

/** With a person's own token nothing can be sent beside it. */
const mapping = drawnMapping.map((drawn) => {
  const { maximumDurationSeconds } = drawn.limits ?? {};
  if (drawn.roles.ids?.includes(OWN_TOKEN) !== true) return drawn;
  return { ...drawn, limits: maximumDurationSeconds === undefined ? {} : { maximumDurationSeconds } };
});

const MFA = 'https://refeds.org/profile/mfa';
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified';
/** Everybody signed in a minute ago, with one factor; SAML says `unspecified` of that, and OpenID nothing. */
const AGO_SECONDS = 60;
const authentication = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  { maximumAgeSeconds: 30 },
  { maximumAgeSeconds: 900 },
  { contexts: [MFA] },
  { contexts: [UNSPECIFIED], maximumAgeSeconds: 900 },
);
type Asked = ReadonlyMap<string, typeof authentication extends fc.Arbitrary<infer Value> ? Value : never>;
const askedOfSignIns: fc.Arbitrary<Asked> = fc
  .tuple(...ROLE_IDS.map(() => authentication))
  .map((drawn) => new Map(drawn.map((each, at) => [ROLE_IDS[at] ?? '', each])));

const EXTRAS = ['sts:TagSession', 'sts:SetSourceIdentity'];

/** What an account's owner wrote, against what is needed. */
const policy = fc.record({
  actions: fc.oneof(fc.constant(EXTRAS), fc.subarray(EXTRAS)),
  flaw: fc.constantFrom('none', 'none', 'none', 'principal', 'action', 'condition'),
});
type Policy = typeof policy extends fc.Arbitrary<infer Value> ? Value : never;

const question = fc.record(
  {
    person: fc.constantFrom(...PEOPLE),
    connector: fc.constantFrom(...CONNECTORS),
    roleId: fc.constantFrom(...ROLE_IDS, 'no-such-role'),
    durationSeconds: fc.constantFrom(900, 2_400),
    sessionPolicy: fc.constantFrom({ Version: '2012-10-17', Statement: [] }),
  },
  { requiredKeys: ['person', 'connector', 'roleId'] },
);

/** Too rarely drawn together. */
const BY_OWN_TOKEN = { person: 'erin.engel', connector: 'sandbox-oidc', roleId: OWN_TOKEN } as const;
const OF_ENGINEERING: Mapping = {
  connector: 'sandbox-oidc',
  groups: ['engineering'],
  roles: { ids: [OWN_TOKEN] },
};
const WITHOUT_A_TOKEN = { ...BY_OWN_TOKEN, connector: 'sandbox-saml' } as const;
const OF_ERIN: Mapping = {
  connector: 'sandbox-saml',
  users: ['erin.engel'],
  roles: { ids: [OWN_TOKEN] },
};
const READER = 'development-readonly';
const AS_READER = { ...WITHOUT_A_TOKEN, roleId: READER } as const;
const READS: Mapping = { ...OF_ERIN, roles: { ids: [READER] } };
const FRESH: Asked = new Map([[READER, { maximumAgeSeconds: 30 }]]);
const STRONG: Asked = new Map([[READER, { contexts: [MFA] }]]);
const AS_NEEDED: Policy = { actions: [], flaw: 'none' };

describe('what is explained', () => {
  let broker: TestBroker;
  let alex: ApiClient;
  const clients = new Map<string, ApiClient>();
  let aheadSeconds = 0;

  beforeAll(async () => {
    broker = await startTestBroker({ clock: { now: () => new Date(Date.now() + aheadSeconds * 1_000) } });
    alex = await clientOf('alex.admin', 'sandbox-saml');
    for (const connector of CONNECTORS) {
      for (const person of PEOPLE) clients.set(`${connector} ${person}`, await clientOf(person, connector));
    }
    aheadSeconds = AGO_SECONDS;
    const clock = await fetch(`${broker.awsUrl}/_sandbox/clock`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ offsetSeconds: AGO_SECONDS }),
    });
    expect(clock.ok).toBe(true);
  });
  afterAll(() => broker.close());

  async function clientOf(person: string, connector: (typeof CONNECTORS)[number]): Promise<ApiClient> {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person, connector });
    return ApiClient.ofBrowser(browser, broker.baseUrl);
  }

  async function apply(mappings: readonly Mapping[], asked: Asked): Promise<void> {
    const path = '/api/v1/admin/catalogue';
    const { body } = await alex.get<{ version: number; catalogue: Catalogue }>(path);
    const named = mappings.map((each, index) => ({ ...each, id: `m${index}` }));
    const roles = body.catalogue.roles.map((role) => ({ ...role, authentication: asked.get(role.id) }));
    const catalogue = { ...body.catalogue, roles, mappings: named };
    const sent = { catalogue, reason: 'drawn' };
    const applied = await alex.post(path, sent, { 'if-match': `"${body.version}"` });
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  }

  async function trust(roleId: RoleId, document: object): Promise<void> {
    const [account, name] = ROLES[roleId];
    const url = `${broker.awsUrl}/_sandbox/organization/accounts/${account}/roles/${name}`;
    const put = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ trustPolicy: document, policies: [], maxSessionSeconds: 43_200 }),
    });
    expect(put.status, await put.text()).toBe(200);
  }

  /** By the words of the question's own answer: what AWS must allow, and nothing but that. */
  function documentOf(needed: NeededTrust, { actions, flaw }: Policy): object {
    const [assume = ''] = needed.actions;
    const allowed = [flaw === 'action' ? 'sts:DecodeAuthorizationMessage' : assume, ...actions];
    const conditions = needed.conditions.map(({ key, values }): [string, readonly string[]] => [
      key,
      flaw === 'condition' ? ['another'] : values,
    ]);
    return {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: flaw === 'principal' ? { AWS: '777788889999' } : principalOf(needed),
          Action: allowed,
          ...(conditions.length === 0 ? {} : { Condition: { StringEquals: Object.fromEntries(conditions) } }),
        },
      ],
    };
  }

  const failedIn = (steps: readonly Step[] = []): string | undefined =>
    steps.find(({ state }) => state === 'failed')?.step;

  it('happens: who is permitted gets credentials where AWS allows what is needed, and a refusal fails at the step that was told', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(mapping, { minLength: 1, maxLength: 4 }),
        askedOfSignIns,
        fc.array(fc.tuple(question, policy), { minLength: 8, maxLength: 8 }),
        async (mappings, asked, questions) => {
          await apply(mappings.filter(namesSomebody), asked);
          for (const [asked, written] of questions) seen.add(await agree(asked, written));
        },
      ),
      {
        numRuns: 50,
        examples: [
          [[OF_ENGINEERING], new Map(), [[BY_OWN_TOKEN, AS_NEEDED]]],
          [[OF_ERIN], new Map(), [[WITHOUT_A_TOKEN, AS_NEEDED]]],
          [[READS], FRESH, [[AS_READER, AS_NEEDED]]],
          [[READS], STRONG, [[AS_READER, AS_NEEDED]]],
        ],
      },
    );
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'issued',
        'issued by own token',
        'trust',
        'role.not_found',
        'role.no_id_token',
        'sign_in.again',
        'sign_in.stronger',
      ]),
    );
  }, 180_000);

  async function agree(
    { person, connector, roleId, ...wish }: typeof question extends fc.Arbitrary<infer Value> ? Value : never,
    written: Policy,
  ): Promise<string> {
    const { sessionPolicy } = wish;
    const told = await alex.post<Told>('/api/v1/admin/explain', {
      ...wish,
      ...(sessionPolicy === undefined ? {} : { sessionPolicy: JSON.stringify(sessionPolicy) }),
      role: roleId,
      person: { connector, subject: person },
    });
    expect(told.status, JSON.stringify(told.body)).toBe(200);
    const [needed] = told.body.needs?.trust ?? [];
    if (needed !== undefined && roleId !== 'no-such-role') await trust(roleId, documentOf(needed, written));
    const client = clients.get(`${connector} ${person}`) ?? alex;
    const answer: ApiAnswer<{ steps?: readonly Step[] }> = await client.post(
      `/api/v1/roles/${roleId}/credentials`,
      wish,
    );
    if (!told.body.permitted) {
      expect(answer.body.code).toBe(told.body.code);
      // Whether there is such a role is not told to whom it is not given.
      const isHidden = told.body.code === 'role.not_found';
      expect(failedIn(answer.body.steps)).toBe(isHidden ? 'mapping' : failedIn(told.body.steps));
      return told.body.code ?? '';
    }
    if (needed === undefined) throw new Error('every role here is assumed');
    if (isEnough(needed, written)) {
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return roleId === OWN_TOKEN ? 'issued by own token' : 'issued';
    }
    expect(answer.body.code).toBe('sts.refused');
    expect(failedIn(answer.body.steps)).toBe('trust');
    return 'trust';
  }
});

function namesSomebody({ groups = [], users = [], attributes = {} }: Mapping): boolean {
  return groups.length + users.length + Object.keys(attributes).length > 0;
}

function principalOf({ principal }: NeededTrust): object {
  switch (principal.kind) {
    case 'saml-provider':
    case 'openid-provider':
      return { Federated: principal.arn };
    case 'aws':
      return {
        AWS:
          principal.credentialSource === 'tools-broker'
            ? 'arn:aws:iam::111122223333:user/daypass-broker'
            : '777788889999',
      };
    case 'services':
      return { Service: principal.services };
  }
}

/** Whether the policy that was written holds all that is needed. */
function isEnough(needed: NeededTrust, { actions, flaw }: Policy): boolean {
  const isFlawed = flaw !== 'none' && !(flaw === 'condition' && needed.conditions.length === 0);
  // The other account's owner is who Example Corp is.
  const isStranger = needed.principal.kind === 'aws' && needed.principal.credentialSource === 'example-corp';
  const [, ...others] = needed.actions;
  return (
    (!isFlawed || (flaw === 'principal' && isStranger)) && others.every((each) => actions.includes(each))
  );
}
