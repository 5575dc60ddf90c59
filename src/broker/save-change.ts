import type { Origin } from '../core/audit-event.ts';
import type { CatalogueDifference } from '../core/catalogue-difference.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { CatalogueApproval, CatalogueStore } from '../core/ports/stores.ts';
import type { Standing } from '../core/principal.ts';
import { summaryOf } from './summary-of-change.ts';

export interface CheckedChange {
  readonly catalogue: Catalogue;
  readonly difference: CatalogueDifference;
  readonly expectedVersion: number;
  /** `principalId()` */
  readonly author: string;
  readonly reason: string;
  /** The version that this goes back to. */
  readonly restored?: number;
  readonly approval?: CatalogueApproval;
  /** Of whoever makes it now: its author, or whoever approves it. */
  readonly standing: Standing;
  readonly origin: Origin;
}

/** The store refuses it unless `expectedVersion`, by which it was judged, is still the newest. */
export function saveChange(
  { store, clock }: { readonly store: Pick<CatalogueStore, 'save'>; readonly clock: Clock },
  change: CheckedChange,
): Promise<number> {
  const { catalogue, difference, expectedVersion, author, reason, restored, approval } = change;
  const approvedBy = approval === undefined ? {} : { approvedBy: approval.decision.by };
  return store.save({
    catalogue,
    expectedVersion,
    difference,
    authorship: { author, reason, ...approvedBy },
    standing: change.standing,
    ...(approval === undefined ? {} : { approval }),
    event: {
      name: 'catalogue.changed',
      at: approval?.decision.at ?? clock.now(),
      principal: author,
      origin: change.origin,
      detail: {
        version: expectedVersion + 1,
        reason,
        ...(restored === undefined ? {} : { restored }),
        ...(approval === undefined ? {} : { proposal: approval.proposalId, ...approvedBy }),
        ...summaryOf(difference),
      },
    },
  });
}
