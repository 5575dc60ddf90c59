/**
 * A second proof, beside where a request says it comes from, that a page of ours was shown before a form is
 * posted: a token that only this sign-in session's pages hold. It is derived from the session's cookie, so that
 * nothing is stored, a new session has a new one, and whoever can make it has the cookie already.
 *
 * The API takes none: it reads `application/json` alone, which no form can send, and refuses a session's cookie
 * from anywhere but our own pages (`api/caller`). A token would be fetched from the same API by the same script
 * and prove nothing more.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { BrokerError } from '../../core/errors.ts';
import type { CookieSlot } from '../cookies.ts';
import { readField, readForm } from './bodies.ts';

const FIELD = 'csrfToken';

export function csrfTokenOf(sessionCookie: string): string {
  return createHmac('sha256', sessionCookie).update('daypass csrf token').digest('base64url');
}

/**
 * For everything behind it that changes something in a person's name. Without a session's cookie there is
 * nobody in whose name it could be done.
 */
export function requireCsrfToken(sessionCookie: CookieSlot, limit?: string): readonly RequestHandler[] {
  const read = readForm(limit);
  const guards = (request: Request): string | undefined =>
    request.method === 'POST' ? sessionCookie.read(request) : undefined;
  return [
    (request, response, next) => {
      // Of a body that is no form nothing is read: it can hold no token.
      const isForm = request.is('application/x-www-form-urlencoded') !== false;
      if (guards(request) !== undefined && isForm) read(request, response, next);
      else next();
    },
    (request, _response, next) => {
      const cookie = guards(request);
      if (cookie !== undefined && !isToken(request, csrfTokenOf(cookie))) {
        throw new BrokerError('request.csrf_token');
      }
      next();
    },
  ];
}

function isToken(request: Request, expected: string): boolean {
  const given = Buffer.from(readField(request, FIELD) ?? '');
  const wanted = Buffer.from(expected);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
