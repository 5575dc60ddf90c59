import { describe, expect, it } from 'vitest';
import { CASES } from './cases/all-cases.ts';
import { decideCase } from './cases/decision-case.ts';

describe.each(Object.entries(CASES))('%s', (_topic, cases) => {
  it.each(cases.map((one) => [one.says, one] as const))('%s', (_says, one) => {
    const { allowed, explicitDeny, reason } = decideCase(one);
    expect(`${reason.why} ${reason.by}`).toBe(one.expected);
    expect(allowed).toBe(reason.why === 'allowed');
    expect(explicitDeny).toBe(reason.why === 'explicit-deny');
  });
});

describe('the tables of decisions', () => {
  it('have no sentence twice', () => {
    for (const cases of Object.values(CASES)) {
      const sentences = cases.map(({ says }) => says);
      expect(new Set(sentences).size).toBe(sentences.length);
    }
  });

  it('ask nothing twice', () => {
    const questions = Object.values(CASES)
      .flat()
      .map(({ says: _says, expected: _expected, ...question }) => JSON.stringify(question));
    const twice = questions.filter((question, index) => questions.indexOf(question) !== index);
    expect(twice).toEqual([]);
  });
});
