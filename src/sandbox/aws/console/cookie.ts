import type { Request, Response } from 'express';

/** Browsers share cookies among a host's ports, so the name must not be the broker's. */
const NAME = 'sandbox-console';
/**
 * Lax: the login may come from the broker's page by POST, and the redirect after it is a GET. For the whole
 * host: whoever signs in has to be asked whether somebody is signed in already.
 */
const ATTRIBUTES = { httpOnly: true, sameSite: 'lax', path: '/' } as const;

export function setConsoleCookie(response: Response, value: string, awsUrl: string): void {
  response.cookie(NAME, value, { ...ATTRIBUTES, secure: awsUrl.startsWith('https:') });
}

export function clearConsoleCookie(response: Response): void {
  response.clearCookie(NAME, ATTRIBUTES);
}

export function consoleCookieOf(request: Request): string | undefined {
  const pairs = (request.get('cookie') ?? '').split(/; */);
  const value = pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
  return value !== undefined && /^[\w-]{1,128}$/.test(value) ? value : undefined;
}
