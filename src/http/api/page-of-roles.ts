/** A part of a long list of roles. A cursor names a place between roles, so that it outlives changes of the list. */
import { z } from 'zod';
import { placeOf, comparePlaces, type EntitlementPlace } from '../../broker/list-entitlements.ts';
import type { Entitlement } from '../../core/entitlements.ts';
import { BrokerError } from '../../core/errors.ts';

export interface PageOfRoles {
  readonly entitlements: readonly Entitlement[];
  /** Where the next page begins; absent after the last one. */
  readonly nextCursor?: string;
}

/** @throws BrokerError `request.malformed` for a cursor that is none of ours. */
export function pageOfRoles(
  sorted: readonly Entitlement[],
  {
    limit = sorted.length,
    cursor,
  }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): PageOfRoles {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const first = after === undefined ? 0 : sorted.findIndex((each) => comparePlaces(placeOf(each), after) > 0);
  const entitlements = first === -1 ? [] : sorted.slice(first, first + limit);
  const last = entitlements.at(-1);
  if (last === undefined || last === sorted.at(-1)) return { entitlements };
  return { entitlements, nextCursor: Buffer.from(JSON.stringify(placeOf(last))).toString('base64url') };
}

const place = z.tuple([z.string(), z.string(), z.string()]);

function readCursor(cursor: string): EntitlementPlace {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw new BrokerError('request.malformed', { hint: 'cursor: not one that was given out.' });
  }
}
