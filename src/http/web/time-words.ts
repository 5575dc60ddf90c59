/** Moments as a person thinks of them, no more exact than they are known. */
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

export function ago(then: Date, now: Date): string {
  const words = lengthInWords(now.getTime() - then.getTime());
  return words === undefined ? 'less than a minute ago' : `${words} ago`;
}

export function ahead(then: Date, now: Date): string {
  const words = lengthInWords(then.getTime() - now.getTime());
  return words === undefined ? 'in less than a minute' : `in ${words}`;
}

function lengthInWords(milliseconds: number): string | undefined {
  for (const [unit, size] of UNITS) {
    const count = Math.floor(milliseconds / 1_000 / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return undefined;
}
