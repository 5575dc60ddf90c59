/** The console's hosts in the partition `aws`, the only one that the sandbox has. */
const CONSOLE_HOST = /^(?:[a-z0-9-]+\.){0,2}console\.aws\.amazon\.com$/;

/**
 * The page of the sandbox's console that stands for a Destination: AWS's own console pages and the sandbox's.
 * Nothing for any other address, which the real endpoint refuses too; nobody is sent elsewhere from here.
 */
export function landingPath(destination: string, awsUrl: string): string | undefined {
  const url = plainUrl(destination);
  if (url === undefined) return undefined;
  const rest = `${url.search}${url.hash}`;
  if (url.origin === awsUrl) return isConsolePath(url.pathname) ? `${url.pathname}${rest}` : undefined;
  if (url.protocol !== 'https:' || url.port !== '' || !CONSOLE_HOST.test(url.hostname)) return undefined;
  return isConsolePath(url.pathname) ? `${url.pathname}${rest}` : `/console${url.pathname}${rest}`;
}

/** Where a sign-out may lead: to the console, or to a login, which AWS takes under this host's name alone. */
const LOGIN_ORIGIN = 'https://us-east-1.signin.aws.amazon.com';

/** The sandbox's path that stands for a sign-out's `redirect_uri`. */
export function afterSignOutPath(redirectUri: string, awsUrl: string): string | undefined {
  const url = plainUrl(redirectUri);
  const isLogin =
    url?.pathname === '/federation' &&
    url.searchParams.get('Action') === 'login' &&
    (url.origin === LOGIN_ORIGIN || url.origin === awsUrl);
  return isLogin ? `/federation${url.search}` : landingPath(redirectUri, awsUrl);
}

function plainUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username === '' && url.password === '' ? url : undefined;
}

function isConsolePath(path: string): boolean {
  return path === '/console' || path.startsWith('/console/');
}
