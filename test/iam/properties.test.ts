import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideCase, type DecisionCase } from './cases/decision-case.ts';
import { mapStatements, withoutPolicy, withPolicies } from './change-policies.ts';
import { situation, statementOf, statementsOf } from './situations.ts';
import type { StatementText } from './support.ts';

const RUNS = { numRuns: 600 };
const allows = (one: DecisionCase): boolean => decideCase(one).allowed;
/** Adds the statement to one kind of policy, in the form which that kind has. */
function addTo(one: DecisionCase, kind: string, statement: StatementText): DecisionCase {
  return mapStatements(one, (statements, found) => {
    if (found !== kind) return statements;
    const { Principal, Resource, NotResource, ...rest } = statement;
    const named = found === 'trust' || found === 'resource' ? { Principal: Principal ?? '*' } : {};
    const bound = found === 'resourceControl' ? { Principal: '*' } : named;
    const applied = Resource === undefined ? { NotResource } : { Resource };
    const own =
      found === 'trust' ? { ...rest, Action: 'sts:*', NotAction: undefined } : { ...rest, ...applied };
    return [...statements, { ...own, ...bound }];
  });
}

const kinds = fc.constantFrom('identity', 'resource', 'trust', 'session', 'boundary', 'serviceControl');

describe('the situations that the properties are tried on', () => {
  it('are allowed and refused often enough, by every kind of policy, to mean something', () => {
    const counts = new Map<string, number>();
    for (const one of fc.sample(situation(), { numRuns: 4_000, seed: 7 })) {
      const { reason } = decideCase(one);
      const verdict = `${reason.why} ${reason.by}`;
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    }
    const allowed = [...counts].filter(([verdict]) => verdict.startsWith('allowed'));
    expect(allowed.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(600);
    const wanted = ['allowed identity', 'allowed resource', 'allowed trust', 'allowed account-root']
      .concat(
        ['identity', 'resource', 'trust', 'session', 'boundary', 'service-control'].map(
          (by) => `no-allow ${by}`,
        ),
      )
      .concat(['identity', 'resource', 'trust', 'session', 'boundary'].map((by) => `explicit-deny ${by}`))
      .concat('explicit-deny service-control', 'explicit-deny resource-control');
    expect(wanted.filter((verdict) => (counts.get(verdict) ?? 0) < 10)).toEqual([]);
  });
});

describe('whatever the policies say', () => {
  it('an explicit deny that applies always wins, and nothing else is called one', () => {
    fc.assert(
      fc.property(situation(), (one) => {
        const { allowed, explicitDeny, trace } = decideCase(one);
        const applies = trace.some((statement) => statement.effect === 'Deny' && statement.applies);
        expect(explicitDeny).toBe(applies);
        expect(applies && allowed).toBe(false);
      }),
      RUNS,
    );
  });

  it('adding a Deny statement anywhere never allows more', () => {
    fc.assert(
      fc.property(situation(), kinds, statementOf('resource'), (one, kind, statement) => {
        const more = addTo(one, kind, { ...statement, Effect: 'Deny' });
        return allows(one) || !allows(more);
      }),
      RUNS,
    );
  });

  it('adding a Deny of everything anywhere refuses everything', () => {
    const everything = { Effect: 'Deny', Action: '*', Resource: '*' };
    fc.assert(
      fc.property(situation(), kinds, (one, kind) => {
        const more = addTo(one, kind, everything);
        return JSON.stringify(more) === JSON.stringify(one) || decideCase(more).explicitDeny;
      }),
      RUNS,
    );
  });

  it('adding an Allow statement anywhere never refuses what was allowed', () => {
    fc.assert(
      fc.property(situation(), kinds, statementOf('resource'), (one, kind, statement) => {
        const more = addTo(one, kind, { ...statement, Effect: 'Allow' });
        return !allows(one) || allows(more);
      }),
      RUNS,
    );
  });

  it('removing the conditions of Allow statements never narrows what is allowed', () => {
    fc.assert(
      fc.property(situation(), (one) => {
        const open = mapStatements(one, (statements) =>
          statements.map(({ Condition, ...rest }) =>
            rest['Effect'] === 'Allow' || Condition === undefined ? rest : { ...rest, Condition },
          ),
        );
        return !allows(one) || allows(open);
      }),
      RUNS,
    );
  });

  it('a session policy never allows more than none, but for federated users, who have nothing without', () => {
    fc.assert(
      fc.property(situation(['plain']), statementsOf('identity'), (one, statements) => {
        return allows(withoutPolicy(one, 'session')) || !allows(withPolicies(one, { session: [statements] }));
      }),
      RUNS,
    );
  });

  it('a boundary and the organization’s policies never allow more than none', () => {
    const added = fc.record({
      boundary: statementsOf('identity'),
      serviceControl: fc.array(statementsOf('identity'), { minLength: 1, maxLength: 2 }),
      resourceControl: statementsOf('resource-control'),
    });
    fc.assert(
      fc.property(situation(), added, (one, layers) => {
        for (const [kind, layer] of Object.entries(layers)) {
          const without = withoutPolicy(one, kind);
          if (!allows(without) && allows(withPolicies(without, { [kind]: layer }))) return false;
        }
        return true;
      }),
      RUNS,
    );
  });

  it('nobody assumes a role that no statement of its trust policy gives them', () => {
    fc.assert(
      fc.property(situation(), (one) => {
        const { allowed, trace } = decideCase(one);
        const given = trace.some(
          ({ kind, effect, applies }) => kind === 'trust' && effect === 'Allow' && applies,
        );
        return one.action !== 'sts:AssumeRole' || !allowed || given;
      }),
      RUNS,
    );
  });

  it('nothing crosses accounts that the caller’s own account does not allow', () => {
    fc.assert(
      fc.property(situation(['user', 'plain', 'federated']), (one) => {
        const { allowed, trace } = decideCase(one);
        const given = trace.some(
          ({ kind, effect, applies }) => kind === 'identity' && effect === 'Allow' && applies,
        );
        return one.resourceAccount === '111122223333' || !allowed || given;
      }),
      RUNS,
    );
  });
});
