/** What AWS itself says is there, as a role that may list it sees it. */
export interface ListedRole {
  /** As IAM has it, with a slash at both ends. */
  readonly path: string;
  readonly name: string;
  readonly description?: string;
  readonly maximumSeconds?: number;
  /** JSON text. */
  readonly trustPolicy: string;
}

export interface ListedAccount {
  readonly id: string;
  readonly name: string;
  /** `ACTIVE` where it can be used. */
  readonly status: string;
}

export interface Listing<Item> {
  readonly items: readonly Item[];
  /** Whether there are more than anybody looks at. */
  readonly isCut: boolean;
}
