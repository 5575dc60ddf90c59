import type { Account } from '../organization/world.ts';
import { AwsError } from '../wire/aws-error.ts';
import { type AwsRequest, headerOf } from '../wire/aws-request.ts';

const GLOBAL_REGION = 'us-east-1';

/** As AWS writes the hosts of STS; on one's own machine `sts.eu-west-1.localhost` can stand for them. */
const STS_HOST = /^sts(?:-fips)?(?:\.([a-z]{2}(?:-[a-z]+)+-\d))?\.(?:amazonaws\.com|api\.aws|localhost)$/;

/**
 * The region of the host that a request is for: us-east-1 for the global one, nothing where the sandbox is
 * called by a name or address of its own, which stands for every region.
 */
function endpointRegion(request: AwsRequest): string | undefined {
  const host = (headerOf(request, 'host') ?? '').toLowerCase().replace(/:\d+$/, '');
  const found = STS_HOST.exec(host);
  return found === null ? undefined : (found[1] ?? GLOBAL_REGION);
}

/** Nobody signed: only the host can tell the region. */
export function unsignedRegion(request: AwsRequest): string {
  return endpointRegion(request) ?? GLOBAL_REGION;
}

/** The global host takes signatures for us-east-1 alone, a regional one those for its region. */
export function requireEndpointRegion(request: AwsRequest, signedFor: string): void {
  if (signedFor === (endpointRegion(request) ?? signedFor)) return;
  throw new AwsError(
    'SignatureDoesNotMatch',
    `Credential should be scoped to a valid Region, not '${signedFor}'. `,
    403,
  );
}

/** STS answers for an account only where that is activated: of the caller, or of the role where nobody signed. */
export function requireActiveRegion(account: Account, region: string): void {
  if (!account.disabledRegions.has(region)) return;
  throw new AwsError(
    'RegionDisabledException',
    `STS is not activated in this region for account:${account.id}. Your account administrator can activate STS in this region using the IAM Console.`,
    403,
  );
}
