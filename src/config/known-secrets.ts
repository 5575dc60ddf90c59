/** Secrets that everybody knows: the sandbox's own (each starts with its name) and what templates put there. */
const PLACEHOLDER = /^(?:sandbox-|change-?me|replace-?me|example|placeholder|password|secret|default|test)/i;

export function isKnownSecret(value: string): boolean {
  return PLACEHOLDER.test(value);
}
