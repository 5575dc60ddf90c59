/** External IDs and the trust doctor, over the API, against a sandbox whose IAM is set up wrongly in each way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoleCheck } from '../../src/broker/check-role.ts';
import { ApiClient } from '../support/api-client.ts';
import { applyPieces, runCommands, type OnboardedAccount } from '../support/onboarding/iam-pieces.ts';
import { ROWS, startOnboardingWorld, type OnboardingWorld } from '../support/onboarding/onboarding-world.ts';
import { journal } from '../support/sandbox-aws.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn } from '../support/start-test-broker.ts';
import { EXAMPLE_CORP, PRODUCTION, TOOLS } from '../support/start-sandbox-aws.ts';
import { recordedFor } from '../support/stored-audit.ts';

type Checked = Omit<RoleCheck, 'roleId' | 'patch'> & { readonly patch?: readonly OnboardedAccount[] };

let world: OnboardingWorld;
beforeAll(async () => {
  world = await startOnboardingWorld();
  for (const { id, situation, worksWithout } of ROWS) {
    if (situation === 3 || worksWithout === true) continue;
    for (const { accountId, pieces } of (await world.onboarding(id)).accounts) {
      const credentials = await world.ownerOf(accountId);
      await applyPieces(pieces, { awsUrl: world.broker.awsUrl, credentials });
    }
  }
}, 60_000);
afterAll(() => world.close());

const check = async (roleId: string): Promise<Checked> => {
  const { status, body } = await world.admin.post<Checked>(`/api/v1/admin/roles/${roleId}/check`);
  expect(status).toBe(200);
  return body;
};

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: object;
}

/** Changes a role's trust policy for the time of a test, and gives back what it was. */
async function withTrust<Result>(
  [accountId, name]: readonly [string, string],
  change: (statement: Statement) => object,
  work: () => Promise<Result>,
): Promise<Result> {
  const at = `/accounts/${accountId}/roles/${name}`;
  const role = (await world.sandbox(at)) as { readonly trustPolicy: { readonly Statement: Statement[] } };
  const Statement = role.trustPolicy.Statement.map(change);
  await world.sandbox(at, { ...role, trustPolicy: { ...role.trustPolicy, Statement } });
  try {
    return await work();
  } finally {
    await world.sandbox(at, role);
  }
}

const withoutActions =
  (...gone: readonly string[]) =>
  (statement: Statement): object => ({
    ...statement,
    Action: [statement.Action].flat().filter((action) => !gone.includes(action)),
  });

describe('a role that is set up', () => {
  it.each([
    ['new-by-saml', 'works', 'check.works'],
    ['new-by-token', 'works', 'check.works'],
    ['new-across', 'works', 'check.works'],
    ['new-by-hub', 'works', 'check.works'],
    ['new-same-account', 'works', 'check.works'],
    ['new-third-party', 'works', 'check.works'],
    ['new-federation', 'works', 'check.works'],
    ['new-session', 'works', 'check.key-works'],
    ['tools-session', 'unchecked', 'unchecked.mfa'],
    ['new-by-own-token', 'unchecked', 'unchecked.own-token'],
    ['new-for-service', 'unchecked', 'unchecked.service'],
  ])('%s: %s (%s)', async (id, outcome, cause) => {
    expect(await check(id)).toMatchObject({ outcome, cause });
  });

  it('is tried with the shortest session, which may do nothing, and nothing of it is kept or told', async () => {
    const last = (await journal(world.broker.awsUrl)).at(-1)?.id ?? 0;
    const answer = await world.admin.post<Checked>('/api/v1/admin/roles/new-by-saml/check');
    expect(JSON.stringify(answer.body)).not.toMatch(/ASIA|secret|token/i);
    const [call] = await journal(world.broker.awsUrl, last);
    expect(call?.parameters).toMatchObject({ durationSeconds: 900 });
    expect(JSON.stringify(call?.parameters)).toContain('Deny');
    const records = recordedFor(world.broker, answer);
    expect(records.map(({ name }) => name)).toEqual(['role-check.requested', 'role-check.completed']);
    expect(records[0]).toMatchObject({
      principal: 'user:sandbox-saml:alex.admin',
      detail: { role: 'new-by-saml', roleArn: `arn:aws:iam::${PRODUCTION}:role/teams/NewBySaml` },
    });
    expect(JSON.stringify(records)).not.toMatch(/ASIA/);
  });
});

describe('a role that is not set up', () => {
  it.each([
    [['sts:TagSession'], 'trust.tag-session'],
    [['sts:SetSourceIdentity'], 'trust.source-identity'],
    [['sts:TagSession', 'sts:SetSourceIdentity'], 'trust.session-actions'],
  ] as const)('is told apart: without %j it is %s', async (gone, cause) => {
    const found = await withTrust([PRODUCTION, 'NewBySaml'], withoutActions(...gone), () =>
      check('new-by-saml'),
    );
    expect(found).toMatchObject({ outcome: 'fails', cause });
  });

  it.each([
    ['sts:TagSession', 'trust.tag-session'],
    ['sts:SetSourceIdentity', 'trust.source-identity'],
    ['sts:AssumeRole', 'trust.refused'],
  ])('is told apart where a key signs: without %s it is %s', async (gone, cause) => {
    const found = await withTrust([PRODUCTION, 'NewAcross'], withoutActions(gone), () => check('new-across'));
    expect(found).toMatchObject({ outcome: 'fails', cause });
  });

  it('gets the commands that mend it, and works when they were run as printed', async () => {
    const trust = (statement: Statement): object => ({ ...withoutActions('sts:TagSession')(statement) });
    await withTrust([PRODUCTION, 'NewBySaml'], trust, async () => {
      const { patch = [] } = await check('new-by-saml');
      for (const { accountId, cli } of patch) {
        const credentials = await world.ownerOf(accountId);
        await runCommands(cli, { awsUrl: world.broker.awsUrl, credentials });
      }
      expect(await check('new-by-saml')).toMatchObject({ outcome: 'works' });
    });
  }, 60_000);

  it('has no provider, or one for others', async () => {
    const saml = `/accounts/${PRODUCTION}/samlProviders/daypass-new`;
    const provider = (await world.sandbox(saml)) as { readonly metadata: string };
    const other = provider.metadata.replace(/entityID="[^"]*"/, 'entityID="https://other.example"');
    await world.sandbox(saml, { ...provider, metadata: other });
    expect(await check('new-by-saml')).toMatchObject({ outcome: 'fails', cause: 'provider.missing' });
    await fetch(`${world.broker.awsUrl}/_sandbox/organization${saml}`, { method: 'DELETE' });
    const gone = await check('new-by-saml');
    expect(gone).toMatchObject({ outcome: 'fails', cause: 'provider.missing' });
    expect(gone.patch?.[0]?.cli).toContain('create-saml-provider');
    await world.sandbox(saml, provider);

    const openid = `/accounts/${PRODUCTION}/oidcProviders/${encodeURIComponent(`${world.broker.baseUrl}/aws`)}`;
    const audiences = (await world.sandbox(openid)) as object;
    await world.sandbox(openid, { ...audiences, clientIds: ['somebody-else'] });
    const found = await check('new-by-token');
    await world.sandbox(openid, audiences);
    expect(found).toMatchObject({ outcome: 'fails', cause: 'provider.audience' });
    expect(found.patch?.[0]?.cli).toContain('add-client-id-to-open-id-connect-provider');
  });

  it('cannot be reached: the region, the source’s key', async () => {
    const account = `/accounts/${PRODUCTION}`;
    const before = (await world.sandbox(account)) as object;
    await world.sandbox(account, { ...before, disabledRegions: ['us-east-1'] });
    expect(await check('new-by-saml')).toMatchObject({ cause: 'region.disabled' });
    await world.sandbox(account, before);

    const user = `/accounts/${TOOLS}/users/daypass-broker`;
    const keys = (await world.sandbox(user)) as object;
    await world.sandbox(user, { ...keys, accessKeys: [] });
    expect(await check('new-across')).toMatchObject({ cause: 'source.refused' });
    await world.sandbox(user, keys);
  });
});

describe('external IDs', () => {
  it('A05: warns where a role of a third party can be assumed without its external ID, and mends it', async () => {
    const open = ({ Condition: _, ...statement }: Statement): object => statement;
    await withTrust([TOOLS, 'NewThirdParty'], open, async () => {
      const found = await check('new-third-party');
      expect(found).toMatchObject({ outcome: 'warns', cause: 'external-id.not-required' });
      const own = found.patch?.find(({ accountId }) => accountId === TOOLS);
      expect(own?.cli).toContain('sts:ExternalId');
      const credentials = await world.ownerOf(TOOLS);
      await runCommands(own?.cli ?? '', { awsUrl: world.broker.awsUrl, credentials });
      expect(await check('new-third-party')).toMatchObject({ outcome: 'works' });
    });
  }, 60_000);

  it('A05: are made by Daypass, one for each role, and are nobody’s to choose', async () => {
    const given: string[] = [];
    for (const role of ['tools-cost-reader-without-id', 'new-across']) {
      const path = `/api/v1/admin/roles/${role}/external-id`;
      const { version, notes } = await world.onboarding(role);
      expect(notes.map(({ code }) => code)).toContain('external-id.none');
      const headers = { 'if-match': `"${version}"` };
      const chosen = await world.admin.post(path, { reason: 'x', externalId: 'mine' }, headers);
      expect(chosen).toMatchObject({ status: 400, body: { code: 'request.malformed' } });
      const stale = await world.admin.post(path, { reason: 'x' }, { 'if-match': `"${version + 1}"` });
      expect(stale.status).toBe(412);
      const answer = await world.admin.post<{ version: number }>(path, { reason: 'x' }, headers);
      expect([answer.status, answer.body.version]).toEqual([200, version + 1]);
      expect(recordedFor(world.broker, answer)).toMatchObject([{ name: 'catalogue.changed' }]);
      const { externalId = '', accounts } = await world.onboarding(role);
      expect(externalId).toMatch(/^daypass-[\w-]{43}$/);
      expect(accounts.some(({ cli }) => cli.includes(externalId))).toBe(true);
      given.push(externalId);
      const again = await world.admin.post(path, { reason: 'x' }, { 'if-match': `"${version + 1}"` });
      expect(again.body.code).toBe('request.malformed');
    }
    expect(new Set(given).size).toBe(2);
    // What AWS asked before it goes on asking: nothing, so that an ID more does no harm.
    expect(await check('new-across')).toMatchObject({ outcome: 'warns' });
  });

  it('A05: are nobody’s to give, and roles nobody’s to try, but administrators’', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, world.broker, { person: 'erin.engel', connector: 'sandbox-saml' });
    const erin = ApiClient.ofBrowser(browser, world.broker.baseUrl);
    const answers = [
      await erin.get('/api/v1/admin/roles/new-across/onboarding'),
      await erin.post('/api/v1/admin/roles/new-across/check'),
      await erin.post('/api/v1/admin/roles/new-across/external-id', { reason: 'x' }),
    ];
    for (const { status } of answers) expect(status).toBe(403);
    for (const path of ['onboarding', 'check', 'external-id']) {
      const url = `/api/v1/admin/roles/nobody/${path}`;
      const headers = { 'if-match': '"1"' };
      const body = path === 'external-id' ? { reason: 'x' } : {};
      const answer =
        path === 'onboarding' ? await world.admin.get(url) : await world.admin.post(url, body, headers);
      expect(answer.status).toBe(404);
    }
  });
});

describe('the linter', () => {
  it('knows the role’s account, external ID and needs', async () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: EXAMPLE_CORP }, Action: 'sts:AssumeRole' }],
    });
    interface Report {
      readonly findings: readonly { readonly code: string; readonly patch?: object }[];
      readonly patched?: object;
    }
    const lint = async (body: object): Promise<Report> => {
      const answer = await world.admin.post<Report>('/api/v1/admin/lint', body);
      expect(answer.status).toBe(200);
      return answer.body;
    };
    const of = await lint({ policy, role: 'new-third-party' });
    expect(of.findings.map(({ code }) => code)).toEqual(['trust.external-id', 'trust.source-identity']);
    const { externalId } = await world.onboarding('new-third-party');
    expect(JSON.stringify(of.patched)).toContain(externalId);
    expect((await lint({ policy: JSON.stringify(of.patched), role: 'new-third-party' })).findings).toEqual(
      [],
    );
    expect((await lint({ policy: '{' })).findings).toMatchObject([{ code: 'policy.syntax' }]);
    const nobody = await world.admin.post('/api/v1/admin/lint', { policy, role: 'nobody' });
    expect(nobody.status).toBe(404);
  });
});
