import { parsePolicy } from '../../../iam/parse-policy.ts';
import { AwsError, invalidClientToken } from '../wire/aws-error.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import { iamArn, stsArn } from '../organization/identifiers.ts';
import type { OpenedSession, SessionClaims, SessionTag } from '../sts/sessions.ts';
import { requireActiveRegion, requireEndpointRegion } from './region.ts';
import { verifySignature } from '../wire/signature-v4.ts';
import type { Account, LongTermKey, Role, User, World } from '../organization/world.ts';

/** Who signed a request, as GetCallerIdentity would say it, and whose permissions that brings. */
export interface AwsCaller {
  readonly kind: 'root' | 'user' | 'role-session' | 'federated-user';
  readonly account: Account;
  readonly arn: string;
  readonly userId: string;
  /** Whose policies count; none for root. */
  readonly entity: User | Role | undefined;
  /** Of temporary credentials. A user's session (GetSessionToken) is a `user` with one. */
  readonly session: SessionClaims | undefined;
  readonly accessKeyId: string;
}

export interface Authenticated {
  readonly caller: AwsCaller;
  readonly region: string;
}

export function authenticate(request: AwsRequest, service: string, aws: AwsState): Authenticated {
  let opened: OpenedSession | undefined;
  const { accessKeyId, scope } = verifySignature(request, service, (id, token) => {
    if (token === undefined) return aws.world.findKey(id)?.secret;
    opened = aws.sessions.open(id, token);
    return opened?.secretAccessKey;
  });
  const claims = opened?.claims;
  if (claims !== undefined && claims.expiresAt * 1000 <= request.receivedAt.getTime()) {
    throw new AwsError('ExpiredToken', 'The security token included in the request is expired', 403);
  }
  const caller =
    claims === undefined
      ? longTermCaller(aws.world, aws.world.findKey(accessKeyId))
      : sessionCaller(aws.world, claims, accessKeyId);
  if (caller === undefined) throw invalidClientToken();
  if (service === 'sts') {
    requireEndpointRegion(request, scope.region);
    requireActiveRegion(caller.account, scope.region);
  }
  return { caller, region: scope.region };
}

function longTermCaller(world: World, key: LongTermKey | undefined): AwsCaller | undefined {
  const account = key && world.findAccount(key.accountId);
  if (account === undefined) return undefined;
  const common = { account, session: undefined, accessKeyId: key?.id ?? '' };
  if (key?.user === undefined) {
    return {
      ...common,
      kind: 'root',
      arn: iamArn(account.id, 'root'),
      userId: account.id,
      entity: undefined,
    };
  }
  return { ...common, kind: 'user', arn: key.user.arn, userId: key.user.id, entity: key.user };
}

/** Undefined where the role or user is gone: its sessions go with it, and another of its name does not inherit them. */
export function sessionCaller(
  world: World,
  session: SessionClaims,
  accessKeyId: string,
): AwsCaller | undefined {
  const account = world.findAccount(session.accountId);
  if (account === undefined) return undefined;
  const common = { account, session, accessKeyId };
  if (session.kind === 'assumed-role') {
    const role = stillTheSame(world.findRole(session.principalArn), session);
    if (role === undefined) return undefined;
    const arn = assumedRoleArn(role, session.name);
    return { ...common, kind: 'role-session', arn, userId: `${role.id}:${session.name}`, entity: role };
  }
  const isRoot = session.principalArn === iamArn(account.id, 'root');
  if (session.kind === 'user-session' && isRoot) {
    return { ...common, kind: 'root', arn: session.principalArn, userId: account.id, entity: undefined };
  }
  const user = isRoot ? rootEntity(account) : stillTheSame(world.findUser(session.principalArn), session);
  if (user === undefined) return undefined;
  if (session.kind === 'user-session') {
    return { ...common, kind: 'user', arn: user.arn, userId: user.id, entity: user };
  }
  const arn = stsArn(account.id, `federated-user/${session.name}`);
  return { ...common, kind: 'federated-user', arn, userId: `${account.id}:${session.name}`, entity: user };
}

function stillTheSame<T extends User | Role>(entity: T | undefined, session: SessionClaims): T | undefined {
  return session.principalId === undefined || session.principalId === entity?.id ? entity : undefined;
}

/** For a session that root federated: nothing but its session policies and service control policies narrows it. */
function rootEntity({ id }: Account): User {
  return {
    arn: iamArn(id, 'root'),
    id,
    name: 'root',
    path: '/',
    accountId: id,
    policies: [EVERYTHING],
    boundary: undefined,
    tags: {},
    mfaDevice: undefined,
  };
}

const EVERYTHING_DOCUMENT = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};
const EVERYTHING = {
  name: 'what root may do',
  document: EVERYTHING_DOCUMENT,
  policy: parsePolicy(JSON.stringify(EVERYTHING_DOCUMENT), 'identity'),
};

/** Without the role's path, as AWS writes it. */
export function assumedRoleArn(role: Role, sessionName: string): string {
  return stsArn(role.accountId, `assumed-role/${role.name}/${sessionName}`);
}

/** `AssumedRoleUser`, as every way of assuming a role answers it. */
export function assumedRoleUser(
  role: Role,
  sessionName: string,
): { readonly AssumedRoleId: string; readonly Arn: string } {
  return { AssumedRoleId: `${role.id}:${sessionName}`, Arn: assumedRoleArn(role, sessionName) };
}

/** Tags of the role or user, overridden by the session's; keys compare without case. */
export function principalTags(caller: AwsCaller): readonly SessionTag[] {
  const tags = new Map<string, SessionTag>();
  for (const [key, value] of Object.entries(caller.entity?.tags ?? {}))
    tags.set(key.toLowerCase(), { key, value });
  for (const tag of caller.session?.tags ?? []) tags.set(tag.key.toLowerCase(), tag);
  return [...tags.values()];
}
