/**
 * A page of ours that posts an identity provider's message once more: that POST is same-site, so the browser
 * brings the Lax cookies that it left at home when another site posted to us.
 */
import type { Request, Response } from 'express';
import type { CookieSlot } from '../cookies.ts';
import { readField } from '../middleware/bodies.ts';
import type { Pages } from './pages.ts';

const CARRIED = ['SAMLResponse', 'RelayState'];
const MARK = { name: 'resubmitted', value: 'yes' } as const;

/**
 * On http (loopback only) no cookie can be SameSite=None, so the flow cookie is Lax too; with it comes the
 * flow's binding to this browser.
 */
export function lacksCookies(request: Request, flowCookie: CookieSlot, baseUrl: string): boolean {
  return (
    baseUrl.startsWith('http:') &&
    request.headers['sec-fetch-site'] === 'cross-site' &&
    flowCookie.read(request) === undefined
  );
}

/** Whether it came from that page, however it says where it came from: then it is not sent round again. */
export function wasResubmitted(request: Request): boolean {
  return readField(request, MARK.name) !== undefined;
}

export async function bringCookiesAlong(request: Request, response: Response, pages: Pages): Promise<void> {
  const fields = CARRIED.flatMap((name) => {
    const value = readField(request, name);
    return value === undefined ? [] : [{ name, value }];
  });
  await pages.render(response, 'resubmit', {
    title: 'Signing you in',
    action: request.path,
    fields: [...fields, MARK],
  });
}
