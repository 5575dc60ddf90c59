import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/ports/clock.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';

/** What a connector noticed of its provider although nobody asked: a document refused, a certificate past its date or near it. */
interface ConnectorNotice {
  readonly connectorId: string;
  readonly kind: 'refresh-failed' | 'certificate-expired' | 'certificate-ends-soon';
  readonly detail: string;
}

interface NoticeParts {
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly warn: (facts: object, message: string) => void;
}

/** Each notice goes to the log at once and into the record; that the record fails is told in the log too. */
export function createConnectorNotices({
  audit,
  clock,
  warn,
}: NoticeParts): (notice: ConnectorNotice) => void {
  return ({ connectorId, kind, detail }) => {
    warn({ connector: connectorId, kind, detail }, 'identity provider');
    audit
      .record({
        name: `connector.${kind}`,
        at: clock.now(),
        origin: { door: 'broker', requestId: randomUUID() },
        detail: { connector: connectorId, reason: detail },
      })
      .catch((error: unknown) => warn({ err: error }, 'a notice of a connector is not on record'));
  };
}
