/** Who may administer at all. Everybody else learns nothing here, and their try is recorded. */
import type { Origin } from '../core/audit-event.ts';
import { authorityOf, type Authority } from '../core/authority.ts';
import { BrokerError } from '../core/errors.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { Clock } from '../core/ports/clock.ts';
import { principalId, type Principal } from '../core/principal.ts';
import type { CatalogueSource, CurrentCatalogue } from './catalogue-source.ts';

/** Who asks for something to be administered, and by which door. */
export interface Asker {
  readonly principal: Principal;
  readonly origin: Origin;
}

/** An administrator, with the catalogue that makes them one. */
export interface Admitted {
  readonly authority: Authority;
  readonly current: CurrentCatalogue;
}

export interface Administrators {
  /** For showing somebody the way; recorded nowhere. */
  includes(principal: Principal): Promise<boolean>;
  /** @throws BrokerError `administration.forbidden` */
  admit(asker: Asker): Promise<Admitted>;
  /** Records the refusal. @throws BrokerError `administration.forbidden`, always */
  refuse(asker: Asker, why: string): Promise<never>;
}

export interface AdministratorsDependencies {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

export function createAdministrators({
  catalogue,
  audit,
  clock,
}: AdministratorsDependencies): Administrators {
  async function refuse({ principal, origin }: Asker, why?: string): Promise<never> {
    await audit.record({
      name: 'administration.denied',
      at: clock.now(),
      principal: principalId(principal),
      origin,
      detail: { reason: why ?? 'not an administrator' },
    });
    throw new BrokerError('administration.forbidden', why === undefined ? {} : { hint: why });
  }

  return {
    async includes(principal) {
      return authorityOf((await catalogue.current()).catalogue, principal) !== undefined;
    },
    async admit(asker) {
      const current = await catalogue.current();
      const authority = authorityOf(current.catalogue, asker.principal);
      return authority === undefined ? refuse(asker) : { authority, current };
    },
    refuse,
  };
}
