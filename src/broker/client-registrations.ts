/**
 * Clients of Identity Center's protocol, as they register: anybody may, and proves nothing by it. The client id
 * itself holds the registration and our proof that we made it, so that nothing is stored: a flood costs no rows,
 * and clients, which keep theirs for months, outlive every restart.
 */
import { z } from 'zod';
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import { sha256Hex } from '../lib/hash.ts';
import { isSameText } from '../lib/is-same-text.ts';
import type { KeyedHash } from '../lib/keyed-hash.ts';
import { isLoopbackRedirect } from './loopback-redirect.ts';

const LIFE_SECONDS = 90 * 86_400;
const SECRET_PREFIX = 'daypass_cs_';
export const CLIENT_SCOPE = 'sso:account:access';

export interface AskedRegistration {
  readonly name: string;
  readonly type: string;
  readonly redirectUris: readonly string[];
  readonly scopes: readonly string[];
}

export interface Registration {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface KnownClient {
  /** SHA-256 of the client id, hex: what is stored of it. */
  readonly idHash: string;
  /** As it calls itself. Decides nothing. */
  readonly name: string;
  readonly redirectUris: readonly string[];
}

export interface ClientRegistrations {
  /** @throws BrokerError `client.metadata`, `client.redirect_uri`, `client.scope` */
  register(asked: AskedRegistration): Registration;
  /** @throws BrokerError `client.invalid` */
  authenticate(client: { readonly id: string; readonly secret: string }): KnownClient;
  /** By its id alone, in a browser. @throws BrokerError `client.invalid` */
  find(clientId: string): KnownClient;
}

/** What a client id holds, under short names: browsers carry it in their addresses. */
const contents = z.object({ n: z.string(), r: z.array(z.string()), e: z.int() });

export function createClientRegistrations(hash: KeyedHash, clock: Clock): ClientRegistrations {
  function find(clientId: string): KnownClient {
    const [text = '', proof = '', ...rest] = clientId.split('.');
    if (rest.length > 0 || !isSameText(hash(`client id ${text}`), proof))
      throw new BrokerError('client.invalid', { detail: 'not a client id of ours' });
    const { n, r, e } = contents.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (e * 1_000 <= clock.now().getTime())
      throw new BrokerError('client.invalid', { detail: 'the registration has expired' });
    return { idHash: sha256Hex(clientId), name: n, redirectUris: r };
  }
  const secretOf = (clientId: string): string => SECRET_PREFIX + hash(`client secret ${clientId}`);

  return {
    find,
    register(asked) {
      assertAcceptable(asked);
      const issuedAt = clock.now();
      const expiresAt = new Date((Math.floor(issuedAt.getTime() / 1_000) + LIFE_SECONDS) * 1_000);
      const held = { n: asked.name, r: asked.redirectUris, e: expiresAt.getTime() / 1_000 };
      const text = Buffer.from(JSON.stringify(held)).toString('base64url');
      const clientId = `${text}.${hash(`client id ${text}`)}`;
      return { clientId, clientSecret: secretOf(clientId), issuedAt, expiresAt };
    },
    authenticate({ id, secret }) {
      if (!isSameText(secretOf(id), secret)) throw new BrokerError('client.invalid');
      return find(id);
    },
  };
}

/** Letters and digits of any script, and what names are joined with; nothing that markup or a terminal reads. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._:@()+/#',-]{0,99}$/u;
const MAXIMUM_REDIRECTS = 3;

function assertAcceptable({ name, type, redirectUris, scopes }: AskedRegistration): void {
  if (type !== 'public') throw new BrokerError('client.metadata', { detail: 'not a public client' });
  if (!NAME.test(name)) throw new BrokerError('client.metadata', { detail: 'name' });
  if (redirectUris.length > MAXIMUM_REDIRECTS || !redirectUris.every(isLoopbackRedirect))
    throw new BrokerError('client.redirect_uri');
  if (!scopes.every((scope) => scope === CLIENT_SCOPE)) throw new BrokerError('client.scope');
}

/** What is kept of a client, and of where it asked from. */
export function clientFacts(
  client: KnownClient,
  { sourceIp, userAgent }: Origin,
): Readonly<Record<string, string>> {
  return {
    clientId: client.idHash,
    clientName: client.name,
    ...(sourceIp === undefined ? {} : { sourceIp }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}
