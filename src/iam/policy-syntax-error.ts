/** A policy document that cannot be used. The message says where and what to write: `Statement[1].Effect: ...`. */
export class PolicySyntaxError extends Error {
  readonly where: string;

  constructor(where: string, what: string) {
    super(`${where}: ${what}`);
    this.name = 'PolicySyntaxError';
    this.where = where;
  }
}

/** Foreign text for a message: quoted, and short enough that nobody can fill a log with it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 63)}…` : text);
}
