/** GetSessionToken and GetFederationToken: who may call them, what their sessions may call, how long these last. */
import { DecodeAuthorizationMessageCommand, GetAccessKeyInfoCommand } from '@aws-sdk/client-sts';
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import { told } from './ask.ts';
import {
  type Ask,
  caller,
  denied,
  federate,
  federated,
  getSessionToken,
  identity,
  lifetime,
  root,
  session,
  SUCCESS,
  user,
  userSession,
  type Who,
} from './assume-role-ask.ts';
import { HOME, role, roleArn, TWELVE_HOURS, userArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

export const USER_SESSION_ROLES: readonly RoleData[] = [role('Account')];

const section = '2.1 Who may call what';
const roleSession = session(caller, { RoleArn: roleArn('Account') });
const notWithSession = (action: string) =>
  ({
    status: 403,
    code: 'AccessDenied',
    message: `Cannot call ${action} with session credentials`,
  }) as const;

const keyInfo =
  (who: Who): Ask =>
  async (sandbox) => {
    const { accessKeyId } = await caller(sandbox);
    const client = sandbox.client(await who(sandbox));
    return told(client.send(new GetAccessKeyInfoCommand({ AccessKeyId: accessKeyId })));
  };

const decode =
  (who: Who): Ask =>
  async (sandbox) =>
    told(
      sandbox.client(await who(sandbox)).send(new DecodeAuthorizationMessageCommand({ EncodedMessage: 'x' })),
    );

const callers: readonly Rule[] = [
  {
    section,
    rule: 'GetSessionToken needs no permission',
    confidence: 'documented',
    ask: getSessionToken(user('powerless')),
    answer: { ...SUCCESS, result: { Credentials: {} } },
  },
  {
    section,
    rule: 'No policy can deny GetSessionToken',
    confidence: 'documented',
    ask: getSessionToken(user('denied')),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'The root user may call GetSessionToken',
    confidence: 'documented',
    ask: getSessionToken(root),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'No policy can deny GetCallerIdentity',
    confidence: 'documented',
    ask: identity(user('denied')),
    answer: { ...SUCCESS, result: { Arn: userArn('denied') } },
  },
  {
    section: '2.10 Permission of the caller',
    rule: 'GetFederationToken needs a permission for the federated user',
    confidence: 'documented',
    ask: federate(user('powerless')),
    answer: {
      ...denied(userArn('powerless'), 'sts:GetFederationToken', `arn:aws:sts::${HOME}:federated-user/erin`),
      message:
        /^User: \S+:user\/powerless is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::\d{12}:federated-user\/erin/,
    },
  },
  {
    section,
    rule: 'The root user may call GetFederationToken, which is advised against',
    confidence: 'documented',
    ask: federate(root),
    answer: { ...SUCCESS, result: { FederatedUser: { Arn: `arn:aws:sts::${HOME}:federated-user/erin` } } },
  },
];

/** What the sessions themselves may call. */
const sessions: readonly Rule[] = [
  {
    section,
    rule: 'A role session may not call GetFederationToken',
    confidence: 'quoted',
    ask: federate(roleSession),
    answer: notWithSession('GetFederationToken'),
  },
  {
    section,
    rule: 'A role session may not call GetSessionToken',
    confidence: 'quoted',
    ask: getSessionToken(roleSession),
    answer: notWithSession('GetSessionToken'),
  },
  {
    section,
    rule: 'A session of GetSessionToken may not call GetFederationToken',
    confidence: 'quoted',
    ask: federate(userSession(caller)),
    answer: notWithSession('GetFederationToken'),
  },
  {
    section,
    rule: 'A session of GetSessionToken may not make another',
    confidence: 'quoted',
    ask: getSessionToken(userSession(caller)),
    answer: notWithSession('GetSessionToken'),
  },
  {
    section,
    rule: 'A session of GetSessionToken may not call GetAccessKeyInfo, which its user may',
    confidence: 'known',
    ask: keyInfo(userSession(caller)),
    answer: { status: 403, code: 'AccessDenied' },
  },
  {
    section,
    rule: 'A session of GetSessionToken may not call DecodeAuthorizationMessage, which its user may',
    confidence: 'known',
    ask: decode(userSession(caller)),
    answer: { status: 403, code: 'AccessDenied' },
  },
  {
    section,
    rule: 'A federated user may call GetCallerIdentity',
    confidence: 'documented',
    ask: identity(federated(caller)),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A federated user may not federate others',
    confidence: 'quoted',
    ask: federate(federated(caller)),
    answer: notWithSession('GetFederationToken'),
  },
  {
    section,
    rule: 'A federated user may not call GetSessionToken',
    confidence: 'quoted',
    ask: getSessionToken(federated(caller)),
    answer: notWithSession('GetSessionToken'),
  },
  {
    section,
    rule: 'A federated user may not call GetAccessKeyInfo, whatever its policies allow',
    confidence: 'known',
    ask: keyInfo(federated(caller, { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/Everything' }] })),
    answer: { status: 403, code: 'AccessDenied' },
  },
];

const minutes = (count: number) => ({ ...SUCCESS, result: { minutes: count } });
const A_DAY_AND_A_HALF = 129_600;

const durations: readonly Rule[] = [
  {
    section: '2.3 Durations',
    rule: 'GetSessionToken gives twelve hours by default',
    confidence: 'documented',
    ask: lifetime(getSessionToken(caller)),
    answer: minutes(720),
  },
  {
    section: '2.3 Durations',
    rule: 'GetSessionToken gives a day and a half at most',
    confidence: 'documented',
    ask: lifetime(getSessionToken(caller, { DurationSeconds: A_DAY_AND_A_HALF })),
    answer: minutes(2160),
  },
  {
    section: '2.3 Durations',
    rule: 'GetFederationToken gives twelve hours by default',
    confidence: 'documented',
    ask: lifetime(federate(caller)),
    answer: minutes(720),
  },
  {
    section: '2.3 Durations',
    rule: 'GetFederationToken gives a day and a half at most',
    confidence: 'documented',
    ask: lifetime(federate(caller, { DurationSeconds: A_DAY_AND_A_HALF })),
    answer: minutes(2160),
  },
  {
    section: '2.3 Durations',
    rule: 'The root user gets an hour from GetSessionToken, however much it asks for',
    confidence: 'documented',
    ask: lifetime(getSessionToken(root, { DurationSeconds: TWELVE_HOURS })),
    answer: minutes(60),
  },
  {
    section: '2.3 Durations',
    rule: 'The root user gets an hour from GetFederationToken by default',
    confidence: 'documented',
    ask: lifetime(federate(root)),
    answer: minutes(60),
  },
  {
    section: '2.3 Durations',
    rule: 'The root user gets an hour from GetFederationToken, however much it asks for',
    confidence: 'documented',
    ask: lifetime(federate(root, { DurationSeconds: A_DAY_AND_A_HALF })),
    answer: minutes(60),
  },
];

export const USER_SESSION_RULES: readonly Rule[] = [...callers, ...sessions, ...durations];
