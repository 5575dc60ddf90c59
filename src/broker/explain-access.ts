/** Why somebody may or may not use a role, as administrators ask it. */
import type { AccessRequest } from '../core/decide-access.ts';
import { deny, type Denial } from '../core/denial.ts';
import { BrokerError } from '../core/errors.ts';
import { explainAccess, type Explanation } from '../core/explain-access.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { Identity, PersonKey, Principal, Standing } from '../core/principal.ts';
import type { TrustFacts } from '../core/trust-needs.ts';
import type { Administrators, Admitted, Asker } from './administrators.ts';

/** Whom the question is about. */
export type Subject =
  /** Somebody who has signed in before, as they last did. */
  | { readonly person: PersonKey }
  | { readonly application: string }
  /** What an identity provider would say of somebody who signs in now. */
  | { readonly identity: Identity; readonly contexts: readonly string[] };

export interface AccessQuestion {
  readonly subject: Subject;
  readonly request: Omit<AccessRequest, 'at'>;
}

/** @throws BrokerError `administration.forbidden`, `request.not_found` for a person or an application nobody knows */
export type ExplainAccess = (asker: Asker, question: AccessQuestion) => Promise<Explanation>;

export interface ExplainAccessDependencies {
  readonly administrators: Pick<Administrators, 'admit'>;
  readonly people: Pick<PeopleStore, 'find'>;
  readonly clock: Clock;
  readonly trust: TrustFacts;
}

export function createExplainAccess({
  administrators,
  people,
  clock,
  trust,
}: ExplainAccessDependencies): ExplainAccess {
  return async (asker, { subject, request }) => {
    const admitted = await administrators.admit(asker);
    const at = clock.now();
    const about = await whoIsMeant(subject, admitted, { people, at });
    const { catalogue, compiled } = admitted.current;
    const { connectors } = catalogue;
    return explainAccess({ ...about, catalogue: compiled, connectors, trust, request: { ...request, at } });
  };
}

/** Nothing that acts is ever made of it. */
const NO_STANDING: Standing = { kind: 'sign-in-session', idHash: '' };

interface Meant {
  readonly principal: Principal;
  readonly barred?: Denial;
}

async function whoIsMeant(
  subject: Subject,
  { current }: Admitted,
  { people, at }: { readonly people: Pick<PeopleStore, 'find'>; readonly at: Date },
): Promise<Meant> {
  if ('identity' in subject) {
    const { identity, contexts } = subject;
    return {
      principal: { kind: 'user', identity, authentication: { at, contexts }, standing: NO_STANDING },
    };
  }
  if ('application' in subject) {
    const application = current.compiled.applications.get(subject.application);
    if (application === undefined) throw unknown('There is no such application.');
    const { id, name } = application;
    return { principal: { kind: 'application', id, name, standing: NO_STANDING } };
  }
  const known = await people.find(subject.person);
  if (known === undefined) throw unknown('Nobody has signed in by that connector as that subject.');
  const principal: Principal = { kind: 'user', ...known.person, standing: NO_STANDING };
  if (known.disabled === undefined) return { principal };
  const { by, reason } = known.disabled;
  return { principal, barred: deny('sign_in.disabled', `by ${by}: ${reason}`) };
}

function unknown(hint: string): BrokerError {
  return new BrokerError('request.not_found', { hint });
}
