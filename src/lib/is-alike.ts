/** Whether two JSON values say the same in the same order, without writing them out. Whatever is doubtful is not alike. */
export function isAlike(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return false;
  if (Array.isArray(before) !== Array.isArray(after)) return false;
  const [old, now] = [Object.entries(before), Object.entries(after)];
  return (
    old.length === now.length &&
    old.every(([key, value], at) => now[at]?.[0] === key && isAlike(value, now[at][1]))
  );
}
