/** How an application proves itself in an OAuth request: by exactly one way (RFC 6749 section 2.3, RFC 7521 section 4.2). */
import type { Request } from 'express';
import type { ShownProof } from '../../broker/applications/shown-proof.ts';
import { BrokerError } from '../../core/errors.ts';
import { readField } from '../middleware/bodies.ts';
import { clientCertificateOf } from './client-certificate.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** @throws BrokerError `client.invalid` where nothing is shown, `request.malformed` where two things are. */
export function readShownProof(request: Request): ShownProof {
  const { authorization } = request.headers;
  const clientId = readField(request, 'client_id');
  const secret = readField(request, 'client_secret');
  const assertion = readField(request, 'client_assertion');
  if ([authorization, secret, assertion].filter((way) => way !== undefined).length > 1) {
    throw new BrokerError('request.malformed', { detail: 'two client authentications' });
  }
  if (authorization !== undefined) return fromHeader(authorization, clientId);
  if (assertion !== undefined) {
    if (readField(request, 'client_assertion_type') !== ASSERTION_TYPE) {
      throw new BrokerError('request.malformed', { hint: `Send client_assertion_type=${ASSERTION_TYPE}.` });
    }
    return { kind: 'assertion', clientId, assertion };
  }
  if (clientId === undefined) throw new BrokerError('client.invalid', { detail: 'nothing was shown' });
  if (secret !== undefined) return { kind: 'secret', clientId, secret };
  // Last: a proxy passes the certificate on with every request of a connection, whatever the request itself shows.
  const certificate = clientCertificateOf(request);
  if (certificate === undefined) throw new BrokerError('client.invalid', { detail: 'nothing was shown' });
  return { kind: 'certificate', clientId, certificate };
}

function fromHeader(authorization: string, inForm: string | undefined): ShownProof {
  const { id, secret } = basicCredentials(authorization);
  if (inForm !== undefined && inForm !== id) {
    throw new BrokerError('request.malformed', { detail: 'two client ids' });
  }
  return { kind: 'secret', clientId: id, secret };
}

function basicCredentials(authorization: string): { id: string; secret: string } {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]{1,4096})$/i.exec(authorization) ?? [];
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw new BrokerError('client.invalid');
  try {
    return { id: decodeForm(text.slice(0, colon)), secret: decodeForm(text.slice(colon + 1)) };
  } catch {
    throw new BrokerError('client.invalid', { detail: 'not form-encoded' });
  }
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
