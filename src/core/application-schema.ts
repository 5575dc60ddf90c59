/** An application in the catalogue: who it is, every way in which it may prove that, and for whom it may act. */
import { z } from 'zod';
import { slug, text, url } from './catalogue-fields.ts';

const base64Url = z.string().regex(/^[A-Za-z0-9_-]{1,2048}$/, 'write base64url');
const ofEveryKey = {
  kid: text,
  alg: text.optional(),
  use: z.literal('sig').optional(),
  key_ops: z.array(z.literal('verify')).optional(),
};

/** A public key as a JWK (RFC 7517). Strict, so that a private one is refused where it is pasted. */
const publicKey = z.discriminatedUnion('kty', [
  z.strictObject({ kty: z.literal('RSA'), n: base64Url, e: base64Url, ...ofEveryKey }),
  z.strictObject({
    kty: z.literal('EC'),
    crv: z.enum(['P-256', 'P-384', 'P-521']),
    x: base64Url,
    y: base64Url,
    ...ofEveryKey,
  }),
  z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: base64Url, ...ofEveryKey }),
]);

const workload = z.strictObject({
  /** Exactly as the tokens' `iss` has it. Its keys are found by OpenID discovery, unless they are given. */
  issuer: url,
  /** The tokens' only `aud`; by default the broker's base URL. */
  audience: text.optional(),
  /** The issuer's keys, where it cannot be reached from here. */
  keys: z.array(publicKey).min(1).max(20).optional(),
  /** Claims, each with the values that it may have; all of them must hold. `workload-conditions` knows what `*` is. */
  conditions: z.record(text, z.array(z.string().min(1).max(512)).min(1).max(50)),
});

const certificate = z
  .strictObject({
    /** Of the certificate in DER, as 64 hex digits. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'write 64 hex digits: openssl x509 -outform der | sha256sum')
      .optional(),
    /** A subject alternative name, such as a SPIFFE ID; the certificate may have no other of its kind. */
    uri: z.string().min(1).max(2048).optional(),
    dns: z
      .string()
      .regex(/^[a-z0-9.-]{1,253}$/, 'write a host name in lower case')
      .optional(),
    /** Certificates of the authorities (PEM), one of which must itself have signed a certificate that goes by name. */
    issuers: z.array(z.string().min(1).max(16_384)).min(1).max(10).optional(),
  })
  .refine(({ sha256, uri, dns, issuers }) => {
    const names = [uri, dns].filter((name) => name !== undefined).length;
    return sha256 === undefined ? names === 1 && issuers !== undefined : names === 0 && issuers === undefined;
  }, 'give sha256 alone, or uri or dns together with issuers');

const onBehalfOf = z.strictObject({
  /** An OpenID connector. */
  connector: slug,
  /** Whose ID tokens: the provider's client ids of the application, never Daypass's own. */
  audiences: z.array(text).min(1).max(10),
  /** The only roles that may be used this way; absent for all that the person may use. */
  roles: z.array(slug).min(1).max(200).optional(),
});

export const applicationSchema = z
  .strictObject({
    id: slug,
    name: text,
    /** `sha256:` and 64 hex digits, one per valid secret: two during a rotation. `daypass new-secret` makes them. */
    secretHashes: z
      .array(z.string().regex(/^sha256:[0-9a-f]{64}$/, 'run: daypass new-secret'))
      .max(2)
      .default([]),
    /** Its public keys (`private_key_jwt`), several during a rotation; or where it publishes them. */
    keys: z.array(publicKey).max(10).default([]),
    jwksUrl: url.optional(),
    /** Tokens that the platform it runs on gives it: Kubernetes, GitHub, GitLab, SPIFFE. */
    workloads: z.array(workload).max(50).default([]),
    /** TLS client certificates, as a trusted proxy in front has verified them. */
    certificates: z.array(certificate).max(20).default([]),
    /** People for whom it may act, while it shows their own ID token. */
    onBehalfOf: z.array(onBehalfOf).max(10).default([]),
  })
  .refine(
    ({ secretHashes, keys, jwksUrl, workloads, certificates }) =>
      jwksUrl !== undefined || [secretHashes, keys, workloads, certificates].some(({ length }) => length > 0),
    'has no way to prove itself: give secretHashes, keys, jwksUrl, workloads or certificates',
  )
  .refine(({ keys, jwksUrl }) => jwksUrl === undefined || keys.length === 0, {
    path: ['jwksUrl'],
    message: 'give keys or jwksUrl, not both',
  });

export type Application = z.infer<typeof applicationSchema>;
export type Workload = Application['workloads'][number];
export type ClientCertificate = Application['certificates'][number];
export type OnBehalfOf = Application['onBehalfOf'][number];
export type PublicKey = z.infer<typeof publicKey>;
