import type { ErrorCode } from '../../../src/core/errors.ts';
import type { TokenKey, TokenRecipe } from '../../support/fake-openid-provider.ts';
import type { Attempt, HostileWorld } from './hostile-world.ts';

/** What an attack may make use of. */
export interface Stage {
  readonly world: HostileWorld;
  readonly attempt: Attempt;
  /** A key that the provider never published. */
  readonly stranger: TokenKey;
  /** Seconds since 1970. */
  readonly now: number;
}

/** One lie at sign-in, by what the browser brings back or by what the provider answers. */
export interface HostileCase {
  /** Of the table of attacks, e.g. `O04`. */
  readonly row: string;
  readonly what: string;
  readonly code: ErrorCode;
  readonly recipe?: (stage: Stage) => TokenRecipe | Promise<TokenRecipe>;
  readonly query?: (honest: URLSearchParams, stage: Stage) => void;
  /** `corp` where nothing else is said. */
  readonly connector?: string;
}

/** Whoever is refused before the code is sent gives the provider nothing to do. */
export function tokenRequestsOf({ query }: HostileCase): number {
  return query === undefined ? 1 : 0;
}
