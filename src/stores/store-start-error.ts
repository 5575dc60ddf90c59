/** The store cannot be used as it is found at start. The message is one line for the operator: what and what to do. */
export class StoreStartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'StoreStartError';
  }
}
