/**
 * IAM's wildcards: `*` is any run of characters, `?` exactly one, and nothing else is special. No regular
 * expression is ever made from a pattern: one that fails goes back to the last star only, so that the work
 * is at most value times pattern and, with short texts between the stars, grows with the value alone.
 */
const ANY_RUN = -1;
const ANY_ONE = -2;
/** Of characters other than a colon: wildcards within one part of an ARN. */
const ANY_RUN_OF_PART = -3;
const ANY_ONE_OF_PART = -4;
const STAR = 42;
const QUESTION_MARK = 63;
const COLON = 58;
/** Between an ARN's six parts. */
export const ARN_COLONS = 5;

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

/** A star that was passed: where the pattern goes on after it, and up to where it has taken the value. */
interface PassedStar {
  readonly after: number;
  takenTo: number;
}

export function matchesGlob(glob: Glob, value: string): boolean {
  let at = 0;
  let next = 0;
  let free: PassedStar | undefined;
  let ofPart: PassedStar | undefined;
  while (at < value.length) {
    const wanted = glob[next];
    if (fitsOne(wanted, value.charCodeAt(at))) {
      next += 1;
      at += 1;
    } else if (wanted === ANY_RUN) {
      next += 1;
      free = { after: next, takenTo: at };
      ofPart = undefined;
    } else if (wanted === ANY_RUN_OF_PART) {
      next += 1;
      ofPart = { after: next, takenTo: at };
    } else {
      // The last star takes one character more; giving an earlier one more could not help, but where the last
      // has come to the end of its part: then only a star that goes past colons can.
      const star = ofPart !== undefined && value.charCodeAt(ofPart.takenTo) !== COLON ? ofPart : free;
      if (star === undefined) return false;
      star.takenTo += 1;
      at = star.takenTo;
      next = star.after;
    }
  }
  while (glob[next] === ANY_RUN || glob[next] === ANY_RUN_OF_PART) next += 1;
  return next === glob.length;
}

function fitsOne(wanted: number | undefined, unit: number): boolean {
  return wanted === unit || wanted === ANY_ONE || (wanted === ANY_ONE_OF_PART && unit !== COLON);
}

/**
 * A Resource's wildcards as AWS reads them: in an ARN's first five parts they stay within their part, but for a
 * star that ends one, which may go on past colons. What follows the fifth colon is the service's own.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function confinedToArnParts(glob: Glob): Glob {
  let colons = 0;
  return glob.map((unit, index) => {
    if (unit === COLON) colons += 1;
    if (colons >= ARN_COLONS) return unit;
    if (unit === ANY_ONE) return ANY_ONE_OF_PART;
    const following = glob[index + 1];
    const endsPart = following === undefined || following === COLON;
    return unit === ANY_RUN && !endsPart ? ANY_RUN_OF_PART : unit;
  });
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
