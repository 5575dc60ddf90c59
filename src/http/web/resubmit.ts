/**
 * On http (loopback only) no cookie can be SameSite=None, so a browser leaves our Lax flow cookie at home when
 * an identity provider on another site posts to us. The answer is a page of ours that posts the same fields
 * once more: that POST is same-site, the cookie comes along, and the flow's binding to this browser holds.
 */
import type { Request, Response } from 'express';
import type { CookieSlot } from '../cookies.ts';
import { readField } from '../middleware/bodies.ts';
import type { Pages } from './pages.ts';

const CARRIED = ['SAMLResponse', 'RelayState'];

export function lacksCookies(request: Request, flowCookie: CookieSlot, baseUrl: string): boolean {
  return (
    baseUrl.startsWith('http:') &&
    request.headers['sec-fetch-site'] === 'cross-site' &&
    flowCookie.read(request) === undefined
  );
}

export async function bringCookiesAlong(request: Request, response: Response, pages: Pages): Promise<void> {
  const fields = CARRIED.flatMap((name) => {
    const value = readField(request, name);
    return value === undefined ? [] : [{ name, value }];
  });
  await pages.render(response, 'resubmit', { title: 'Signing you in', action: request.path, fields });
}
