/** What everybody is called: ARNs, ids, and access keys that name their account. */
import { GetAccessKeyInfoCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import { told } from './ask.ts';
import {
  type Ask,
  assume,
  caller,
  federate,
  federated,
  identity,
  root,
  session,
  SUCCESS,
  user,
  userSession,
  type Who,
} from './assume-role-ask.ts';
import { ABROAD, HOME, role, roleArn, userArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

export const IDENTITY_ROLES: readonly RoleData[] = [role('Pathed', {}, { path: '/team/one/' })];
export const ROLES_ABROAD: readonly RoleData[] = [role('Abroad', { principal: { AWS: HOME } })];

const section = '2.9 Identifiers';
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const pathed = { RoleArn: roleArn('team/one/Pathed') };
const PATHED_SESSION = `arn:aws:sts::${HOME}:assumed-role/Pathed/erin`;
const is = (Arn: string, UserId: unknown) => ({ ...SUCCESS, result: { Arn, UserId, Account: HOME } });

const callers: readonly Rule[] = [
  {
    section,
    rule: 'A user is its ARN with its path, and a unique id that begins with AIDA',
    confidence: 'documented',
    ask: identity(caller),
    answer: is(userArn('division/caller'), matching(/^AIDA[A-Z0-9]{17}$/)),
  },
  {
    section,
    rule: 'The root user is its account',
    confidence: 'documented',
    ask: identity(root),
    answer: is(`arn:aws:iam::${HOME}:root`, HOME),
  },
  {
    section,
    rule: 'A role session is named without the path of the role, and has the id of the role and its own name',
    confidence: 'documented',
    ask: identity(session(caller, pathed)),
    answer: is(PATHED_SESSION, matching(/^AROA[A-Z0-9]{17}:erin$/)),
  },
  {
    section,
    rule: 'AssumeRole tells the same of the session as GetCallerIdentity does later',
    confidence: 'documented',
    ask: async (sandbox) => {
      const answer = await assume(caller, pathed)(sandbox);
      const later = await identity(session(caller, pathed))(sandbox);
      return { ...answer, result: { assumed: answer.result, later: later.result } };
    },
    answer: {
      ...SUCCESS,
      result: {
        assumed: { AssumedRoleUser: { Arn: PATHED_SESSION, AssumedRoleId: matching(/^AROA/) } },
        later: { Arn: PATHED_SESSION, UserId: matching(/^AROA/) },
      },
    },
  },
  {
    section,
    rule: 'A session of GetSessionToken is its user',
    confidence: 'documented',
    ask: identity(userSession(caller)),
    answer: is(userArn('division/caller'), matching(/^AIDA/)),
  },
  {
    section,
    rule: 'A federated user is called by its own name and its account',
    confidence: 'documented',
    ask: identity(federated(caller)),
    answer: is(`arn:aws:sts::${HOME}:federated-user/erin`, `${HOME}:erin`),
  },
  {
    section,
    rule: 'GetFederationToken tells the same of the federated user',
    confidence: 'documented',
    ask: federate(caller),
    answer: {
      ...SUCCESS,
      result: {
        FederatedUser: { Arn: `arn:aws:sts::${HOME}:federated-user/erin`, FederatedUserId: `${HOME}:erin` },
      },
    },
  },
  {
    section,
    rule: 'Whom root federates is a federated user like any other',
    confidence: 'known',
    ask: identity(federated(root)),
    answer: is(`arn:aws:sts::${HOME}:federated-user/erin`, `${HOME}:erin`),
  },
];

const accountOf =
  (who: Who, accessKeyId: (sandbox: Parameters<Who>[0]) => Promise<string>): Ask =>
  async (sandbox) => {
    const client = sandbox.client(await who(sandbox));
    return told(client.send(new GetAccessKeyInfoCommand({ AccessKeyId: await accessKeyId(sandbox) })));
  };

const keyOf =
  (who: Who) =>
  async (sandbox: Parameters<Who>[0]): Promise<string> =>
    (await who(sandbox)).accessKeyId;

const keys: readonly Rule[] = [
  {
    section,
    rule: 'Keys of users begin with AKIA, those of sessions with ASIA; a token has a known beginning',
    confidence: 'known',
    ask: assume(caller, pathed),
    answer: {
      ...SUCCESS,
      result: {
        Credentials: {
          AccessKeyId: matching(/^ASIA[A-Z2-7]{16}$/),
          SecretAccessKey: matching(/^[\w+/]{40}$/),
          SessionToken: matching(/^IQoJb3JpZ2lu/),
        },
      },
    },
  },
  {
    section,
    rule: 'The key of a user names its account',
    confidence: 'verified',
    ask: accountOf(caller, keyOf(user('outsider', ABROAD))),
    answer: { ...SUCCESS, result: { Account: ABROAD } },
  },
  {
    section,
    rule: 'The key of a role session names the account of the role',
    confidence: 'verified',
    ask: accountOf(caller, keyOf(session(caller, { RoleArn: roleArn('Abroad', ABROAD) }))),
    answer: { ...SUCCESS, result: { Account: ABROAD } },
  },
  {
    section,
    rule: "A published key of AWS's own names the account that was published with it",
    confidence: 'verified',
    ask: accountOf(caller, () => Promise.resolve('ASIAQNZGKIQY56JQ7WML')),
    answer: { ...SUCCESS, result: { Account: '029608264753' } },
  },
  {
    section: '2.10 Permission of the caller',
    rule: 'GetAccessKeyInfo needs a permission',
    confidence: 'known',
    ask: accountOf(user('powerless'), keyOf(caller)),
    answer: { status: 403, code: 'AccessDenied' },
  },
];

export const IDENTITY_RULES: readonly Rule[] = [...callers, ...keys];
