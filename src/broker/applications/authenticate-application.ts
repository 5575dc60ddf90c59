/**
 * Who is calling, by whatever an application can show. Whatever is wrong with it, one answer: an unknown name, a wrong
 * secret, another key and a stranger's workload tell nothing of each other, and each is counted and recorded alike.
 */
import type { Origin } from '../../core/audit-event.ts';
import { BrokerError } from '../../core/errors.ts';
import type { AuditSink } from '../../core/ports/audit-sink.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { TokenVerifier } from '../../core/ports/token-verifier.ts';
import type { CatalogueSource } from '../catalogue-source.ts';
import type { RateLimits } from '../rate-limits.ts';
import { proveByCertificate } from './prove-by-certificate.ts';
import { proveByKey } from './prove-by-key.ts';
import { proveBySecret } from './prove-by-secret.ts';
import { proveByWorkload } from './prove-by-workload.ts';
import { notProven, type ProvenApplication, type ShownProof } from './shown-proof.ts';

export interface ApplicationAuthentication {
  /** @throws BrokerError `client.invalid`, `request.too_many`, `idp.*` */
  authenticate(shown: ShownProof, origin: Origin): Promise<ProvenApplication>;
  /** Counts and records what was shown as a failure. @throws BrokerError `client.invalid`, `request.too_many`; always. */
  refuse(shown: ShownProof, origin: Origin, detail: string): Promise<never>;
}

export interface AuthenticationDependencies {
  /** Our name as issuer of access tokens: the base URL. */
  readonly issuer: string;
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly verifier: TokenVerifier;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly limits: Pick<RateLimits, 'admitClient' | 'clientFailed'>;
}

export function createApplicationAuthentication(
  dependencies: AuthenticationDependencies,
): ApplicationAuthentication {
  const { catalogue, verifier, audit, clock, limits } = dependencies;
  const nameOf = (shown: ShownProof): string =>
    shown.clientId ?? ('assertion' in shown ? (verifier.read(shown.assertion)?.subject ?? '') : '');

  async function refuse(shown: ShownProof, origin: Origin, reason: string): Promise<never> {
    const client = nameOf(shown).slice(0, 128);
    await limits.clientFailed(origin.sourceIp, client);
    // What is nobody's name may be a secret that was put into the wrong field.
    const isKnown = (await catalogue.current()).compiled.applications.has(client);
    const detail = {
      ...(isKnown ? { client } : {}),
      by: shown.kind,
      reason: 'client.invalid',
      detail: reason,
    };
    await audit.record({ name: 'access-token.denied', at: clock.now(), origin, detail });
    throw new BrokerError('client.invalid', { detail: reason });
  }

  return {
    async authenticate(shown, origin) {
      limits.admitClient(origin.sourceIp, nameOf(shown));
      try {
        return await prove(dependencies, shown);
      } catch (error) {
        if (!(error instanceof BrokerError) || error.code !== 'client.invalid') throw error;
        return refuse(shown, origin, error.detail ?? '');
      }
    },
    refuse,
  };
}

async function prove(
  { catalogue, verifier, clock, issuer }: AuthenticationDependencies,
  shown: ShownProof,
): Promise<ProvenApplication> {
  const { applications } = (await catalogue.current()).compiled;
  const named = applications.get(shown.clientId ?? '');
  if (shown.kind === 'secret') return proveBySecret(named, shown.secret);
  if (shown.kind === 'certificate') return proveByCertificate(named, shown.certificate, clock.now());
  const { assertion, clientId } = shown;
  const claimed = verifier.read(assertion);
  if (claimed === undefined) return notProven('not a signed token');
  // What speaks for itself is an application; what an issuer speaks for, a workload.
  if (shown.kind === 'workload' || claimed.issuer !== claimed.subject) {
    const candidates =
      clientId === undefined ? [...applications.values()] : named === undefined ? [] : [named];
    return proveByWorkload(candidates, { assertion, claimed, issuer }, verifier);
  }
  if (clientId !== undefined && clientId !== claimed.issuer) return notProven('client_id is another');
  const application = applications.get(claimed.issuer);
  return proveByKey(application, { assertion, claimed, issuer, now: clock.now() }, verifier);
}
