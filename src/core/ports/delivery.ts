import type { TemporaryCredentials } from '../credentials.ts';
import type { Permit } from '../decide-access.ts';

/**
 * The form in which credentials leave. Only a delivery reads them, and it runs only after the outcome's
 * audit record is committed.
 *
 * @throws BrokerError `federation.unavailable` where a delivery needs AWS's sign-in endpoint.
 */
export interface Delivery<Delivered> {
  readonly name: string;
  /** `console` asks the decision for more: not every grant method's credentials may sign in there. */
  readonly purpose: 'console' | 'credentials';
  deliver(credentials: TemporaryCredentials, permit: Permit): Promise<Delivered> | Delivered;
}
