/** What an application's entry may not say although it is well-formed: keys that prove nothing, trust in anybody. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import type {
  Application,
  ClientCertificate,
  OnBehalfOf,
  PublicKey,
  Workload,
} from './application-schema.ts';
import type { Catalogue } from './catalogue.ts';
import type { CatalogueFacts, Problem } from './catalogue-problems.ts';
import { isUsablePattern, nameSomebody } from './workload-conditions.ts';

const MINIMUM_RSA_BITS = 2_048;
const HTTPS = 'use https: http is accepted only while Daypass itself is tried on this machine';

export function applicationProblems(catalogue: Catalogue, facts: CatalogueFacts): Problem[] {
  return catalogue.applications.flatMap((application, position) =>
    [
      ...keyProblems(application.keys, ['keys']),
      ...urlProblems(application.jwksUrl, ['jwksUrl'], facts),
      ...each(application, 'workloads', (workload) => workloadProblems(workload, facts)),
      ...each(application, 'certificates', certificateProblems),
      ...each(application, 'onBehalfOf', (trust) => onBehalfOfProblems(trust, catalogue)),
    ].map(({ path, message }) => ({ path: ['applications', position, ...path], message })),
  );
}

function each<List extends 'workloads' | 'certificates' | 'onBehalfOf'>(
  application: Application,
  list: List,
  problemsOf: (entry: Application[List][number]) => Problem[],
): Problem[] {
  const entries: readonly Application[List][number][] = application[list];
  return entries.flatMap((entry, position) =>
    problemsOf(entry).map(({ path, message }) => ({ path: [list, position, ...path], message })),
  );
}

function keyProblems(keys: readonly PublicKey[], at: Problem['path']): Problem[] {
  return keys.flatMap((key, position) => {
    const path = [...at, position];
    if (keys.findIndex(({ kid }) => kid === key.kid) < position) {
      return [{ path: [...path, 'kid'], message: 'is another key’s as well; a token names one key by it' }];
    }
    const bits = rsaBits(key);
    if (bits === undefined) return [{ path, message: 'is not a public key' }];
    if (bits >= MINIMUM_RSA_BITS) return [];
    return [{ path, message: `has ${bits} bits; an RSA key needs ${MINIMUM_RSA_BITS}` }];
  });
}

/** Enough for keys of other kinds; undefined for what is none. */
function rsaBits(key: PublicKey): number | undefined {
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key, format: 'jwk' });
    return asymmetricKeyDetails?.modulusLength ?? MINIMUM_RSA_BITS;
  } catch {
    return undefined;
  }
}

function urlProblems(url: string | undefined, path: Problem['path'], facts: CatalogueFacts): Problem[] {
  return url?.startsWith('http:') === true && !facts.allowHttp ? [{ path, message: HTTPS }] : [];
}

function workloadProblems({ issuer, keys = [], conditions }: Workload, facts: CatalogueFacts): Problem[] {
  const unusable = Object.entries(conditions).flatMap(([name, values]) =>
    values.flatMap((value, position) =>
      isUsablePattern(value)
        ? []
        : [
            {
              path: ['conditions', name, position],
              message: 'a * stands for a whole part between : and /, or for all that follows at the end',
            },
          ],
    ),
  );
  const anybody: Problem = {
    path: ['conditions'],
    message:
      'anybody of this issuer’s would do: say whose tokens, such as sub, with nothing but literal text first',
  };
  return [
    // Keys that are given are believed without the issuer being asked.
    ...(keys.length > 0 ? [] : urlProblems(issuer, ['issuer'], facts)),
    ...keyProblems(keys, ['keys']),
    ...unusable,
    ...(nameSomebody(conditions) ? [] : [anybody]),
  ];
}

function certificateProblems({ issuers = [] }: ClientCertificate): Problem[] {
  return issuers.flatMap((pem, position) =>
    isAuthority(pem)
      ? []
      : [{ path: ['issuers', position], message: 'write the certificate of an authority, as PEM' }],
  );
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

function onBehalfOfProblems({ connector: id, roles = [] }: OnBehalfOf, catalogue: Catalogue): Problem[] {
  const connector = catalogue.connectors.find((entry) => entry.id === id);
  const known = new Set(catalogue.roles.map((role) => role.id));
  return [
    ...(connector === undefined
      ? [{ path: ['connector'], message: `there is no connector "${id}"; add it under connectors` }]
      : []),
    ...(connector?.kind === 'saml'
      ? [{ path: ['connector'], message: 'is a SAML connector: only ID tokens can be exchanged' }]
      : []),
    ...roles.flatMap((role, position) =>
      known.has(role)
        ? []
        : [{ path: ['roles', position], message: `there is no role "${role}"; add it under roles` }],
    ),
  ];
}
