/**
 * An organization for the rows about IAM, Organizations, S3 and EC2: a reader of everything and somebody who may
 * nothing in each of three accounts, two of one organization; buckets with policies; tagged instances.
 */
import { createHash } from 'node:crypto';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { S3Client } from '@aws-sdk/client-s3';
import { accessKeyIdFor } from '../../src/sandbox/aws/organization/identifiers.ts';
import type {
  AccountData,
  BucketData,
  InstanceData,
  UserData,
  WorldData,
} from '../../src/sandbox/aws/organization/world-data.ts';
import type { Credentials, TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';

/** Owns the organization. */
export const MANAGEMENT = '111122223333';
export const MEMBER = '222233334444';
/** In no organization. */
export const STRANGER = '999900001111';

export const WORKER = 'i-0b9c8d7e6f5a40312';
export const API = 'i-0b1122334455667aa';
export const GONE = 'i-00000000000000000';

const document = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*') => ({
  Effect: 'Allow',
  Action,
  Resource,
});

function user(accountId: string, name: string, ...statements: readonly object[]): UserData {
  const random = createHash('sha256').update(`${accountId}/${name}`).digest();
  const id = accessKeyIdFor('AKIA', accountId, random);
  return {
    name,
    accessKeys: [{ id, secret: random.toString('base64').slice(0, 40) }],
    policies: statements.length === 0 ? [] : [{ name: 'inline', document: document(...statements) }],
  };
}

function usersOf(accountId: string): readonly UserData[] {
  return [
    user(accountId, 'reader', allow('*')),
    user(accountId, 'nobody'),
    user(accountId, 'lister', allow(['s3:ListAllMyBuckets', 's3:ListBucket'])),
    user(accountId, 'getter', allow('s3:GetObject')),
    user(accountId, 'by-prefix', {
      ...allow('s3:ListBucket'),
      Condition: { StringEquals: { 's3:prefix': 'photos/' } },
    }),
    user(accountId, 'by-tag', {
      ...allow('ec2:TerminateInstances'),
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'payments' } },
    }),
    { ...user(accountId, 'bounded', allow('*')), mfaSeed: new Uint8Array(20).fill(7) },
  ];
}

const MANAGEMENT_BUCKETS: readonly BucketData[] = [
  {
    name: 'services-photos',
    region: 'us-east-1',
    objects: {
      'photos/2025/a.txt': 'a',
      'photos/2025/b.txt': 'b',
      'photos/2026/c d.txt': 'c',
      'readme.txt': 'hello\n',
    },
  },
  { name: 'services-frankfurt', region: 'eu-central-1', objects: { 'x.txt': 'x' } },
  {
    name: 'services-shared',
    region: 'us-east-1',
    objects: { 'shared.txt': 'shared\n', 'secret.txt': 'secret\n' },
    policy: document(
      {
        Effect: 'Allow',
        Principal: { AWS: [`arn:aws:iam::${STRANGER}:root`, `arn:aws:iam::${MANAGEMENT}:user/nobody`] },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::services-shared/*',
      },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::services-shared/secret.txt',
      },
    ),
  },
];

function instance(id: string, name: string, tags: Readonly<Record<string, string>>): InstanceData {
  return { id, name, region: 'us-east-1', type: 't3.small', tags };
}

export function servicesWorld(): WorldData {
  const trust = document({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${MANAGEMENT}:root` },
    Action: 'sts:AssumeRole',
  });
  const accounts: readonly AccountData[] = [
    {
      id: MANAGEMENT,
      name: 'Management',
      alias: 'services-management',
      organizationId: 'o-services12',
      isManagementAccount: true,
      users: usersOf(MANAGEMENT),
      roles: [
        { name: 'Alpha', trustPolicy: trust, description: 'The first.', tags: { team: 'payments' } },
        { name: 'Beta', trustPolicy: trust, path: '/division/', maxSessionSeconds: 7200 },
        { name: 'Gamma', trustPolicy: trust, policies: [{ name: 'all', document: document(allow('*')) }] },
      ],
      buckets: MANAGEMENT_BUCKETS,
      instances: [
        instance(WORKER, 'worker', { team: 'payments' }),
        instance(API, 'api', { team: 'search' }),
        ...Array.from({ length: 5 }, (_, at) => instance(`i-1000000${at}`, `batch-${at}`, {})),
      ],
      disabledRegions: ['af-south-1'],
    },
    { id: MEMBER, name: 'Member', organizationId: 'o-services12', users: usersOf(MEMBER) },
    { id: STRANGER, name: 'Stranger', users: usersOf(STRANGER) },
  ];
  return { accounts };
}

export type Who = (sandbox: TestSandboxAws) => Credentials | Promise<Credentials>;

export const who =
  (name: string, account = MANAGEMENT): Who =>
  (sandbox) =>
    sandbox.keyOf(account, name);

export const reader = who('reader');
export const nobody = who('nobody');

/** A client of AWS's own, for as long as one question takes. */
interface AnyClient {
  send(command: never): Promise<object>;
  destroy(): void;
}

const CLIENTS = { ec2: EC2Client, iam: IAMClient, organizations: OrganizationsClient, s3: S3Client } as const;

export interface Asking {
  readonly region?: string;
}

/** @param command of the service's own client */
export function asking(service: keyof typeof CLIENTS, { region = 'us-east-1' }: Asking = {}) {
  return (caller: Who, command: object) =>
    async (sandbox: TestSandboxAws): Promise<Answer> => {
      const client: AnyClient = new CLIENTS[service]({
        region,
        endpoint: sandbox.url,
        credentials: await caller(sandbox),
        maxAttempts: 1,
      });
      try {
        return await told(client.send(command as never));
      } finally {
        client.destroy();
      }
    };
}
