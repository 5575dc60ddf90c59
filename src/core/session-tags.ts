import type { Mapping } from './catalogue.ts';
import { deny, type Denial } from './denial.ts';
import type { SessionTag } from './ports/signer.ts';
import type { Principal } from './principal.ts';

type TagOutcome =
  { readonly denial: Denial } | { readonly denial: undefined; readonly sessionTags: readonly SessionTag[] };

/** A tag that decides access in AWS must be exactly one value that was really sent; a missing one is not guessed. */
export function sessionTagsOf(mapping: Mapping, principal: Principal): TagOutcome {
  const tags: SessionTag[] = [];
  for (const { key, value: fixed, fromAttribute, transitive } of mapping.limits.sessionTags) {
    const values = fixed === undefined ? attributeValues(principal, fromAttribute) : [fixed];
    const [value] = values;
    if (value === undefined || values.length > 1 || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)) {
      const hint = `Your identity must bring the attribute “${fromAttribute ?? key}” with exactly one value that AWS accepts as a tag.`;
      return { denial: deny('session_tag.missing', `tag ${key} has ${values.length} values`, { hint }) };
    }
    tags.push({ key, value, transitive });
  }
  return { denial: undefined, sessionTags: tags };
}

function attributeValues(principal: Principal, name: string | undefined): readonly string[] {
  if (principal.kind === 'application' || name === undefined) return [];
  return principal.identity.attributes.get(name) ?? [];
}
