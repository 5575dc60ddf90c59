/** People whose identity provider calls them something that means more to AWS than a name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { attributeStatement, startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { lastCall } from '../support/sandbox-aws.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const ROLE = 'production-ec2-operator';
const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }],
};
const LONGEST_POLICY = 2_048;

let idp: FakeSamlIdp;
let broker: TestBroker;
beforeAll(async () => {
  idp = await startFakeSamlIdp();
  broker = await startTestBroker({
    access: ({ connectors = [], mappings = [], ...sandbox }) => ({
      ...sandbox,
      connectors: [
        ...connectors,
        { kind: 'saml', id: 'corp', label: 'Corp', metadataUrl: idp.metadataUrl, groupsAttribute: 'groups' },
      ],
      mappings: [
        ...mappings,
        {
          id: 'corp',
          connector: 'corp',
          attributes: { department: ['operations'] },
          roles: { ids: [ROLE] },
          limits: { sessionPolicy: POLICY },
        },
      ],
    }),
  });
});
afterAll(() => Promise.all([broker.close(), idp.close()]));

async function signIn(name: string): Promise<ApiClient> {
  const browser = new HttpBrowser();
  const { headers } = await browser.send(`${broker.baseUrl}/sign-in/corp`);
  const text = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const form = idp.answer(new URL(headers.get('location') ?? ''), {
    subjectXml: `<saml:NameID>${text}</saml:NameID>`,
    attributesXml: attributeStatement([
      ['department', ['operations']],
      ['displayName', [text]],
      ['email', [text]],
      ['groups', [text]],
    ]),
  });
  const page = await browser.send(`${broker.baseUrl}/saml/corp/acs`, {
    method: 'POST',
    form: new Map(Object.entries(form)),
    from: 'http://localhost:1/',
  });
  expect(page.status).toBe(303);
  return ApiClient.ofBrowser(browser, broker.baseUrl);
}

describe('A10: a name', () => {
  it.each([
    'ann"}],"Statement":[{"Effect":"Allow","Action":"*","Resource":"*',
    "ann'},{'Effect':'Allow'",
    'ann\\"',
    '*',
    'a?n',
    '${aws:username}',
    'ann${*}${$}{aws:PrincipalTag/team, "x"}',
    'arn:aws:iam::*:role/*',
    '<Policy>&amp;</Policy>',
    'ann&Policy={}&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/AdministratorAccess',
  ])('of %s reaches AWS as a name, and the session policy as it was written', async (name) => {
    const api = await signIn(name);
    const { status, body } = await api.credentials(ROLE);
    expect(status, JSON.stringify(body)).toBe(200);
    const call = await lastCall(broker.awsUrl, 'AssumeRole');
    const { policy, policyArns, roleSessionName } = call.parameters as Record<string, unknown>;
    expect(JSON.parse(String(policy))).toEqual(POLICY);
    expect(String(policy).length).toBeLessThanOrEqual(LONGEST_POLICY);
    expect(policyArns ?? []).toEqual([]);
    expect(roleSessionName).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});
