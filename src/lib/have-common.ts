/** Whether anything is in both; costs what the smaller one costs. */
export function haveCommon<Value>(one: ReadonlySet<Value>, other: ReadonlySet<Value>): boolean {
  const [small, large] = one.size < other.size ? [one, other] : [other, one];
  for (const value of small) if (large.has(value)) return true;
  return false;
}
