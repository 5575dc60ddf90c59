/** The known word nearest to what somebody wrote, if it is near enough to be what they meant. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const wanted = written.toLowerCase();
  if (wanted.length > 64) return undefined;
  let best: string | undefined;
  // A third of the letters may differ; a word of one or two letters must be nearly there.
  let smallest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const word of known) {
    const distance = editDistance(wanted, word.toLowerCase());
    if (distance < smallest) {
      best = word;
      smallest = distance;
    }
  }
  return best;
}

/** Letters to add, drop, replace or swap with their neighbour, one row at a time. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[index] === to[column - 1] ? 0 : 1);
      const swapped = from[index] === to[column - 2] && from[index - 1] === to[column - 1];
      const neighbour = swapped ? (before[column - 2] ?? Infinity) + 1 : Infinity;
      next.push(Math.min(replaced, neighbour, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
