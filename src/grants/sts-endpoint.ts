import type { Account, Partition } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';

interface StsEndpointOptions {
  /** The region whose STS is called where an account names none. */
  readonly regions: Readonly<Record<Partition, string>>;
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

/** @throws BrokerError `catalogue.invalid` where the region is not one of the account's partition. */
export function stsEndpointOf(account: Account, options: StsEndpointOptions): StsEndpoint {
  const hosts = PARTITION_HOSTS[account.partition];
  const global = account.stsEndpoint === 'global' && account.partition === 'aws';
  // The global endpoint is signed for us-east-1, wherever it answers from.
  const region = global ? 'us-east-1' : (account.region ?? options.regions[account.partition]);
  if (!hosts.regions.test(region)) {
    throw new BrokerError('catalogue.invalid', {
      detail: `"${region}" is not a region of the partition ${account.partition}`,
    });
  }
  const host = global ? 'sts.amazonaws.com' : `sts.${region}.${hosts.suffix}`;
  return { url: new URL(options.stsEndpoint ?? `https://${host}/`), region };
}
