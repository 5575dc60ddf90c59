/**
 * IAM's wildcards: `*` is any run of characters, `?` exactly one, and nothing else is special. No regular
 * expression is ever made from a pattern: one that fails goes back to the last star only, so that the work
 * is at most value times pattern and, with short texts between the stars, grows with the value alone.
 */
const ANY_RUN = -1;
const ANY_ONE = -2;
const STAR = 42;
const QUESTION_MARK = 63;

/** A pattern as UTF-16 code units, wildcards as negative numbers; so a literal star is no wildcard. */
export type Glob = readonly number[];

export function globOf(pattern: string): Glob {
  return codeUnits(pattern).map((unit) => {
    if (unit === STAR) return ANY_RUN;
    return unit === QUESTION_MARK ? ANY_ONE : unit;
  });
}

export function literalGlob(text: string): Glob {
  return codeUnits(text);
}

export function matchesWildcard(pattern: string, value: string): boolean {
  return matchesGlob(globOf(pattern), value);
}

export function matchesGlob(glob: Glob, value: string): boolean {
  let at = 0;
  let next = 0;
  let afterStar = -1;
  let resumeAt = 0;
  while (at < value.length) {
    const wanted = glob[next];
    if (wanted === ANY_RUN) {
      next += 1;
      afterStar = next;
      resumeAt = at;
    } else if (wanted === ANY_ONE || wanted === value.charCodeAt(at)) {
      next += 1;
      at += 1;
    } else if (afterStar >= 0) {
      // The last star takes one character more; giving an earlier one more could not help.
      resumeAt += 1;
      at = resumeAt;
      next = afterStar;
    } else {
      return false;
    }
  }
  while (glob[next] === ANY_RUN) next += 1;
  return next === glob.length;
}

/** Cuts at literal occurrences of the character; what follows the last of at most `limit` parts stays whole. */
export function splitGlob(glob: Glob, separator: string, limit: number): Glob[] {
  const unit = separator.charCodeAt(0);
  const parts: Glob[] = [];
  let from = 0;
  while (parts.length < limit - 1) {
    const to = glob.indexOf(unit, from);
    if (to < 0) break;
    parts.push(glob.slice(from, to));
    from = to + 1;
  }
  parts.push(glob.slice(from));
  return parts;
}

function codeUnits(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}
