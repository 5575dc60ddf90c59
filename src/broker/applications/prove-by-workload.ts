/**
 * A token that the platform gave to what runs on it: a Kubernetes service account's, a CI job's, a SPIFFE workload's.
 * It may come many times, as its owner cannot make another; what comes of it ends with it.
 */
import type { Workload } from '../../core/application-schema.ts';
import { proofId, type RegisteredApplication } from '../../core/application-proofs.ts';
import type { ClaimedToken, TokenVerifier } from '../../core/ports/token-verifier.ts';
import { conditionsHold } from '../../core/workload-conditions.ts';
import { notProven, type ProvenApplication } from './shown-proof.ts';

interface WorkloadProof {
  readonly assertion: string;
  readonly claimed: ClaimedToken;
  /** The audience where the catalogue names none. */
  readonly issuer: string;
}

/** @throws BrokerError `client.invalid`, `idp.*` */
export async function proveByWorkload(
  applications: readonly RegisteredApplication[],
  { assertion, claimed, issuer }: WorkloadProof,
  verifier: TokenVerifier,
): Promise<ProvenApplication> {
  const found = applications.flatMap((application) => {
    const workload = application.workloads.find((each) => trusts(each, claimed, issuer));
    return workload === undefined ? [] : [{ application, workload }];
  });
  const [first, ...others] = found;
  const { keys } = first?.workload ?? { keys: [] };
  const { expiresAt } = await verifier.verify(
    assertion,
    keys === undefined ? { kind: 'issuer', issuer: claimed.issuer } : { kind: 'keys', keys },
  );
  if (first === undefined) return notProven('it fits no application’s workload');
  if (others.length > 0) return notProven('it fits several applications: send client_id');
  return {
    application: first.application,
    proof: proofId('workload', first.workload),
    spend: [],
    endsAt: expiresAt,
    detail: {
      by: 'workload',
      issuer: claimed.issuer.slice(0, 256),
      subject: claimed.subject.slice(0, 256),
    },
  };
}

/** Ours must be its only audience: another one could show it here too. */
function trusts(workload: Workload, { issuer, audiences, claims }: ClaimedToken, ours: string): boolean {
  const [audience, ...more] = audiences;
  return (
    workload.issuer === issuer &&
    audience === (workload.audience ?? ours) &&
    more.length === 0 &&
    conditionsHold(workload.conditions, claims)
  );
}
