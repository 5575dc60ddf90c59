/** A person as JSON and back. */
import type { Identity, SignedInPerson } from '../core/principal.ts';

export function identityText(identity: Identity): string {
  return JSON.stringify({ ...identity, attributes: [...identity.attributes] });
}

export function identityOf(json: string): Identity {
  const kept = JSON.parse(json) as Omit<Identity, 'attributes'> & {
    readonly attributes: readonly (readonly [string, readonly string[]])[];
  };
  return { ...kept, attributes: new Map(kept.attributes) };
}

/** What somebody is searched for by: lower-case, without what a database's text cannot hold. */
export function searchTextOf(identityJson: string): string {
  const { subject, displayName = '', email = '' } = identityOf(identityJson);
  return [subject, displayName, email]
    .join(' ')
    .replace(/\p{C}+/gu, ' ')
    .toLowerCase();
}

export function personText({ identity, authentication }: SignedInPerson): string {
  const { at, contexts } = authentication;
  return JSON.stringify({ identity: identityText(identity), at: at.getTime(), contexts });
}

export function personOf(json: string): SignedInPerson {
  const { identity, at, contexts } = JSON.parse(json) as {
    readonly identity: string;
    readonly at: number;
    readonly contexts: readonly string[];
  };
  return { identity: identityOf(identity), authentication: { at: new Date(at), contexts } };
}
