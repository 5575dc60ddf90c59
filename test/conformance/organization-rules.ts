/** Whom IAM means by a name: unique ids, and what becomes of those who are made again. */
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { credentialsIn, TOOLS } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import {
  again,
  allowing,
  assume,
  identity,
  make,
  remove,
  roleArn,
  session,
  trusting,
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

export const ORGANIZATION_RULES: readonly Rule[] = [...uniqueIds];
