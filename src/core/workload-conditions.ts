/**
 * Which of an issuer's tokens are an application's. Most issuers sign for everybody (GitHub for every repository
 * there is), so conditions must name somebody, and `*` can neither stand for who that is nor end in the middle of a
 * name: as a whole part between `:` and `/` it is any one part, and at the end all that follows.
 *
 *   repo:example/app:ref:refs/heads/main   this branch
 *   repo:example/app:*                     whatever runs in this repository
 *   system:serviceaccount:*:reporter       the service accounts of this name
 */
import type { Workload } from './application-schema.ts';

type Conditions = Workload['conditions'];

/** Claims that name who it is; branches, environments and the like are nobody's own. */
const IDENTIFYING = [
  'sub',
  'repository',
  'repository_id',
  'repository_owner_id',
  'project_path',
  'project_id',
  'namespace_id',
];
/** `repo:example`, `project_path:group`, `system:serviceaccount`: less could be anybody. */
const LITERAL_PARTS = 2;
const STAR = '*';

/** Each claim must be there as one text. */
export function conditionsHold(conditions: Conditions, claims: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(conditions).every(([name, accepted]) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    return typeof value === 'string' && accepted.some((pattern) => matches(pattern, value));
  });
}

function matches(pattern: string, value: string): boolean {
  const wanted = partsOf(pattern);
  const given = partsOf(value);
  const fits = wanted.at(-1) === STAR ? given.length >= wanted.length : given.length === wanted.length;
  return fits && wanted.every((part, at) => part === given[at] || (part === STAR && given[at] !== ''));
}

/** The separators are parts as well, so that `:` and `/` are told apart. */
function partsOf(value: string): readonly string[] {
  return value.split(/([:/])/);
}

/** Whether some claim says whose the tokens must be. */
export function nameSomebody(conditions: Conditions): boolean {
  return IDENTIFYING.some(
    (name) => Object.hasOwn(conditions, name) && conditions[name]?.every(isSomebody) === true,
  );
}

function isSomebody(pattern: string): boolean {
  const parts = partsOf(pattern);
  const star = parts.indexOf(STAR);
  const literal = parts.slice(0, star).filter((part) => /[^:/]/.test(part));
  return star === -1 || literal.length >= LITERAL_PARTS;
}

/** Whether every `*` in it is a whole part. */
export function isUsablePattern(pattern: string): boolean {
  return partsOf(pattern).every((part) => part === STAR || !part.includes(STAR));
}
