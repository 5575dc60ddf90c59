export class PolicySyntaxError extends Error {}
export function parsePolicy(text: string, _kind: 'identity' | 'trust' | 'session'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicySyntaxError('not JSON');
  }
}
