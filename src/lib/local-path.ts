/**
 * A path of ours out of whatever a request carries, for going back to where one wanted to go.
 * Anything that a browser might read as another origin, before or after it resolves dots, becomes `/`.
 */
export function localPath(value: unknown, baseUrl: string): string {
  if (typeof value !== 'string' || value.length > 2_048) return '/';
  if (!/^\/[\x21-\x7e]*$/.test(value) || value.includes('\\') || !URL.canParse(value, baseUrl)) return '/';
  const { origin, pathname, search } = new URL(value, baseUrl);
  const ours = origin === baseUrl && !pathname.startsWith('//');
  return ours ? pathname + search : '/';
}
