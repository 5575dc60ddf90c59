/** What AWS must allow, in sentences. */
import type { NeededPermission, NeededTrust, TrustedPrincipal, TrustNeeds } from './trust-needs.ts';

/** @param audience an account's own conditions, such as its external ID, are for administrators alone. */
export function trustInWords(
  { trust, permissions }: TrustNeeds,
  audience: 'administrator' | 'person',
): string {
  const sentences = [
    ...trust.map((each) => trustSentence(each, audience)),
    ...permissions.map(permissionSentence),
  ];
  return sentences.length === 0 ? 'AWS needs to allow nothing more for this.' : sentences.join(' ');
}

function trustSentence(
  { roleArn, principal, actions, conditions }: NeededTrust,
  audience: 'administrator' | 'person',
): string {
  const under = conditions.map(({ key, values }) => `${key} ${values.join(' or ')}`);
  const when = audience === 'person' || under.length === 0 ? '' : `, with ${under.join(' and ')}`;
  return `The trust policy of ${roleArn} must allow ${nameOf(principal)} ${list(actions)}${when}.`;
}

function permissionSentence({ credentialSource, hubRoleArn, actions, resource }: NeededPermission): string {
  return `A policy of ${hubRoleArn ?? keyOf(credentialSource)} must allow ${list(actions)} on ${resource}.`;
}

function nameOf(principal: TrustedPrincipal): string {
  switch (principal.kind) {
    case 'saml-provider':
      return principal.arn;
    case 'openid-provider':
      return principal.arn;
    case 'aws':
      return principal.arn ?? keyOf(principal.credentialSource);
    case 'services':
      return list(principal.services);
  }
}

function keyOf(credentialSource: string): string {
  return `whoever the credential source "${credentialSource}" is`;
}

function list(words: readonly string[]): string {
  return words.join(', ');
}
