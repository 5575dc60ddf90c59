import { inspect } from 'node:util';

export interface CredentialValues {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: Date;
}

/**
 * The result of a grant. The secret parts are readable only by `reveal()`, which deliveries call, so that
 * a log line, an error or an audit record that swallows the object shows nothing.
 */
export class TemporaryCredentials {
  readonly accessKeyId: string;
  readonly expiresAt: Date;
  readonly #values: CredentialValues;

  constructor(values: CredentialValues) {
    this.accessKeyId = values.accessKeyId;
    this.expiresAt = values.expiresAt;
    this.#values = values;
  }

  reveal(): CredentialValues {
    return this.#values;
  }

  toJSON(): object {
    return { accessKeyId: this.accessKeyId, expiresAt: this.expiresAt.toISOString() };
  }

  [inspect.custom](): string {
    return `TemporaryCredentials(${this.accessKeyId}, until ${this.expiresAt.toISOString()})`;
  }
}
