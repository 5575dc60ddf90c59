import * as client from 'openid-client';
import type { FetchedAnswer, LimitedFetch } from '../limited-fetch.ts';

/** Statuses that may have no body, by the Fetch standard; any other answer of theirs is refused later. */
const BODILESS = new Set([101, 204, 205, 304]);

/** Our limited fetch in the shape the OpenID library asks for. */
export function libraryFetch(fetch: LimitedFetch): client.CustomFetch {
  return async (url, options) =>
    toResponse(
      await fetch(url, {
        method: options.method === 'POST' ? 'POST' : 'GET',
        headers: options.headers,
        ...(options.body instanceof URLSearchParams ? { body: options.body.toString() } : {}),
      }),
    );
}

function toResponse(answer: FetchedAnswer): Response {
  const body = BODILESS.has(answer.status) ? null : new Uint8Array(answer.body);
  return new Response(body, { status: answer.status, headers: { 'content-type': answer.contentType } });
}

/**
 * Lets the library speak plain http, for identity providers on this machine. It marks that function as
 * deprecated so that every use of it is looked at; this is the one use.
 */
export const allowPlainHttp: (configuration: client.Configuration) => void = Reflect.get<
  typeof client,
  'allowInsecureRequests'
>(client, 'allowInsecureRequests');
