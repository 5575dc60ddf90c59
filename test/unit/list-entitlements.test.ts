import { describe, expect, it } from 'vitest';
import { createEntitlementSource } from '../../src/broker/list-entitlements.ts';
import { buildCatalogue, buildUser, compiled } from '../support/build-catalogue.ts';

describe('what a principal may use', () => {
  const catalogue = buildCatalogue({
    mappings: [{ id: 'engineers', connector: 'corp', groups: ['engineering'], roles: { ids: ['by-saml'] } }],
  });
  const side = { catalogue, compiled: compiled(catalogue) };
  const current = { version: 1, ...side, whole: side };
  const source = createEntitlementSource({ current: () => Promise.resolve(current) });

  it('is worked out once for a session, and anew when its person has other groups', async () => {
    const first = await source.list(buildUser());
    expect(first.map(({ role }) => role.id)).toEqual(['by-saml']);
    expect(await source.list(buildUser())).toBe(first);
    expect(await source.list(buildUser({ groups: [] }))).toEqual([]);
    expect(await source.find(buildUser({ groups: [] }), 'by-saml')).toBeUndefined();
    expect(await source.list(buildUser())).toEqual(first);
  });
});
