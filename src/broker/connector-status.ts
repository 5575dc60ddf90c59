/** How a connector is: what its provider says of itself, and what arrived of the people who came by it. */
import type { AuditEvent } from '../core/audit-event.ts';
import { connectorTroubles, type ConnectorTrouble } from '../core/connector-troubles.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { ConnectorStatus, ConnectorStatuses } from '../core/ports/connector-status.ts';
import type { KnownPerson, PeopleStore } from '../core/ports/people.ts';
import type { AuditStore } from '../core/ports/stores.ts';
import type { Administrators, Asker } from './administrators.ts';
import type { ReadSeenInSignIns, SeenInSignIns } from './seen-in-sign-ins.ts';

export interface ConnectorReport extends SeenInSignIns {
  readonly id: string;
  readonly label: string;
  /** Of which moment this is. */
  readonly at: Date;
  readonly status: ConnectorStatus;
  readonly troubles: readonly ConnectorTrouble[];
  /** Who came by it last comes first. */
  readonly newest: readonly KnownPerson[];
  /** Sign-ins with it that were refused last, the newest first. */
  readonly refused: readonly RefusedSignIn[];
}

export interface RefusedSignIn {
  readonly at: Date;
  /** A code of ours. */
  readonly reason: string;
  readonly detail?: string;
  readonly requestId: string;
  readonly sourceIp?: string;
}

export interface ConnectorStatusReader {
  /** What has grown old is read again first. @throws BrokerError `administration.forbidden`, `request.not_found` */
  read(asker: Asker, id: string): Promise<ConnectorReport>;
  /** Of each connector as this node holds it: nobody is asked. @throws BrokerError `administration.forbidden` */
  troubles(asker: Asker): Promise<ReadonlyMap<string, readonly ConnectorTrouble[]>>;
}

interface ConnectorStatusDependencies {
  readonly administrators: Administrators;
  readonly connectorStatuses: ConnectorStatuses;
  readonly people: Pick<PeopleStore, 'list'>;
  readonly audit: Pick<AuditStore, 'refusedSignIns'>;
  readonly seenInSignIns: ReadSeenInSignIns;
  readonly clock: Clock;
}

const NEWEST = 10;
/** Of all connectors: whoever floods one of them hides older refusals of the others, and no more. */
const LOOKED_THROUGH = 1_000;
const NOTHING: SeenInSignIns = { people: 0, lastSignInAt: undefined, groups: [], attributes: [] };

export function createReadConnectorStatus({
  administrators,
  connectorStatuses,
  people,
  audit,
  seenInSignIns,
  clock,
}: ConnectorStatusDependencies): ConnectorStatusReader {
  return {
    async read(asker, id) {
      const { current } = await administrators.admit(asker);
      const settings = current.catalogue.connectors.find((connector) => connector.id === id);
      const status = settings && (await connectorStatuses.read(id));
      if (settings === undefined || status === undefined) throw new BrokerError('request.not_found');
      const at = clock.now();
      const [seen, newest, refused] = await Promise.all([
        seenInSignIns(),
        people.list({ connectorId: id }),
        audit.refusedSignIns(LOOKED_THROUGH),
      ]);
      return {
        id,
        label: settings.label,
        at,
        status,
        troubles: connectorTroubles(status, at),
        ...(seen.get(id) ?? NOTHING),
        newest: newest.slice(0, NEWEST),
        refused: refused
          .filter(({ detail }) => detail['connector'] === id)
          .slice(0, NEWEST)
          .map(refusedSignIn),
      };
    },
    async troubles(asker) {
      const { current } = await administrators.admit(asker);
      const now = clock.now();
      const found = current.catalogue.connectors.map(async ({ id }) => {
        const status = await connectorStatuses.held(id);
        return [id, status === undefined ? [] : connectorTroubles(status, now)] as const;
      });
      return new Map(await Promise.all(found));
    },
  };
}

function refusedSignIn({ at, origin, detail }: AuditEvent): RefusedSignIn {
  const { requestId, sourceIp } = origin;
  const { reason, detail: more } = detail;
  return {
    at,
    reason: typeof reason === 'string' ? reason : 'internal',
    ...(typeof more === 'string' ? { detail: more } : {}),
    requestId,
    ...(sourceIp === undefined ? {} : { sourceIp }),
  };
}
