/**
 * RFC 8693: an application acts for a person while it shows the person's own ID token, which their identity provider
 * made for the application. Nothing else lets it: neither a name that it sends nor its own rights.
 *
 * The token may come again while it lives, as ID tokens do; each time is recorded, and what comes of it ends with it.
 */
import { proofId, type RegisteredApplication } from '../../core/application-proofs.ts';
import type { OnBehalfOf } from '../../core/application-schema.ts';
import { isBarred } from '../../core/barred-people.ts';
import { BrokerError } from '../../core/errors.ts';
import type { PeopleStore } from '../../core/ports/people.ts';
import type { PersonTokens } from '../../core/ports/person-tokens.ts';
import type { TokenVerifier } from '../../core/ports/token-verifier.ts';
import type { SignedInPerson } from '../../core/principal.ts';
import type { CatalogueSource } from '../catalogue-source.ts';

export interface ActForPersonDependencies {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly verifier: Pick<TokenVerifier, 'read'>;
  readonly personTokens: PersonTokens;
  readonly people: Pick<PeopleStore, 'find'>;
}

export interface PersonActedFor {
  readonly person: SignedInPerson;
  /** `proofId` of the catalogue's entry that allows it. */
  readonly proof: string;
  readonly endsAt: Date;
  readonly onlyRoles: readonly string[] | undefined;
}

/** @throws BrokerError `grant.not_allowed`, `subject_token.invalid`, `idp.*` */
export async function actForPerson(
  dependencies: ActForPersonDependencies,
  application: RegisteredApplication,
  subjectToken: string,
): Promise<PersonActedFor> {
  if (application.onBehalfOf.length === 0) throw new BrokerError('grant.not_allowed');
  const trust = await trustIn(dependencies, application, subjectToken);
  if (trust === undefined) return refuse('no connector and audience of this application’s');
  const { person, expiresAt } = await dependencies.personTokens
    .read(subjectToken, trust)
    .catch((error: unknown) => {
      if (!(error instanceof BrokerError) || !error.code.startsWith('oidc.')) throw error;
      return refuse(`${error.code}: ${error.detail ?? ''}`);
    });
  const known = await dependencies.people.find(person.identity);
  if (known !== undefined && isBarred(known)) {
    return refuse(
      known.disabled === undefined
        ? 'their identity provider no longer signs them in'
        : 'an administrator disabled them',
    );
  }
  return { person, proof: proofId('on-behalf-of', trust), endsAt: expiresAt, onlyRoles: trust.roles };
}

/** By what the token says of itself; the connector verifies it. */
async function trustIn(
  { catalogue, verifier }: ActForPersonDependencies,
  { onBehalfOf }: RegisteredApplication,
  subjectToken: string,
): Promise<OnBehalfOf | undefined> {
  const claimed = verifier.read(subjectToken);
  if (claimed === undefined) return undefined;
  const { connectors } = (await catalogue.current()).catalogue;
  const ofIssuer = connectors.filter((each) => each.kind === 'oidc' && each.issuer === claimed.issuer);
  return onBehalfOf.find(
    ({ connector, audiences }) =>
      ofIssuer.some(({ id }) => id === connector) &&
      claimed.audiences.every((each) => audiences.includes(each)),
  );
}

function refuse(detail: string): never {
  throw new BrokerError('subject_token.invalid', { detail });
}
