/** Which policies IAM saves: principals that exist, and quotas. */
import { TOOLS } from '../support/start-sandbox-aws.ts';
import {
  allowing,
  assume,
  documentOfLength,
  make,
  put,
  roleArn,
  trusting,
  trustOfLength,
  userArn,
} from './organization-ask.ts';
import type { Rule } from './rule.ts';

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

export const ORGANIZATION_QUOTA_RULES: readonly Rule[] = [...principals, ...quotas];
