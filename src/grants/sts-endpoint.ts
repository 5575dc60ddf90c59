import type { Account, Partition } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';

interface StsEndpointOptions {
  /** The regions whose STS is called where an account names none: the first, and while it fails the next ones. */
  readonly regions: Readonly<Record<Partition, readonly string[]>>;
  /** Takes every call, whatever the region: a sandbox's or a VPC endpoint's address. */
  readonly stsEndpoint?: string;
}

export interface StsEndpoint {
  readonly url: URL;
  /** The region that requests are signed for. */
  readonly region: string;
}

/**
 * A region becomes part of a host name, so that it has to be one of the partition's form.
 * https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
 */
const PARTITION_HOSTS: Readonly<Record<Partition, { readonly regions: RegExp; readonly suffix: string }>> = {
  aws: { regions: /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+$/, suffix: 'amazonaws.com' },
  'aws-cn': { regions: /^cn-[a-z]+-[0-9]+$/, suffix: 'amazonaws.com.cn' },
  'aws-us-gov': { regions: /^us-gov-[a-z]+-[0-9]+$/, suffix: 'amazonaws.com' },
  'aws-eusc': { regions: /^eusc-de-[a-z]+-[0-9]+$/, suffix: 'amazonaws.eu' },
};

/**
 * Where an account's calls go, best first. Only the configuration's list has more than one place: an account
 * that names its region, the global endpoint or an address in front of STS is somebody's choice.
 *
 * @throws BrokerError `catalogue.invalid` where a region is not one of the account's partition.
 */
export function stsEndpointsOf(account: Account, options: StsEndpointOptions): readonly StsEndpoint[] {
  const { stsEndpoint } = options;
  // The global endpoint is signed for us-east-1, wherever it answers from.
  if (account.stsEndpoint === 'global' && account.partition === 'aws') {
    return [{ url: new URL(stsEndpoint ?? 'https://sts.amazonaws.com/'), region: 'us-east-1' }];
  }
  const { regions, suffix } = PARTITION_HOSTS[account.partition];
  const listed = account.region === undefined ? options.regions[account.partition] : [account.region];
  return (stsEndpoint === undefined ? listed : listed.slice(0, 1)).map((region) => {
    if (!regions.test(region)) {
      throw new BrokerError('catalogue.invalid', {
        detail: `"${region}" is not a region of the partition ${account.partition}`,
      });
    }
    return { url: new URL(stsEndpoint ?? `https://sts.${region}.${suffix}/`), region };
  });
}
