import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assumeRoleWorld, ABROAD, HOME, role, roleArn } from '../conformance/assume-role-world.ts';
import { type FakeFederation, startFakeFederation } from '../support/fake-federation.ts';
import { signedRequest } from '../support/sign-request.ts';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';

/** The sandbox has one port, but a client may still call it by AWS's own names: by a proxy, or its own hosts file. */
describe('hosts of STS', () => {
  let federation: FakeFederation;
  let issuer: string;
  let sandbox: TestSandboxAws;
  beforeAll(async () => {
    federation = await startFakeFederation();
    const world = assumeRoleWorld({});
    issuer = `${federation.url}/aws`;
    const Federated = `arn:aws:iam::${ABROAD}:oidc-provider/${issuer.replace('http://', '')}`;
    const vouchedFor = role('VouchedFor', {
      principal: { Federated },
      action: 'sts:AssumeRoleWithWebIdentity',
    });
    const accounts = world.accounts.map((account) =>
      account.id === ABROAD
        ? {
            ...account,
            roles: [vouchedFor],
            oidcProviders: [{ issuer, clientIds: ['sts.amazonaws.com'] }],
          }
        : account,
    );
    sandbox = await startSandboxAws({ world: () => ({ ...world, accounts }) });
  });
  afterAll(() => Promise.all([sandbox.close(), federation.close()]));

  /** `fetch` allows no Host of one's own. */
  function send(headers: HeadersInit, body: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(sandbox.url, {
        method: 'POST',
        headers: Object.fromEntries(new Headers(headers)),
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      sent.end(body);
    });
  }

  async function signedFor(host: string, region: string) {
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    const credentials = sandbox.keyOf(HOME, 'caller');
    const { init } = signedRequest(`http://${host}`, { credentials, at: sandbox.now(), region, body });
    return send({ ...(init.headers as Record<string, string>), host }, body);
  }

  async function vouchedFor(host: string) {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn('VouchedFor', ABROAD),
      RoleSessionName: 'erin',
      WebIdentityToken: await federation.token({ issuer }),
    }).toString();
    return send({ host, 'content-type': 'application/x-www-form-urlencoded' }, body);
  }

  it.each([
    ['sts.amazonaws.com', 'us-east-1'],
    ['sts.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['sts-fips.us-west-2.amazonaws.com', 'us-west-2'],
    ['sts.eu-west-1.localhost:4000', 'eu-west-1'],
    ['sandbox.example', 'ap-south-1'],
  ])('%s takes a signature for %s', async (host, region) => {
    expect((await signedFor(host, region)).status).toBe(200);
  });

  it.each([
    ['sts.amazonaws.com', 'eu-west-1'],
    ['sts.eu-west-1.amazonaws.com', 'us-east-1'],
  ])('%s refuses a signature for %s', async (host, region) => {
    const { status, text } = await signedFor(host, region);
    expect(status).toBe(403);
    expect(text).toContain('<Code>SignatureDoesNotMatch</Code>');
    expect(text).toContain('Credential should be scoped to a valid Region');
  });

  it('tell the region where nobody signs, which has to be activated for the account of the role', async () => {
    expect(await vouchedFor('sts.eu-south-2.amazonaws.com')).toMatchObject({ status: 200 });
    const { status, text } = await vouchedFor('sts.eu-south-1.amazonaws.com');
    expect(status).toBe(403);
    expect(text).toContain('<Code>RegionDisabledException</Code>');
    expect(text).toContain(`STS is not activated in this region for account:${ABROAD}.`);
  });
});
