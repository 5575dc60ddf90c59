import { sessionArnOf } from '../core/check-sts-answer.ts';
import type { TemporaryCredentials } from '../core/credentials.ts';
import type { Permit } from '../core/decide-access.ts';
import { BrokerError } from '../core/errors.ts';
import type { Delivery } from '../core/ports/delivery.ts';

/** What the `signin` service hands to `aws login` and to every refresh after it. */
export const awsLoginDelivery = {
  name: 'aws-login',
  purpose: 'credentials',
  deliver(credentials: TemporaryCredentials, permit: Permit) {
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials.reveal();
    const sessionArn = sessionArnOf(permit);
    if (sessionArn === undefined) throw new BrokerError('role.no_session');
    return { accessToken: { accessKeyId, secretAccessKey, sessionToken }, sessionArn, expiresAt };
  },
} as const satisfies Delivery<unknown>;
