/** Every document that is a policy with one thing less or another: an action, or a condition's value. */
import type { PolicyDocument, PolicyStatement } from '../../../src/core/onboarding/policy-document.ts';

interface Narrower {
  readonly what: string;
  readonly document: PolicyDocument;
}

/** An action that no role needs, for a document that has to have one. */
const NO_ACTION = 'sts:DecodeAuthorizationMessage';

export function narrowerDocuments(document: PolicyDocument): Narrower[] {
  return document.Statement.flatMap((statement, at) =>
    [...withoutAnAction(statement), ...withAnotherValue(statement)].map(({ what, statement: changed }) => ({
      what,
      document: { ...document, Statement: document.Statement.with(at, changed) },
    })),
  );
}

interface Changed {
  readonly what: string;
  readonly statement: PolicyStatement;
}

function withoutAnAction(statement: PolicyStatement): Changed[] {
  const actions = [statement.Action].flat();
  return actions.map((action) => {
    const rest = actions.filter((one) => one !== action);
    return {
      what: `without ${action}`,
      statement: { ...statement, Action: rest.length === 0 ? NO_ACTION : rest },
    };
  });
}

/** What a condition asks is really asked: with another value in its place AWS refuses. */
function withAnotherValue(statement: PolicyStatement): Changed[] {
  return Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.keys(keys).map((key) => ({
      what: `with another ${key}`,
      statement: {
        ...statement,
        Condition: {
          ...statement.Condition,
          [operator]: { ...keys, [key]: operator === 'Bool' ? 'false' : 'https://other.example' },
        },
      },
    })),
  );
}
