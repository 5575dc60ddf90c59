/**
 * What IAM and Organizations list, read with the credentials of one role; the credentials go nowhere else. Bounded in
 * pages and time. The clients are loaded when they are first used: nobody waits for them at a start.
 */
import type { IAMClientConfig } from '@aws-sdk/client-iam';
import type { Partition } from '../core/catalogue.ts';
import type { TemporaryCredentials } from '../core/credentials.ts';
import type { Permit } from '../core/decide-access.ts';
import type { ListedAccount, ListedRole, Listing } from '../core/ports/aws-listing.ts';
import type { Delivery } from '../core/ports/delivery.ts';
import { listingFault } from './listing-fault.ts';

export interface ListingOptions {
  /** The first of each partition says where its global services are. */
  readonly regions: Readonly<Record<Partition, readonly string[]>>;
  readonly endpoints: { readonly iam?: string; readonly organizations?: string };
}

export interface Listings {
  readonly roles: Delivery<Listing<ListedRole>>;
  readonly accounts: Delivery<Listing<ListedAccount>>;
}

const MAXIMUM_ITEMS = 10_000;
const ROLES_A_PAGE = 1_000;
const ACCOUNTS_A_PAGE = 20;
const TOTAL_MS = 60_000;

export function createListings({ regions, endpoints }: ListingOptions): Listings {
  const configOf = (credentials: TemporaryCredentials, permit: Permit, endpoint: string | undefined) =>
    clientConfig(credentials, {
      region: regions[permit.account.partition][0] ?? '',
      endpoint,
    });
  return {
    roles: {
      name: 'list-roles',
      purpose: 'credentials',
      deliver: (credentials, permit) =>
        listingFault('iam:ListRoles', () => listRoles(configOf(credentials, permit, endpoints.iam))),
    },
    accounts: {
      name: 'list-accounts',
      purpose: 'credentials',
      deliver: (credentials, permit) =>
        listingFault('organizations:ListAccounts', () =>
          listAccounts(configOf(credentials, permit, endpoints.organizations)),
        ),
    },
  };
}

function clientConfig(
  credentials: TemporaryCredentials,
  { region, endpoint }: { readonly region: string; readonly endpoint: string | undefined },
): IAMClientConfig {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials.reveal();
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000 },
  };
}

async function listRoles(config: IAMClientConfig): Promise<Listing<ListedRole>> {
  const { IAMClient, paginateListRoles } = await import('@aws-sdk/client-iam');
  const client = new IAMClient(config);
  const pages = paginateListRoles({ client, pageSize: ROLES_A_PAGE }, {}, deadline());
  return collect(client, pages, ({ Roles = [] }) =>
    Roles.map((role) => ({
      path: role.Path ?? '/',
      name: role.RoleName ?? '',
      ...(role.Description === undefined ? {} : { description: role.Description }),
      ...(role.MaxSessionDuration === undefined ? {} : { maximumSeconds: role.MaxSessionDuration }),
      // RFC 3986 escapes, as IAM writes documents.
      trustPolicy: decodeURIComponent(role.AssumeRolePolicyDocument ?? ''),
    })),
  );
}

async function listAccounts(config: IAMClientConfig): Promise<Listing<ListedAccount>> {
  const { OrganizationsClient, paginateListAccounts } = await import('@aws-sdk/client-organizations');
  const client = new OrganizationsClient(config);
  const pages = paginateListAccounts({ client, pageSize: ACCOUNTS_A_PAGE }, {}, deadline());
  return collect(client, pages, ({ Accounts = [] }) =>
    Accounts.map(({ Id = '', Name, State, Status }) => ({
      id: Id,
      name: Name ?? Id,
      status: State ?? Status ?? 'ACTIVE',
    })),
  );
}

function deadline(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(TOTAL_MS) };
}

async function collect<Page, Item>(
  client: { destroy(): void },
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Listing<Item>> {
  const items: Item[] = [];
  try {
    for await (const page of pages) {
      items.push(...itemsOf(page));
      if (items.length > MAXIMUM_ITEMS) return { items: items.slice(0, MAXIMUM_ITEMS), isCut: true };
    }
    return { items, isCut: false };
  } finally {
    client.destroy();
  }
}
