export function matchesWildcard(pattern: string, value: string): boolean {
  return pattern === value;
}
