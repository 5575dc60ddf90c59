import { catalogueSchema, type Catalogue } from '../../src/core/catalogue.ts';
import { compileCatalogue, type CompiledCatalogue } from '../../src/core/compile-catalogue.ts';
import type { CatalogueFacts } from '../../src/core/catalogue-problems.ts';
import type { Identity, UserPrincipal } from '../../src/core/principal.ts';
import type { z } from 'zod';

type CatalogueInput = z.input<typeof catalogueSchema>;

const ACCOUNT_ID = '444455556666';

export const facts: CatalogueFacts = {
  credentialSources: new Map([
    ['long-term', { longTerm: true }],
    ['session', { longTerm: false }],
  ]),
  secretNames: new Set(['client-secret']),
  allowHttp: true,
};

/** A catalogue with one role per grant method, and whatever a test adds or replaces. */
export function buildCatalogue(overrides: Partial<CatalogueInput> = {}): Catalogue {
  const role = (
    id: string,
    grant: CatalogueInput['roles'] extends (infer R)[] | undefined ? R : never,
  ): typeof grant => ({
    ...grant,
    id,
  });
  return catalogueSchema.parse({
    connectors: [
      { kind: 'saml', id: 'corp', label: 'Corp', metadataUrl: 'https://idp.example/metadata' },
      { kind: 'oidc', id: 'cloud', label: 'Cloud', issuer: 'https://op.example', clientId: 'daypass' },
    ],
    accounts: [{ id: ACCOUNT_ID, name: 'Production' }],
    roles: [
      role('by-saml', { ...roleOf('ReadOnly'), grant: { method: 'assume-role-with-saml' } }),
      role('by-web-identity', { ...roleOf('Analyst'), grant: { method: 'assume-role-with-web-identity' } }),
      role('by-own-token', {
        ...roleOf('OwnToken'),
        grant: { method: 'assume-role-with-web-identity', token: 'user' },
      }),
      role('by-key', {
        ...roleOf('Operator'),
        grant: { method: 'assume-role', credentialSource: 'long-term' },
      }),
      role('chained', {
        ...roleOf('Chained'),
        grant: { method: 'assume-role', credentialSource: 'session' },
      }),
      role('federation', {
        accountId: ACCOUNT_ID,
        roleName: 'reports',
        id: '',
        grant: { method: 'get-federation-token', credentialSource: 'long-term' },
      }),
      role('session', {
        accountId: ACCOUNT_ID,
        roleName: 'tools',
        id: '',
        grant: { method: 'get-session-token', credentialSource: 'long-term' },
      }),
      role('for-lambda', {
        ...roleOf('Edge'),
        grant: { method: 'assume-role', credentialSource: 'long-term' },
        reservedForServices: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'],
      }),
    ],
    ...overrides,
  });
}

function roleOf(roleName: string): {
  id: string;
  accountId: string;
  roleName: string;
  maximumDurationSeconds: number;
} {
  return { id: '', accountId: ACCOUNT_ID, roleName, maximumDurationSeconds: 43_200 };
}

export const ANY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
};

/** Compiles, and fails loudly with what is wrong. */
export function compiled(catalogue: Catalogue): CompiledCatalogue {
  const compilation = compileCatalogue(catalogue, facts);
  if (compilation.catalogue === undefined) throw new Error(JSON.stringify(compilation.problems));
  return compilation.catalogue;
}

export function buildUser(overrides: Partial<Identity> = {}): UserPrincipal {
  return {
    kind: 'user',
    identity: {
      connectorId: 'corp',
      subject: 'erin',
      groups: ['engineering'],
      attributes: new Map(),
      ...overrides,
    },
    authentication: { at: new Date(0), contexts: [] },
    standing: { kind: 'sign-in-session', idHash: '0'.repeat(64) },
  };
}
