import { type Signing, signedRequest } from '../support/sign-request.ts';
import type { FuzzDoor } from './door.ts';
import type { Shot } from './shot.ts';

/** A request as a client signs it, to be sent as it is or spoiled first. */
export function signedShot(door: FuzzDoor, signing: Omit<Signing, 'at'>): Shot {
  const { init, url } = signedRequest(door.url, { at: new Date(), ...signing });
  return {
    method: init.method ?? 'POST',
    path: url.slice(door.url.length),
    headers: init.headers as Record<string, string>,
    ...(typeof init.body === 'string' ? { body: init.body } : {}),
  };
}

/** A form as a query is signed: every character escaped that has to be, in the order of its bytes. */
export function canonicalQuery(form: string): string {
  const rfc3986 = form.replace(/[!'()*]/g, (text) => `%${text.charCodeAt(0).toString(16).toUpperCase()}`);
  return rfc3986.split('&').sort().join('&');
}
