/** All that acts for a person, seen and ended by nobody else: their tokens, their AWS clients, applications. */
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import {
  AUTHORIZATION_KINDS,
  type Authorization,
  type AuthorizationKind,
  type AuthorizationStore,
} from '../core/ports/authorizations.ts';
import type { Clock } from '../core/ports/clock.ts';
import { principalId, type PersonKey, type UserPrincipal } from '../core/principal.ts';

export interface OwnAuthorizations {
  /** Live ones: the person's own tokens first, then what others hold; each newest first. */
  list(person: UserPrincipal): Promise<readonly Authorization[]>;
  /** @throws BrokerError `request.not_found`, also where it is somebody else's. */
  end(person: UserPrincipal, id: string, ending: Ending): Promise<void>;
}

export interface Ending {
  readonly origin: Origin;
  /** Those that may be ended this way; all where absent. */
  readonly kinds?: readonly AuthorizationKind[];
}

const OTHERS = AUTHORIZATION_KINDS.filter((kind) => kind !== 'personal');

export function createOwnAuthorizations(
  store: Pick<AuthorizationStore, 'listOf' | 'revoke'>,
  clock: Clock,
): OwnAuthorizations {
  const list = ({ identity }: UserPrincipal): Promise<readonly Authorization[]> =>
    listAuthorizations(store, identity, clock.now());

  return {
    list,
    async end(person, id, { origin, kinds = AUTHORIZATION_KINDS }) {
      // Looked for among the person's own alone, so that another's is like one that does not exist.
      const own = (await list(person)).find((each) => each.id === id && kinds.includes(each.kind));
      if (own === undefined) throw new BrokerError('request.not_found');
      await store.revoke(id, {
        name: 'access-token.revoked',
        at: clock.now(),
        principal: principalId(person),
        origin,
        detail: { kind: own.kind, authorization: id, label: own.label, cause: 'person' },
      });
    },
  };
}

/** A person's live ones: their own tokens first, then what others hold; each newest first. */
export async function listAuthorizations(
  store: Pick<AuthorizationStore, 'listOf'>,
  owner: PersonKey,
  now: Date,
): Promise<readonly Authorization[]> {
  // Asked for apart, so that a day full of AWS clients hides no token that lives for months.
  const [own, others] = await Promise.all([
    store.listOf(owner, now, ['personal']),
    store.listOf(owner, now, OTHERS),
  ]);
  return [...own, ...others];
}
