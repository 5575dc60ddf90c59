/** What IAM keeps of names and policies: unique ids, principals that exist, quotas. */
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { credentialsIn, TOOLS } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import {
  again,
  allowing,
  assume,
  documentOfLength,
  identity,
  make,
  put,
  remove,
  roleArn,
  session,
  trusting,
  trustOfLength,
  userArn,
} from './organization-ask.ts';
import type { Rule } from './rule.ts';

const SUCCESS = { status: 200, code: 'Success' } as const;
const ENDED = { status: 403, code: 'InvalidClientTokenId' } as const;
const denied = (who: string, role: string) => ({
  status: 403,
  code: 'AccessDenied',
  message: `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${roleArn(role)}`,
});

const uniqueIds: readonly Rule[] = [
  {
    section: '9.3 Principal ids',
    rule: 'A role that is made again under its name has another id, which its sessions show',
    confidence: 'documented',
    ask: async (sandbox) => {
      await make(sandbox, 'users/sees', {});
      const role = { trustPolicy: trusting(userArn('sees')) };
      await make(sandbox, 'roles/Seen', role);
      const userIdNow = async (): Promise<unknown> => {
        const { result } = await identity(sandbox, await session(sandbox, 'sees', 'Seen'));
        return (result as { UserId?: string }).UserId;
      };
      const before = await userIdNow();
      await again(sandbox, 'roles/Seen', role);
      const after = await userIdNow();
      return { ...SUCCESS, message: '', result: { after, isAnother: after !== before } };
    },
    answer: {
      ...SUCCESS,
      result: { after: expect.stringMatching(/^AROA[A-Z0-9]{17}:row$/) as unknown, isAnother: true },
    },
  },
  {
    section: '9.3 Principal ids',
    rule: 'A trust policy does not name the user who was made again under the name it says',
    confidence: 'documented',
    ask: async (sandbox) => {
      await make(sandbox, 'users/remade', {});
      await make(sandbox, 'roles/ForRemade', { trustPolicy: trusting(userArn('remade')) });
      await again(sandbox, 'users/remade', {});
      return assume(sandbox, sandbox.keyOf(TOOLS, 'remade'), 'ForRemade');
    },
    answer: denied(userArn('remade'), 'ForRemade'),
  },
  {
    section: '9.3 Principal ids',
    rule: 'It does as soon as it is saved again, though not a letter of it changes',
    confidence: 'documented',
    ask: async (sandbox) => {
      await make(sandbox, 'users/back', {});
      const role = { trustPolicy: trusting(userArn('back')) };
      await make(sandbox, 'roles/ForBack', role);
      await again(sandbox, 'users/back', {});
      await make(sandbox, 'roles/ForBack', role);
      return assume(sandbox, sandbox.keyOf(TOOLS, 'back'), 'ForBack');
    },
    answer: { ...SUCCESS, result: { AssumedRoleUser: { Arn: expect.any(String) as unknown } } },
  },
  {
    section: '9.3 Principal ids',
    rule: 'A trust policy does not name the role that was made again, nor any session of it',
    confidence: 'documented',
    ask: async (sandbox) => {
      await make(sandbox, 'users/chains', {});
      const hub = { trustPolicy: trusting(userArn('chains')) };
      await make(sandbox, 'roles/Hub', hub);
      await make(sandbox, 'roles/BehindHub', { trustPolicy: trusting(roleArn('Hub')) });
      await again(sandbox, 'roles/Hub', hub);
      return assume(sandbox, await session(sandbox, 'chains', 'Hub'), 'BehindHub');
    },
    answer: denied(`arn:aws:sts::${TOOLS}:assumed-role/Hub/row`, 'BehindHub'),
  },
  {
    section: '9.3 Principal ids',
    rule: 'A policy that names the account goes on naming whoever is made in it',
    confidence: 'documented',
    ask: async (sandbox) => {
      const user = { policies: [{ name: 'assume', document: allowing('sts:AssumeRole') }] };
      await make(sandbox, 'users/member', user);
      await make(sandbox, 'roles/ForAccount', { trustPolicy: trusting(TOOLS) });
      await again(sandbox, 'users/member', user);
      return assume(sandbox, sandbox.keyOf(TOOLS, 'member'), 'ForAccount');
    },
    answer: { ...SUCCESS, result: { AssumedRoleUser: { Arn: expect.any(String) as unknown } } },
  },
  {
    section: '9.3 Principal ids',
    rule: 'IAM shows the id that is left in a trust policy when its user is gone',
    confidence: 'documented',
    ask: async (sandbox): Promise<Answer> => {
      const reads = { policies: [{ name: 'read', document: allowing('iam:GetRole') }] };
      await make(sandbox, 'users/reads-roles', reads);
      await make(sandbox, 'users/leaves', {});
      await make(sandbox, 'roles/Left', { trustPolicy: trusting(userArn('leaves')) });
      await remove(sandbox, 'users/leaves');
      const credentials = sandbox.keyOf(TOOLS, 'reads-roles');
      const client = new IAMClient({
        region: 'us-east-1',
        endpoint: sandbox.url,
        credentials,
        maxAttempts: 1,
      });
      const answer = await told(client.send(new GetRoleCommand({ RoleName: 'Left' })));
      client.destroy();
      const { Role } = answer.result as { Role?: { AssumeRolePolicyDocument?: string } };
      return { ...answer, result: { trust: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '') } };
    },
    answer: {
      ...SUCCESS,
      result: { trust: expect.stringMatching(/"Principal":\{"AWS":\["AIDA[A-Z0-9]{17}"\]\}/) as unknown },
    },
  },
  {
    section: '2.9 Identifiers',
    rule: 'The sessions of a role end with it',
    confidence: 'known',
    ask: async (sandbox) => {
      await make(sandbox, 'users/outlives', {});
      await make(sandbox, 'roles/Ends', { trustPolicy: trusting(userArn('outlives')) });
      const credentials = await session(sandbox, 'outlives', 'Ends');
      await remove(sandbox, 'roles/Ends');
      return identity(sandbox, credentials);
    },
    answer: ENDED,
  },
  {
    section: '2.9 Identifiers',
    rule: 'They do not come back with another role of its name',
    confidence: 'known',
    ask: async (sandbox) => {
      await make(sandbox, 'users/waits', {});
      const role = { trustPolicy: trusting(userArn('waits')) };
      await make(sandbox, 'roles/Returns', role);
      const credentials = await session(sandbox, 'waits', 'Returns');
      await again(sandbox, 'roles/Returns', role);
      return identity(sandbox, credentials);
    },
    answer: ENDED,
  },
  {
    section: '2.9 Identifiers',
    rule: 'The sessions that a user got for itself end with the user',
    confidence: 'known',
    ask: async (sandbox) => {
      await make(sandbox, 'users/own-session', {});
      const client = sandbox.client(sandbox.keyOf(TOOLS, 'own-session'));
      const credentials = credentialsIn(await client.send(new GetSessionTokenCommand({})));
      await remove(sandbox, 'users/own-session');
      return identity(sandbox, credentials);
    },
    answer: ENDED,
  },
];

const malformed = { status: 400, code: 'MalformedPolicyDocument' } as const;
const invalidPrincipal = (principal: string) => ({
  ...malformed,
  message: `Invalid principal in policy: "AWS":"${principal}"`,
});
const EVERY_SESSION = `arn:aws:sts::${TOOLS}:assumed-role/EdgeListBuckets/*`;

const principals: readonly Rule[] = [
  {
    section: '6.2 Policy documents',
    rule: 'A trust policy that names a role that is not there is not saved',
    confidence: 'quoted',
    ask: (sandbox) => put(sandbox, 'roles/Hopeful', { trustPolicy: trusting(roleArn('Nobody')) }),
    answer: invalidPrincipal(roleArn('Nobody')),
  },
  {
    section: '6.2 Policy documents',
    rule: 'Nor one that names an account that is not there',
    confidence: 'quoted',
    ask: (sandbox) =>
      put(sandbox, 'roles/Hopeful', { trustPolicy: trusting('arn:aws:iam::999999999999:root') }),
    answer: invalidPrincipal('arn:aws:iam::999999999999:root'),
  },
  {
    section: '6.2 Policy documents',
    rule: 'Nor one that names all sessions of a role by a wildcard',
    confidence: 'quoted',
    ask: (sandbox) => put(sandbox, 'roles/Hopeful', { trustPolicy: trusting(EVERY_SESSION) }),
    answer: invalidPrincipal(EVERY_SESSION),
  },
  {
    section: '6.2 Policy documents',
    rule: 'Nor one that names itself before it is there',
    confidence: 'documented',
    ask: (sandbox) => put(sandbox, 'roles/Selfish', { trustPolicy: trusting(roleArn('Selfish')) }),
    answer: invalidPrincipal(roleArn('Selfish')),
  },
  {
    section: '6.2 Policy documents',
    rule: 'Nor one that keeps the id of a user who is gone',
    confidence: 'known',
    ask: (sandbox) => put(sandbox, 'roles/Hopeful', { trustPolicy: trusting('AIDAIOSFODNN7EXAMPLEX') }),
    answer: malformed,
  },
  {
    section: '6.2 Policy documents',
    rule: 'A trust policy has no Resource: the role is it',
    confidence: 'known',
    ask: (sandbox) => {
      const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Resource: '*' }];
      return put(sandbox, 'roles/Hopeful', { trustPolicy: { Version: '2012-10-17', Statement } });
    },
    answer: malformed,
  },
];

const limited = (message: string) => ({ status: 409, code: 'LimitExceeded', message });
const anyone = trusting(TOOLS);

const quotas: readonly Rule[] = [
  {
    section: '9.5 Quotas',
    rule: 'A trust policy has 2,048 characters at most',
    confidence: 'quoted',
    ask: (sandbox) => put(sandbox, 'roles/Wordy', { trustPolicy: trustOfLength(2300) }),
    answer: limited('Cannot exceed quota for ACLSizePerRole: 2048'),
  },
  {
    section: '9.5 Quotas',
    rule: 'A role has ten managed policies at most',
    confidence: 'quoted',
    ask: async (sandbox) => {
      const names = Array.from({ length: 11 }, (_, index) => `Attached${index}`);
      for (const name of names)
        await make(sandbox, `managedPolicies/${name}`, { document: allowing('s3:ListBucket') });
      const managedPolicyArns = names.map((name) => `arn:aws:iam::${TOOLS}:policy/${name}`);
      return put(sandbox, 'roles/Collector', { trustPolicy: anyone, managedPolicyArns });
    },
    answer: limited('Cannot exceed quota for PoliciesPerRole: 10'),
  },
  {
    section: '9.5 Quotas',
    rule: 'The inline policies of a role have 10,240 characters together',
    confidence: 'quoted',
    ask: (sandbox) => {
      const policies = ['one', 'two'].map((name) => ({ name, document: documentOfLength(5300) }));
      return put(sandbox, 'roles/Copious', { trustPolicy: anyone, policies });
    },
    answer: limited('Maximum policy size of 10240 bytes exceeded for role Copious'),
  },
  {
    section: '9.5 Quotas',
    rule: 'Those of a user have 2,048',
    confidence: 'quoted',
    ask: (sandbox) =>
      put(sandbox, 'users/copious', { policies: [{ name: 'one', document: documentOfLength(2300) }] }),
    answer: limited('Maximum policy size of 2048 bytes exceeded for user copious'),
  },
  {
    section: '9.5 Quotas',
    rule: 'A managed policy has 6,144',
    confidence: 'quoted',
    ask: (sandbox) => put(sandbox, 'managedPolicies/Endless', { document: documentOfLength(6400) }),
    answer: limited('Cannot exceed quota for PolicySize: 6144'),
  },
  {
    section: '9.16 Names',
    rule: 'A role has no name that differs from another’s only in its capitals',
    confidence: 'quoted',
    ask: (sandbox) => put(sandbox, 'roles/dayPASShub', { trustPolicy: anyone }),
    answer: {
      status: 409,
      code: 'EntityAlreadyExists',
      message: 'Role with name dayPASShub already exists.',
    },
  },
  {
    section: '9.16 Names',
    rule: 'A role is found by its ARN only in the capitals it has',
    confidence: 'known',
    ask: async (sandbox) => {
      await make(sandbox, 'users/shouts', {});
      await make(sandbox, 'roles/Quiet', { trustPolicy: trusting(userArn('shouts')) });
      return assume(sandbox, sandbox.keyOf(TOOLS, 'shouts'), 'QUIET');
    },
    answer: { status: 403, code: 'AccessDenied' },
  },
  {
    section: '9.5 Quotas',
    rule: 'Only a managed policy that is there can be attached',
    confidence: 'quoted',
    ask: (sandbox) =>
      put(sandbox, 'users/hopeful', { managedPolicyArns: ['arn:aws:iam::aws:policy/Missing'] }),
    answer: {
      status: 404,
      code: 'NoSuchEntity',
      message: 'Policy arn:aws:iam::aws:policy/Missing does not exist or is not attachable.',
    },
  },
];

export const ORGANIZATION_RULES: readonly Rule[] = [...uniqueIds, ...principals, ...quotas];
