/** An external ID for a role that has none: made here, and kept by an ordinary change of the catalogue. */
import { BrokerError } from '../core/errors.ts';
import { randomToken } from '../lib/hash.ts';
import type { CatalogueAdministration, Change, Changed } from './administer-catalogue.ts';
import type { Administrators, Asker } from './administrators.ts';
import { roleIn } from './onboard-role.ts';

/**
 * Nobody chooses its value: whoever could would name somebody else's, which is how a deputy is confused. Each role gets
 * its own, so that one that leaks is no other's.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 *
 * @throws BrokerError `request.not_found`; `request.malformed` for a role that has one or can have none; and as
 *   `CatalogueAdministration.apply`
 */
export type GiveExternalId = (asker: Asker, roleId: string, change: Change) => Promise<Changed>;

export interface GiveExternalIdDependencies {
  readonly administrators: Pick<Administrators, 'admit'>;
  readonly catalogue: Pick<CatalogueAdministration, 'apply'>;
}

export function createGiveExternalId({
  administrators,
  catalogue,
}: GiveExternalIdDependencies): GiveExternalId {
  return async (asker, roleId, change) => {
    const { current } = await administrators.admit(asker);
    const { grant } = roleIn(current, roleId).role;
    if (grant.method !== 'assume-role') throw refused('Only AssumeRole takes an external ID.');
    // A new one would end what works until the trust policy asks for it; that takes a change by hand.
    if (grant.externalId !== undefined) throw refused('This role has an external ID.');
    const given = { ...grant, externalId: `daypass-${randomToken()}` };
    const roles = current.catalogue.roles.map((role) =>
      role.id === roleId ? { ...role, grant: given } : role,
    );
    return catalogue.apply(asker, { ...current.catalogue, roles }, change);
  };
}

function refused(hint: string): BrokerError {
  return new BrokerError('request.malformed', { hint });
}
