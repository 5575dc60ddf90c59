/**
 * What AWS lists as entries for the catalogue. It is asked with a role of the administrator's own, obtained as any
 * credentials are: decided, recorded, for one request, and handed to nobody. Stores nothing.
 */
import { BrokerError } from '../core/errors.ts';
import { readAccountListing, readRoleListing } from '../core/import/read-listing.ts';
import type { Findings } from '../core/import/findings.ts';
import { hubsOf } from '../core/catalogue.ts';
import type { ListedAccount, ListedRole, Listing } from '../core/ports/aws-listing.ts';
import type { Delivery } from '../core/ports/delivery.ts';
import { issuerName } from '../core/provider-arns.ts';
import type { Administrators, Asker } from './administrators.ts';
import type { ImportProposal, ProposeEntries } from './import-entries.ts';
import type { IssueCredentials } from './issue-credentials.ts';

export interface Discovery {
  /** A role of the catalogue that the administrator may use themselves. */
  readonly roleId: string;
  /** Roles are those of the role's own account; accounts are those of its organization. */
  readonly list: 'roles' | 'accounts';
}

/** @throws BrokerError `administration.forbidden`, `listing.*`, and as a request for the role's credentials */
export type DiscoverEntries = (asker: Asker, discovery: Discovery) => Promise<ImportProposal>;

export interface DiscoverDependencies {
  readonly administrators: Administrators;
  readonly propose: ProposeEntries;
  readonly issueCredentials: IssueCredentials;
  readonly listings: {
    readonly roles: Delivery<Listing<ListedRole>>;
    readonly accounts: Delivery<Listing<ListedAccount>>;
  };
  readonly baseUrl: string;
}

export function createDiscoverEntries({
  administrators,
  propose,
  issueCredentials,
  listings,
  baseUrl,
}: DiscoverDependencies): DiscoverEntries {
  const issuer = issuerName(`${baseUrl}/aws`);

  async function find(asker: Asker, { roleId, list }: Discovery): Promise<Findings> {
    const { catalogue, compiled } = (await administrators.admit(asker)).current;
    const issue = <Listed>(delivery: Delivery<Listed>): Promise<Listed> =>
      issueCredentials({ ...asker, access: { roleId }, input: {}, delivery });
    if (list === 'accounts') return readAccountListing(await issue(listings.accounts));
    const account = compiled.roles.get(roleId)?.account;
    if (account === undefined) throw new BrokerError('role.not_found');
    return readRoleListing(await issue(listings.roles), account, { issuer, hubs: hubsOf(catalogue) });
  }

  return async (asker, discovery) => propose(asker, await find(asker, discovery));
}
