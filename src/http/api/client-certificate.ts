import type { Request } from 'express';

/**
 * The client's certificate in DER, as the proxy that ended its TLS passes it on (RFC 9440: `Client-Cert`). Anybody can
 * send the header: it counts only from an address of `trustedProxies`, whose proxy takes it out of what clients send.
 */
export function clientCertificateOf(request: Request): Uint8Array | undefined {
  const header = request.headers['client-cert'];
  const isTrusted = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  if (typeof header !== 'string' || !isTrusted(request.socket.remoteAddress ?? '', 0)) return undefined;
  // One item alone: where a client's own header has come through beside the proxy's, neither counts.
  const [, encoded] = /^:([A-Za-z0-9+/]{1,12000}={0,2}):$/.exec(header) ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}
