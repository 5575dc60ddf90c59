/** Why somebody may or may not use a role, as they themselves may know it. */
import type { AccessRequest } from '../core/decide-access.ts';
import type { Denial } from '../core/denial.ts';
import { BrokerError } from '../core/errors.ts';
import { explainToPerson, type ExplainedStep } from '../core/explain-access.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { TrustFacts } from '../core/trust-needs.ts';
import type { CatalogueSource, CurrentCatalogue } from './catalogue-source.ts';

export type ExplainOwn = (
  principal: Principal,
  request: Omit<AccessRequest, 'at'>,
) => Promise<readonly ExplainedStep[]>;

export interface ExplainOwnDependencies {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly clock: Clock;
  readonly trust: TrustFacts;
}

export function createExplainOwn({ catalogue, clock, trust }: ExplainOwnDependencies): ExplainOwn {
  return async (principal, request) => {
    const current = await catalogue.current();
    return ownSteps({ current, trust, principal, request: { ...request, at: clock.now() } });
  };
}

/** Who asked for what, by which catalogue. */
export interface OwnQuestion {
  readonly current: CurrentCatalogue;
  readonly trust: TrustFacts;
  readonly principal: Principal;
  readonly request: AccessRequest;
}

export function ownSteps(
  { current, ...question }: OwnQuestion,
  failure?: Omit<Denial, 'permitted'>,
): readonly ExplainedStep[] {
  const { compiled, catalogue } = current;
  return explainToPerson({
    ...question,
    catalogue: compiled,
    connectors: catalogue.connectors,
    ...(failure === undefined ? {} : { failure }),
  });
}

/** What went wrong at AWS, with the steps that led there. */
export function withSteps(thrown: unknown, question: OwnQuestion): unknown {
  if (!(thrown instanceof BrokerError)) return thrown;
  const { code, text: hint, detail = '' } = thrown;
  return thrown.explained(ownSteps(question, { code, hint, detail }));
}
