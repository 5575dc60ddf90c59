import { parsePolicy, PolicySyntaxError } from '../../src/iam/parse-policy.ts';
import type { PolicyKind } from '../../src/iam/policy.ts';

export const STATEMENT = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const TRUST = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' };

export const oneStatement = (more: object, kind: PolicyKind = 'identity'): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...(kind === 'trust' ? TRUST : STATEMENT), ...more }],
  });

export const withPrincipal = (principal: unknown): string => oneStatement({ Principal: principal }, 'trust');
export const withCondition = (condition: unknown): string => oneStatement({ Condition: condition });

export function messageOf(text: string, kind: PolicyKind = 'identity'): string {
  try {
    parsePolicy(text, kind);
  } catch (error) {
    if (error instanceof PolicySyntaxError) return error.message;
    throw error;
  }
  return 'accepted';
}
