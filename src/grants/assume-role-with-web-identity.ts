import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import type { Permit } from '../core/decide-access.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { GrantInput, GrantMethod } from '../core/ports/grant-method.ts';
import type { Signer } from '../core/ports/signer.ts';
import { grantOf, sessionNameOf } from './grant-of.ts';
import type { StsClients } from './sts-clients.ts';
import { policyParameters, toStsAnswer } from './sts-request.ts';

/** WebIdentityToken's longest, in STS's own model. */
const LONGEST_TOKEN = 20_000;
/** A token that ends while STS looks at it is as good as ended. */
const SPARE_MS = 10_000;

interface WebIdentityOptions {
  readonly clients: StsClients;
  readonly signer: Signer;
  readonly clock: Clock;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
export function createAssumeRoleWithWebIdentity({ clients, signer, clock }: WebIdentityOptions): GrantMethod {
  return {
    name: 'assume-role-with-web-identity',
    async issue(permit, input) {
      const isUsers = grantOf(permit, 'assume-role-with-web-identity').token === 'user';
      const command = new AssumeRoleWithWebIdentityCommand({
        RoleArn: permit.roleArn,
        RoleSessionName: sessionNameOf(permit),
        WebIdentityToken: isUsers ? usersToken(input, clock) : await mintedToken(signer, permit),
        DurationSeconds: permit.durationSeconds,
        ...policyParameters(permit),
      });
      try {
        return toStsAnswer(await clients.unsigned(permit.account, (client) => client.send(command)));
      } catch (error) {
        throw isUsers ? forUsersToken(error) : error;
      }
    },
  };
}

function mintedToken(signer: Signer, permit: Permit): Promise<string> {
  return signer.webIdentityToken({
    roleArn: permit.roleArn,
    subject: sessionNameOf(permit),
    sessionTags: permit.sessionTags,
    ...(permit.sourceIdentity === undefined ? {} : { sourceIdentity: permit.sourceIdentity }),
  });
}

function usersToken({ userIdToken }: GrantInput, clock: Clock): string {
  if (userIdToken === undefined) {
    throw new BrokerError('role.no_id_token', { detail: 'the sign-in brought no ID token' });
  }
  if (userIdToken.length > LONGEST_TOKEN) {
    throw new BrokerError('sts.refused', {
      detail: `the person's ID token has ${userIdToken.length} characters; STS takes ${LONGEST_TOKEN}`,
      hint: 'Your identity provider’s token is too large for AWS. An administrator has to make it smaller.',
    });
  }
  const expiresAt = expiryOf(userIdToken);
  if (expiresAt === undefined || expiresAt - SPARE_MS <= clock.now().getTime()) {
    throw signInAgain('the person’s ID token has expired');
  }
  return userIdToken;
}

/** Unverified, in milliseconds: it only saves a call that AWS would refuse. AWS itself verifies the token. */
function expiryOf(token: string): number | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (typeof payload !== 'object' || payload === null || !('exp' in payload)) return undefined;
    return typeof payload.exp === 'number' ? payload.exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}

/** An ID token lives for minutes, so that its end is nobody's fault and a fresh sign-in mends it. */
function forUsersToken(error: unknown): unknown {
  const expired = error instanceof BrokerError && error.detail?.startsWith('ExpiredTokenException') === true;
  return expired ? signInAgain('AWS found the person’s ID token expired') : error;
}

function signInAgain(detail: string): BrokerError {
  return new BrokerError('sign_in.again', { detail });
}
