/** No line that is meant is as long, and a longer one would cost a pattern time. */
export const LONGEST_LINE = 4_096;

const MAXIMUM_LINES = 200_000;

export function linesOf(text: string): { readonly lines: readonly string[]; readonly isCut: boolean } {
  // Whoever reads a line trims it, so a carriage return is no matter; splitting by a pattern is many times slower.
  const lines = text.split('\n', MAXIMUM_LINES + 1);
  return { lines: lines.slice(0, MAXIMUM_LINES), isCut: lines.length > MAXIMUM_LINES };
}
