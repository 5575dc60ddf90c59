/** The console's hosts in the partition `aws`, the only one that the sandbox has. */
const CONSOLE_HOST = /^(?:[a-z0-9-]+\.){0,2}console\.aws\.amazon\.com$/;

/**
 * The page of the sandbox's console that stands for a Destination: AWS's own console pages and the sandbox's.
 * Nothing for any other address, which the real endpoint refuses too; nobody is sent elsewhere from here.
 */
export function landingPath(destination: string, awsUrl: string): string | undefined {
  if (!URL.canParse(destination)) return undefined;
  const url = new URL(destination);
  const rest = `${url.search}${url.hash}`;
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.origin === awsUrl) return isConsolePath(url.pathname) ? `${url.pathname}${rest}` : undefined;
  if (url.protocol !== 'https:' || url.port !== '' || !CONSOLE_HOST.test(url.hostname)) return undefined;
  return isConsolePath(url.pathname) ? `${url.pathname}${rest}` : `/console${url.pathname}${rest}`;
}

function isConsolePath(path: string): boolean {
  return path === '/console' || path.startsWith('/console/');
}
