import { createOwnAuthorizations, type OwnAuthorizations } from './own-authorizations.ts';
import {
  createPersonalTokens,
  type PersonalTokens,
  type PersonalTokensDependencies,
} from './personal-tokens.ts';
import type { AuthorizationStore } from '../core/ports/authorizations.ts';

interface OwnTokens {
  readonly ownAuthorizations: OwnAuthorizations;
  readonly personalTokens: PersonalTokens;
}

/** What a person makes, sees and ends of all that acts for them. */
export function createOwnTokens(
  dependencies: PersonalTokensDependencies & { readonly authorizations: AuthorizationStore },
): OwnTokens {
  const { authorizations, clock } = dependencies;
  return {
    ownAuthorizations: createOwnAuthorizations(authorizations, clock),
    personalTokens: createPersonalTokens(dependencies),
  };
}
