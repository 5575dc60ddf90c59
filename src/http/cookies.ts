import type { Request, Response } from 'express';

export interface Cookies {
  readonly session: CookieSlot;
  /** Binds sign-in flows to this browser; must come along with an identity provider's cross-site POST. */
  readonly flow: CookieSlot;
  /** What somebody pressed before they were sent to sign in again: `web/sign-in-again`. */
  readonly click: CookieSlot;
  /** Of whoever sets up an installation that nobody administers yet: `web/first-run`. */
  readonly firstRun: CookieSlot;
}

export interface CookieSlot {
  readonly name: string;
  read(request: Request): string | undefined;
  write(response: Response, value: string, maxAgeSeconds: number): void;
  clear(response: Response): void;
}

/**
 * Over https every cookie is `__Host-`: Secure, host-only, for the whole path. On http, which is loopback
 * only, browsers drop both that prefix and SameSite=None, so the flow cookie is Lax there and
 * `web/resubmit` brings it along.
 */
export function createCookies(baseUrl: string): Cookies {
  const secure = baseUrl.startsWith('https:');
  return {
    session: slot(secure, 'daypass-session', 'Lax'),
    flow: slot(secure, 'daypass-flow', secure ? 'None' : 'Lax'),
    click: slot(secure, 'daypass-click', 'Lax'),
    firstRun: slot(secure, 'daypass-first-run', 'Lax'),
  };
}

function slot(secure: boolean, plainName: string, sameSite: 'Lax' | 'None'): CookieSlot {
  const name = secure ? `__Host-${plainName}` : plainName;
  const attributes = `; Path=/; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`;
  const set = (response: Response, value: string, maxAgeSeconds: number): void => {
    response.append('Set-Cookie', `${name}=${value}; Max-Age=${maxAgeSeconds}${attributes}`);
  };
  return {
    name,
    read: (request) => readCookie(request.headers.cookie, name),
    write: set,
    clear: (response) => set(response, '', 0),
  };
}

/** Our values are base64url; anything else under our name is not ours. */
function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
    const value = pair.slice(equals + 1).trim();
    return /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
  }
  return undefined;
}
