/**
 * The tables, as Kysely sees them; `migrations/` makes them. Times are integer epoch milliseconds, JSON is
 * text, ids that prove something are kept as SHA-256 only, secrets are sealed.
 */
import type { AuthorizationKind, TokenUse } from '../core/ports/authorizations.ts';
import type {
  AuthorizationRequestKind,
  AuthorizationRequestState,
} from '../core/ports/authorization-requests.ts';
import type { ProposalState } from '../core/ports/change-proposals.ts';
import type { SigningKeyUse } from '../core/ports/stores.ts';

export interface Schema {
  catalogue_versions: CatalogueVersionTable;
  proposed_changes: ProposedChangeTable;
  sign_in_flows: SignInFlowTable;
  sign_in_sessions: SignInSessionTable;
  one_time_values: OneTimeValueTable;
  rate_limits: RateLimitTable;
  authorizations: AuthorizationTable;
  tokens: TokenTable;
  authorization_requests: AuthorizationRequestTable;
  people: PersonTable;
  signing_keys: SigningKeyTable;
  audit_events: AuditEventTable;
  audit_chains: AuditChainTable;
  role_checks: RoleCheckTable;
  pings: PingTable;
  key_checks: KeyCheckTable;
}

interface CatalogueVersionTable {
  version: number;
  /** JSON. */
  catalogue: string;
  seed_hash: string | null;
  created_at: number;
  /** JSON: who made it, who approved it, and why. */
  change: string | null;
  /** JSON: what it changed; not kept of every version. */
  difference: string | null;
}

interface ProposedChangeTable {
  id: string;
  state: ProposalState;
  /** JSON: whose it is, why, and which version it changes. */
  facts: string;
  /** JSON. */
  difference: string;
  /** JSON: the whole catalogue as it would be. */
  catalogue: string;
  created_at: number;
  expires_at: number;
  /** JSON: who closed it, when and why. */
  decision: string | null;
}

interface SignInFlowTable {
  id_hash: string;
  /** Sealed JSON: the code verifier is in it. */
  flow: string;
  expires_at: number;
}

interface SignInSessionTable {
  id_hash: string;
  connector_id: string;
  /** SHA-256 of the subject: found by (connector, subject) whatever characters it has. */
  subject_hash: string;
  /** JSON. */
  identity: string;
  created_at: number;
  seen_at: number;
  idle_expires_at: number;
  absolute_expires_at: number;
  authenticated_at: number;
  revoked_at: number | null;
  /** Sealed. */
  id_token: string | null;
  /** JSON: authentication contexts. */
  contexts: string | null;
  /** SHA-256 of the provider's own name for its session. */
  provider_session_hash: string | null;
  /** Sealed JSON. */
  connector_state: string | null;
  confirmed_at: number;
  source_ip: string | null;
  user_agent: string | null;
}

interface OneTimeValueTable {
  /** SHA-256 of scope and value: of one length, whatever an identity provider sends. */
  value_hash: string;
  expires_at: number;
}

interface RateLimitTable {
  key_hash: string;
  /** When the bucket is full again, were nothing more taken from it. */
  empty_until: number;
}

interface AuthorizationTable {
  id: string;
  kind: AuthorizationKind;
  application_id: string | null;
  /** With `subject_hash`, the person it acts for. */
  connector_id: string | null;
  subject_hash: string | null;
  /** JSON: the person as they were, where no session and no later sign-in says it. */
  person: string | null;
  /** The sign-in session that it ends with. */
  session_hash: string | null;
  label: string;
  /** JSON. */
  facts: string;
  created_at: number;
  used_at: number;
  expires_at: number;
  revoked_at: number | null;
}

interface TokenTable {
  id_hash: string;
  authorization_id: string;
  use: TokenUse;
  created_at: number;
  expires_at: number;
  replaced_at: number | null;
}

interface AuthorizationRequestTable {
  id_hash: string;
  kind: AuthorizationRequestKind;
  user_code_hash: string | null;
  state: AuthorizationRequestState;
  /** JSON. */
  facts: string;
  session_hash: string | null;
  authorization_id: string | null;
  created_at: number;
  polled_at: number | null;
  expires_at: number;
}

/** People as they last signed in. */
interface PersonTable {
  connector_id: string;
  subject_hash: string;
  /** JSON. */
  identity: string;
  authenticated_at: number;
  /** JSON. */
  contexts: string | null;
  signed_in_at: number;
  /** When the provider last said no, until they sign in again. */
  refused_at: number | null;
  /** JSON: when an administrator disabled them, who and why; until somebody enables them again. */
  disabled: string | null;
  /** As `searchTextOf` the identity. */
  search_text: string;
}

interface SigningKeyTable {
  id: string;
  use: SigningKeyUse;
  /** Sealed PKCS#8 PEM. */
  private_key: string;
  public_part: string;
  created_at: number;
  active_at: number;
  retired_at: number | null;
}

interface AuditEventTable {
  chain: string;
  sequence: number;
  hash: string;
  at: number;
  name: string;
  /** Canonical JSON; this is what the hash covers. */
  text: string;
}

/** Where each chain ends: a lost tail shows, and two writers of one chain cannot both go on. */
interface AuditChainTable {
  chain: string;
  sequence: number;
  hash: string;
}

interface RoleCheckTable {
  role_id: string;
  checked_at: number;
  /** JSON. */
  result: string;
}

interface PingTable {
  node: string;
  times: number;
}

/** A known text under the master key, so that a wrong key is noticed at start. */
interface KeyCheckTable {
  id: string;
  sealed: string;
}
