/** What a session may do: the policies of its role or user, narrowed by its own, and what resources add to that. */
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import {
  assume,
  caller,
  federated,
  listBuckets,
  listObjects,
  policyText,
  session,
  SUCCESS,
  user,
  type Who,
} from './assume-role-ask.ts';
import { ABROAD, allow, BUCKET, deny, document, HOME, inline, role, roleArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

const LIST_BUCKETS = allow('s3:ListAllMyBuckets');
const LIST_OBJECTS = allow('s3:ListBucket');
const BOTH = inline(LIST_BUCKETS, LIST_OBJECTS);
const sessionArn = (name: string) => `arn:aws:sts::${HOME}:assumed-role/${name}/erin`;

export const SESSION_ROLES: readonly RoleData[] = [
  role('Lists', {}, { policies: BOTH }),
  role('ListsBuckets', {}, { policies: inline(LIST_BUCKETS) }),
  role('Bounded', {}, { policies: BOTH, boundary: { name: 'boundary', document: document(LIST_BUCKETS) } }),
  role('NamedByBucket'),
  role('SessionNamedByBucket'),
];

/** The bucket names a role, a session of another, and a federated user. */
export const BUCKET_POLICY = document({
  Effect: 'Allow',
  Principal: {
    AWS: [
      roleArn('NamedByBucket'),
      sessionArn('SessionNamedByBucket'),
      `arn:aws:sts::${HOME}:federated-user/named`,
    ],
  },
  Action: 's3:ListBucket',
  Resource: `arn:aws:s3:::${BUCKET}`,
});

const managed = (name: string, account = HOME) => ({ arn: `arn:aws:iam::${account}:policy/${name}` });
const as = (name: string, input: object = {}): Who => session(caller, { RoleArn: roleArn(name), ...input });
const ONLY_BUCKETS = { Policy: policyText(LIST_BUCKETS) };
const DENIED = { status: 403, code: 'AccessDenied' } as const;

const section = '2.4 Session policies';

const narrowing: readonly Rule[] = [
  {
    section,
    rule: 'Without a session policy a session may do what its role may',
    confidence: 'documented',
    ask: listObjects(as('Lists')),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A session policy takes away what it does not allow',
    confidence: 'documented',
    ask: listObjects(as('Lists', ONLY_BUCKETS)),
    answer: { ...DENIED, message: /because no session policy allows the s3:ListBucket action$/ },
  },
  {
    section,
    rule: 'A session policy leaves what it allows',
    confidence: 'documented',
    ask: listBuckets(as('Lists', ONLY_BUCKETS)),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A session policy gives nothing that the role has not',
    confidence: 'documented',
    ask: listObjects(as('ListsBuckets', { Policy: policyText(allow('*')) })),
    answer: { ...DENIED, message: /because no identity-based policy allows the s3:ListBucket action$/ },
  },
  {
    section,
    rule: 'A deny in a session policy wins over an allow beside it',
    confidence: 'documented',
    ask: listObjects(as('Lists', { Policy: policyText(allow('s3:*'), deny('s3:ListBucket')) })),
    answer: { ...DENIED, message: /with an explicit deny in a session policy$/ },
  },
  {
    section,
    rule: "Managed policies of AWS's can be session policies",
    confidence: 'documented',
    ask: listObjects(as('Lists', { PolicyArns: [managed('ListBuckets', 'aws')] })),
    answer: { ...DENIED, message: /because no session policy allows/ },
  },
  {
    section,
    rule: 'Of several session policies one has to allow',
    confidence: 'documented',
    ask: listObjects(as('Lists', { PolicyArns: [managed('ListBuckets'), managed('ListObjects')] })),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'An inline policy and a managed one are several',
    confidence: 'documented',
    ask: listObjects(as('Lists', { ...ONLY_BUCKETS, PolicyArns: [managed('ListObjects')] })),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A session stays within the permissions boundary of its role',
    confidence: 'documented',
    ask: listObjects(as('Bounded')),
    answer: { ...DENIED, message: /because no permissions boundary allows the s3:ListBucket action$/ },
  },
];

const resources: readonly Rule[] = [
  {
    section: '2.4 Resource policies',
    rule: 'A resource that names the role lets its sessions in without a policy of the role',
    confidence: 'documented',
    ask: listObjects(as('NamedByBucket')),
    answer: SUCCESS,
  },
  {
    section: '2.4 Resource policies',
    rule: 'A session policy narrows what a resource gives to the role',
    confidence: 'documented',
    ask: listObjects(as('NamedByBucket', ONLY_BUCKETS)),
    answer: { ...DENIED, message: /because no session policy allows/ },
  },
  {
    section: '2.4 Resource policies',
    rule: 'A session policy does not narrow what a resource gives to the session',
    confidence: 'documented',
    ask: listObjects(as('SessionNamedByBucket', ONLY_BUCKETS)),
    answer: SUCCESS,
  },
  {
    section: '2.4 Resource policies',
    rule: 'A federated user without any session policy may do what a resource gives to that user',
    confidence: 'documented',
    ask: listObjects(federated(caller, { Name: 'named' })),
    answer: SUCCESS,
  },
];

const federatedUsers: readonly Rule[] = [
  {
    section,
    rule: 'A federated user without any session policy may do nothing of what its user may',
    confidence: 'documented',
    ask: listObjects(federated(caller)),
    answer: { ...DENIED, message: /because no session policy allows the s3:ListBucket action$/ },
  },
  {
    section,
    rule: 'A federated user may do what its session policy and its user allow',
    confidence: 'documented',
    ask: listObjects(federated(caller, { PolicyArns: [managed('ListObjects')] })),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A federated user may do nothing that its user may not',
    confidence: 'documented',
    ask: listObjects(federated(user('mfa-role'), { Policy: policyText(allow('*')) })),
    answer: { ...DENIED, message: /because no identity-based policy allows the s3:ListBucket action$/ },
  },
];

const wrong: readonly Rule[] = [
  {
    section,
    rule: 'A session policy that is no JSON is refused',
    confidence: 'known',
    ask: assume(caller, { RoleArn: roleArn('Lists'), Policy: '{"Version":' }),
    answer: { status: 400, code: 'MalformedPolicyDocument' },
  },
  {
    section,
    rule: 'A session policy that is no policy is refused',
    confidence: 'known',
    ask: assume(caller, { RoleArn: roleArn('Lists'), Policy: '{"Statement":[{"Effect":"Perhaps"}]}' }),
    answer: { status: 400, code: 'MalformedPolicyDocument' },
  },
  {
    section,
    rule: 'A session policy names no principals',
    confidence: 'known',
    ask: assume(caller, {
      RoleArn: roleArn('Lists'),
      Policy: policyText({ ...allow('*'), Principal: '*' }),
    }),
    answer: { status: 400, code: 'MalformedPolicyDocument' },
  },
  {
    section,
    rule: 'A managed policy that is not there cannot be a session policy',
    confidence: 'known',
    ask: assume(caller, { RoleArn: roleArn('Lists'), PolicyArns: [managed('NoSuchPolicy')] }),
    answer: { status: 400, code: 'ValidationError' },
  },
  {
    section,
    rule: "A managed policy of another account than the role's cannot be a session policy",
    confidence: 'known',
    ask: assume(caller, { RoleArn: roleArn('Lists'), PolicyArns: [managed('ListObjects', ABROAD)] }),
    answer: { status: 400, code: 'ValidationError' },
  },
];

export const SESSION_RULES: readonly Rule[] = [...narrowing, ...resources, ...federatedUsers, ...wrong];
