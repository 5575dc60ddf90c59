import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionName } from '../../src/core/session-name.ts';
import type { Principal } from '../../src/core/principal.ts';
import { buildUser } from '../support/build-catalogue.ts';

describe('session names', () => {
  it('A11: are 2 to 64 legal characters, 2 to 32 for federation, whatever the subject', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom(32, 64),
        (subject, maximum) => {
          const name = sessionName(buildUser({ subject }), maximum);
          expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
          expect(name.length).toBeLessThanOrEqual(maximum);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([32, 64])(
    'A11: never give two of 100,000 identities the same name, within %i characters',
    (maximum) => {
      const names = new Set<string>();
      for (let index = 0; index < 50_000; index += 1) {
        for (const connectorId of ['corp', 'cloud']) {
          names.add(
            sessionName(
              buildUser({ connectorId, subject: `erin engel with a long common name ${index}` }),
              maximum,
            ),
          );
        }
      }
      expect(names.size).toBe(100_000);
    },
  );

  it.each([
    ['a b', 'a_b'],
    ['zoë', 'zoé'],
    ['..', '...'],
    ['erin@example.com', 'ERIN@example.com'],
    ['x'.repeat(64), 'x'.repeat(65)],
  ])('A11: tell %j and %j apart', (one, other) => {
    expect(sessionName(buildUser({ subject: one }), 64)).not.toBe(
      sessionName(buildUser({ subject: other }), 64),
    );
  });

  it('stay the same when a person is renamed, and start with what people recognise', () => {
    const before = sessionName(
      buildUser({ subject: 'erin.engel', displayName: 'Erin', email: 'a@example.com' }),
      64,
    );
    const after = sessionName(
      buildUser({ subject: 'erin.engel', displayName: 'Root', email: 'root@example.com' }),
      64,
    );
    expect(after).toBe(before);
    expect(before).toMatch(/^erin\.engel-[a-z2-7]{12}$/);
  });

  it('tell an application from a person of the same name', () => {
    const application: Principal = {
      kind: 'application',
      id: 'erin',
      name: 'Erin',
      standing: { kind: 'access-token', idHash: '' },
    };
    expect(sessionName(application, 64)).not.toBe(sessionName(buildUser(), 64));
  });
});
