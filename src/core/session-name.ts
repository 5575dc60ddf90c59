import { hash } from 'node:crypto';
import { principalId, type Principal } from './principal.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const HASH_LENGTH = 12;

/**
 * The name under which AWS's own logs know the principal: RoleSessionName, SourceIdentity and
 * GetFederationToken's Name (`[\w+=,.@-]`, 2 to 64 characters, 2 to 32 for federation).
 *
 * A readable start, then 60 bits of a hash of (connector, subject): two identities never share a name,
 * however alike they look, and one identity keeps its name when people rename themselves.
 */
export function sessionName(principal: Principal, maximumLength: number): string {
  const suffix = hashOf(principalId(principal));
  const readable = labelOf(principal).replace(/[^A-Za-z0-9_+=,.@-]+/g, '_');
  const start = readable.slice(0, maximumLength - HASH_LENGTH - 1).replace(/^[._-]+/, '');
  return start === '' ? suffix : `${start}-${suffix}`;
}

/** The subject, which the identity provider keeps stable; display names and e-mail change. */
function labelOf(principal: Principal): string {
  return principal.kind === 'application' ? principal.id : principal.identity.subject;
}

function hashOf(id: string): string {
  const digest = hash('sha256', id, 'buffer');
  let text = '';
  for (let index = 0; index < HASH_LENGTH; index += 1) text += ALPHABET.charAt(digest.readUInt8(index) % 32);
  return text;
}
