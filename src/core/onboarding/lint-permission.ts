import type { Policy, Statement } from '../../iam/policy.ts';
import { matchesGlob } from '../../iam/wildcard.ts';
import type { Found } from './lint-policy.ts';

/** Policies that are attached to who acts, as far as they decide about sessions. */
export function lintPermission({ statements }: Policy): Found[] {
  return statements.flatMap((statement, at): Found[] => {
    const where = `Statement[${at}]`;
    if (statement.effect === 'Deny' || !isForEverything(statement)) return [];
    if (isEverything(statement)) return [{ code: 'permission.everything', where }];
    return allows(statement, 'sts:assumerole') ? [{ code: 'permission.any-role', where }] : [];
  });
}

function isForEverything({ resources, conditions }: Statement): boolean {
  return (
    conditions.length === 0 &&
    (resources?.negated === true || resources?.templates.some(({ text }) => text === '*') === true)
  );
}

function isEverything({ actions }: Statement): boolean {
  return !actions.negated && actions.patterns.some(({ text }) => text === '*');
}

/** @param action in lower case */
export function allows({ actions }: Statement, action: string): boolean {
  return actions.patterns.some(({ glob }) => matchesGlob(glob, action)) !== actions.negated;
}
