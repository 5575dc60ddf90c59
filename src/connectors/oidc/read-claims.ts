import { BrokerError } from '../../core/errors.ts';
import type { Identity } from '../../core/principal.ts';
import { displayText } from '../display-text.ts';
import type { OpenIdSettings } from './openid-settings.ts';
import type { Claims } from './signed-token.ts';

export const MAXIMUM_GROUPS = 2_000;
const MAXIMUM_GROUP_LENGTH = 1_024;
/** They belong to one token, not to a person; the last three are Entra ID's. */
const TOKEN_CLAIMS = new Set(['nonce', 'at_hash', 'c_hash', 's_hash', 'jti', 'sid', 'uti', 'rh', 'aio']);

/** The person in verified claims. @throws BrokerError `oidc.groups`, `oidc.subject` */
export function readIdentity(claims: Claims, settings: OpenIdSettings): Identity {
  const subject = claims['sub'];
  if (typeof subject !== 'string') throw new BrokerError('oidc.subject');
  const attributes = readAttributes(claims);
  const displayName = displayText(attributes.get(settings.displayNameClaim));
  const email = displayText(attributes.get(settings.emailClaim));
  return {
    connectorId: settings.id,
    subject,
    ...(displayName === undefined ? {} : { displayName }),
    ...(email === undefined ? {} : { email }),
    groups: readGroups(claims, settings.groupsClaim),
    attributes,
  };
}

/** One text or a list of texts; a shape that is anything else could be read in more than one way. */
export function readGroups(claims: Claims, groupsClaim: string): readonly string[] {
  if (!Object.hasOwn(claims, groupsClaim)) return [];
  const claim = claims[groupsClaim];
  const list: unknown[] = Array.isArray(claim) ? claim : [claim];
  if (list.length > MAXIMUM_GROUPS) throw new BrokerError('oidc.groups', { detail: `${list.length} groups` });
  return list.filter(isGroup);
}

function isGroup(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAXIMUM_GROUP_LENGTH) {
    throw new BrokerError('oidc.groups', { detail: 'a group that is not a text of usual length' });
  }
  return value !== '';
}

function readAttributes(claims: Claims): Map<string, readonly string[]> {
  const attributes = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(claims)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    const isText = values.every((entry) => typeof entry === 'string');
    if (isText && !TOKEN_CLAIMS.has(name)) attributes.set(name, values);
  }
  return attributes;
}
