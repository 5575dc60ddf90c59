import { BrokerError } from '../core/errors.ts';

const THROTTLED = /^(?:Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)$/;
const DENIED = /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation)$/;

/** @throws BrokerError `listing.refused`, `listing.throttled`, `listing.unavailable`: AWS's own words go to the log alone. */
export async function listingFault<Result>(action: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw faultOf(action, error);
  }
}

function faultOf(action: string, error: unknown): BrokerError {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  const detail = `${action}: ${name}: ${message}`.slice(0, 500);
  if (DENIED.test(name))
    return new BrokerError('listing.refused', { detail, hint: `AWS does not let this role do ${action}.` });
  if (name === 'AWSOrganizationsNotInUseException')
    return new BrokerError('listing.refused', { detail, hint: 'This account is in no organization.' });
  if (THROTTLED.test(name)) return new BrokerError('listing.throttled', { detail });
  return new BrokerError('listing.unavailable', { detail, cause: error });
}
