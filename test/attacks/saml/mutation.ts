import type { ErrorCode } from '../../../src/core/errors.ts';
import type { FakeSamlIdp, Recipe } from '../../support/fake-saml-idp.ts';
import type { CertifiedKey } from '../../support/self-signed-certificate.ts';

/** What the provider signs, as the connector under attack wants it. */
export const SIGNING_MODES = ['assertion', 'response', 'both', 'encrypted'] as const;
export type SigningMode = (typeof SIGNING_MODES)[number];

/** One lie, told in every signing mode. */
export interface Mutation {
  /** The row of the attack table. */
  readonly row: `S${number}`;
  readonly name: string;
  readonly recipe: Recipe | ((aid: Aid) => Recipe);
  /** Why it is refused; by mode where that differs. `false`: it cannot be told in this mode. */
  readonly codes: Codes | (Partial<Readonly<Record<SigningMode, Codes | false>>> & { readonly else: Codes });
}

export type Codes = readonly [ErrorCode, ...ErrorCode[]];

/** What a liar has at hand. */
export interface Aid {
  readonly mode: SigningMode;
  readonly idp: FakeSamlIdp;
  /** Of somebody whom the broker does not know. */
  readonly stranger: CertifiedKey;
  /** Another provider that the broker does trust, for another connector. */
  readonly neighbour: FakeSamlIdp;
  /** An address that nothing may ever ask. */
  readonly canaryUrl: string;
  readonly now: Date;
}

export function codesIn({ codes }: Mutation, mode: SigningMode): Codes | undefined {
  if (!('else' in codes)) return codes;
  const own = codes[mode];
  return own === false ? undefined : (own ?? codes.else);
}
