/** Permits for tests of what stands behind the decision: each comes from the real one, over a small catalogue. */
import { catalogueSchema, type Account, type Mapping, type Role } from '../../src/core/catalogue.ts';
import { compileCatalogue } from '../../src/core/compile-catalogue.ts';
import { decideAccess, type AccessRequest, type Permit } from '../../src/core/decide-access.ts';
import type { Principal } from '../../src/core/principal.ts';

export interface PermitParts {
  readonly grant: Role['grant'];
  readonly role?: Partial<Role>;
  readonly account?: Partial<Account>;
  readonly limits?: Partial<Mapping['limits']>;
  readonly request?: Partial<AccessRequest>;
  readonly subject?: string;
  readonly attributes?: ReadonlyMap<string, readonly string[]>;
  /** Credential sources that hold a session, so that what follows is chained. */
  readonly sessionSources?: readonly string[];
}

export function buildPermit(parts: PermitParts): Permit {
  const catalogue = catalogueSchema.parse({
    connectors: [
      { kind: 'oidc', id: 'corp', label: 'Corp', issuer: 'https://id.example', clientId: 'daypass' },
    ],
    accounts: [{ id: '111122223333', name: 'Payments', ...parts.account }],
    roles: [
      {
        id: 'the-role',
        accountId: parts.account?.id ?? '111122223333',
        roleName: 'teams/payments/Engineer',
        grant: parts.grant,
        ...parts.role,
      },
    ],
    mappings: [
      {
        id: 'the-mapping',
        connector: 'corp',
        groups: ['engineers'],
        roles: { ids: ['the-role'] },
        limits: parts.limits ?? {},
      },
    ],
  });
  const { catalogue: compiled, problems } = compileCatalogue(catalogue, {
    credentialSources: new Map(
      ['main', 'other', 'session'].map((name) => [
        name,
        { longTerm: parts.sessionSources?.includes(name) !== true },
      ]),
    ),
    secretNames: new Set(),
    allowHttp: true,
  });
  if (compiled === undefined) throw new Error(JSON.stringify(problems));
  const decision = decideAccess(compiled, buildPrincipal(parts), {
    roleId: 'the-role',
    purpose: 'credentials',
    at: new Date(0),
    ...parts.request,
  });
  if (!decision.permitted) throw new Error(`${decision.code}: ${decision.detail}`);
  return decision;
}

function buildPrincipal({ subject, attributes }: PermitParts): Principal {
  return {
    kind: 'user',
    identity: {
      connectorId: 'corp',
      subject: subject ?? 'alice@example.com',
      groups: ['engineers'],
      attributes: attributes ?? new Map(),
    },
    authentication: { at: new Date(0), contexts: [] },
    standing: { kind: 'sign-in-session', idHash: '0'.repeat(64) },
  };
}
