import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  DEVELOPMENT,
  EXAMPLE_CORP,
  failureOf,
  PRODUCTION,
  startSandboxAws,
  type TestSandboxAws,
  TOOLS,
} from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
let original: string;

beforeAll(async () => {
  sandbox = await startSandboxAws();
  original = (await ask('GET')).text;
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  expect((await ask('PUT', '', original)).status).toBe(200);
});

interface Told {
  readonly status: number;
  readonly text: string;
  readonly etag: string;
}

async function ask(
  method: string,
  path = '',
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Told> {
  const response = await fetch(`${sandbox.url}/_sandbox/organization${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    text: await response.text(),
    etag: response.headers.get('etag') ?? '',
  };
}

function problemsOf({ text }: Told): { path: string; message: string; code?: string; line?: number }[] {
  return (JSON.parse(text) as { problems: { path: string; message: string }[] }).problems;
}

const role = (principal: object, more: object = {}) => ({
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  },
  ...more,
});
const byBroker = role({ AWS: `arn:aws:iam::${TOOLS}:user/daypass-broker` });

describe('reading the organization', () => {
  it('is JSON, or YAML for whoever prefers it, with the placeholders that were written', async () => {
    const yaml = await ask('GET', '', undefined, { accept: 'application/yaml' });
    expect(parse(yaml.text)).toEqual(JSON.parse(original));
    expect(yaml.text).toContain('${brokerUrl}/aws/saml/metadata');
  });

  it('finds one account and one entry, also where the name holds slashes', async () => {
    expect(JSON.parse((await ask('GET', `/accounts/${EXAMPLE_CORP}`)).text)).toMatchObject({
      alias: 'example-corp',
    });
    const issuer = encodeURIComponent('${brokerUrl}/aws');
    expect(
      JSON.parse((await ask('GET', `/accounts/${DEVELOPMENT}/oidcProviders/${issuer}`)).text),
    ).toMatchObject({ clientIds: ['sts.amazonaws.com'] });
    expect((await ask('GET', `/accounts/${TOOLS}/roles/Nobody`)).status).toBe(404);
    expect((await ask('GET', `/accounts/${TOOLS}/toString/x`)).status).toBe(404);
  });

  it('gives the keys of a user that are derived, and says nothing of one who has none', async () => {
    const { accessKeyId, secretAccessKey } = sandbox.keyOf(TOOLS, 'reports');
    expect(JSON.parse((await ask('GET', `/accounts/${TOOLS}/users/reports/credentials`)).text)).toEqual({
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
    });
    await ask('PUT', `/accounts/${TOOLS}/users/keyless`, { accessKeys: [] });
    expect((await ask('GET', `/accounts/${TOOLS}/users/keyless/credentials`)).status).toBe(404);
  });
});

describe('changing the organization', () => {
  it('makes a user whose key works at once, and ends it with the user', async () => {
    expect((await ask('PUT', `/accounts/${PRODUCTION}/users/new`, { path: '/team/' })).status).toBe(201);
    const client = sandbox.client(sandbox.keyOf(PRODUCTION, 'new'));
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:iam::${PRODUCTION}:user/team/new`);
    expect((await ask('DELETE', `/accounts/${PRODUCTION}/users/new`)).status).toBe(204);
    expect(await failureOf(client.send(new GetCallerIdentityCommand({})))).toMatchObject({
      code: 'InvalidClientTokenId',
      status: 403,
    });
  });

  it('gives a user who is made again other keys', async () => {
    const before = sandbox.keyOf(TOOLS, 'reports');
    await ask('DELETE', `/accounts/${TOOLS}/users/reports`);
    await ask('PUT', `/accounts/${TOOLS}/users/reports`, {});
    expect(sandbox.keyOf(TOOLS, 'reports')).not.toEqual(before);
  });

  it.each([
    ['groups', 'admins', {}],
    ['roles', 'Fresh', byBroker],
    ['samlProviders', 'other', { metadataUrl: 'https://idp.example/metadata' }],
    ['managedPolicies', 'team/Read', { document: policy('s3:ListBucket') }],
    ['serviceControlPolicies', 'guard', { document: policy('*') }],
    ['instances', 'i-0123456789abcdef0', { region: 'eu-central-1', type: 't3.micro', name: 'x' }],
    ['buckets', 'a-new-bucket', { region: 'eu-central-1', objects: {} }],
  ])('makes, changes and removes one of %s', async (list, name, entity) => {
    const path = `/accounts/${PRODUCTION}/${list}/${encodeURIComponent(name)}`;
    expect((await ask('PUT', path, entity)).status).toBe(201);
    expect((await ask('PUT', path, entity)).status).toBe(200);
    expect(JSON.parse((await ask('GET', path)).text)).toMatchObject(entity);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('DELETE', path)).status).toBe(404);
  });

  it('makes and removes an account', async () => {
    const path = '/accounts/123456789012';
    expect((await ask('PUT', path, { name: 'Another', users: [{ name: 'someone' }] })).status).toBe(201);
    expect(sandbox.keyOf('123456789012', 'someone').accessKeyId).toMatch(/^AKIA/);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('PUT', `${path}/users/x`, {})).status).toBe(404);
  });

  it('takes a whole organization as YAML', async () => {
    const yaml = 'accounts:\n  - id: "123456789012"\n    name: Alone\n';
    const answer = await ask('PUT', '', yaml, { 'content-type': 'application/yaml' });
    expect(answer.status).toBe(200);
    expect(sandbox.aws.world.accounts.map(({ name }) => name)).toEqual(['Alone']);
  });
});

describe('what is refused changes nothing', () => {
  it('tells every problem at once, with the line of each', async () => {
    const yaml = [
      'accounts:',
      '  - id: 123456789012',
      '    name: One',
      '    colour: red',
      '    roles:',
      '      - name: Operator',
      '        maxSessionSeconds: 60',
    ].join('\n');
    const answer = await ask('PUT', '', yaml, { 'content-type': 'application/yaml' });
    expect(answer.status).toBe(400);
    expect(problemsOf(answer).map(({ path, line }) => [path, line])).toEqual([
      ['accounts[0].id', 2],
      ['accounts[0].colour', 4],
      ['accounts[0].roles[0].trustPolicy', 6],
      ['accounts[0].roles[0].maxSessionSeconds', 7],
    ]);
    expect((await ask('GET')).text).toBe(original);
  });

  it('says where in a policy the mistake is', async () => {
    const yaml = [
      'accounts:',
      '  - id: "123456789012"',
      '    name: One',
      '    users:',
      '      - name: someone',
      '        policies:',
      '          - name: read',
      '            document:',
      '              Version: "2012-10-17"',
      '              Statement:',
      '                - Effect: Allow',
      '                  Action: s3:*',
      '                  Resource: "*"',
      '                - Effect: Permit',
      '                  Action: s3:*',
      '                  Resource: "*"',
    ].join('\n');
    const [problem, ...others] = problemsOf(
      await ask('PUT', '', yaml, { 'content-type': 'application/yaml' }),
    );
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'MalformedPolicyDocument', line: 14 });
    expect(problem?.path).toBe('accounts[0].users[0].policies[0].document.Statement[1].Effect');
  });

  it.each([
    ['no YAML', '{ accounts: ['],
    ['nothing', ''],
    ['a list', '[]'],
    ['no accounts', '{"accounts":[]}'],
    ['depth without end', '['.repeat(100_000)],
    [
      'aliases without end',
      'a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n',
    ],
    [
      'a file of the server',
      '{"accounts":[{"id":"123456789012","name":"a","samlProviders":[{"name":"p","metadataFile":"/etc/passwd"}]}]}',
    ],
    [
      'two names for one role',
      JSON.stringify({
        accounts: [
          {
            id: '123456789012',
            name: 'a',
            roles: [
              { name: 'x', ...role({ AWS: '*' }) },
              { name: 'X', ...role({ AWS: '*' }) },
            ],
          },
        ],
      }),
    ],
    [
      'an unknown group',
      '{"accounts":[{"id":"123456789012","name":"a","users":[{"name":"u","groups":["g"]}]}]}',
    ],
    [
      'two accounts of one id',
      '{"accounts":[{"id":"123456789012","name":"a"},{"id":"123456789012","name":"b"}]}',
    ],
    ['a prototype', '{"accounts":[{"id":"123456789012","name":"a","__proto__":{"alias":"b"}}]}'],
  ])('%s', async (_what, body) => {
    const answer = await ask('PUT', '', body, { 'content-type': 'application/yaml' });
    expect(answer.status).toBe(400);
    expect(problemsOf(answer)).not.toEqual([]);
    expect((await ask('GET')).text).toBe(original);
  });

  it('more than it reads, without reading it', async () => {
    expect((await ask('PUT', '', ' '.repeat(2_100_000))).status).toBe(413);
  });

  it('an entry under a name that is not its own', async () => {
    const answer = await ask('PUT', `/accounts/${TOOLS}/users/one`, { name: 'two' });
    expect(answer.status).toBe(400);
    expect(problemsOf(answer)).toEqual([{ path: '', message: 'name is not the one of the address' }]);
  });

  it('a managed policy that somebody still uses', async () => {
    await ask('PUT', `/accounts/${TOOLS}/managedPolicies/Read`, { document: policy('s3:ListBucket') });
    const arn = `arn:aws:iam::${TOOLS}:policy/Read`;
    await ask('PUT', `/accounts/${TOOLS}/users/reader`, { managedPolicyArns: [arn] });
    const answer = await ask('DELETE', `/accounts/${TOOLS}/managedPolicies/Read`);
    expect(problemsOf(answer)).toEqual([expect.objectContaining({ code: 'NoSuchEntity' })]);
    expect(sandbox.aws.world.findManagedPolicy(arn)).toBeDefined();
  });

  it('whoever expected another version', async () => {
    const { etag } = await ask('GET');
    const path = `/accounts/${TOOLS}/users/somebody`;
    const first = await ask('PUT', path, {}, { 'if-match': etag });
    expect(first.status).toBe(201);
    expect(first.etag).not.toBe(etag);
    expect((await ask('PUT', path, { tags: { a: 'b' } }, { 'if-match': etag })).status).toBe(412);
    expect((await ask('DELETE', path, undefined, { 'if-match': etag })).status).toBe(412);
    expect((await ask('PUT', path, {}, { 'if-none-match': '*' })).status).toBe(412);
    expect((await ask('DELETE', path, undefined, { 'if-match': first.etag })).status).toBe(204);
  });

  it('a page of another origin', async () => {
    const origin = { origin: 'https://evil.example' };
    expect((await ask('PUT', `/accounts/${TOOLS}/users/evil`, {}, origin)).status).toBe(403);
    expect((await ask('GET', `/accounts/${TOOLS}/users/reports/credentials`, undefined, origin)).status).toBe(
      403,
    );
  });
});

function policy(action: string): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] };
}
