import { AwsError, internalFailure } from './wire/aws-error.ts';
import type { AwsRequest } from './wire/aws-request.ts';
import { headerOf } from './wire/aws-request.ts';
import type { AwsCaller } from './access/caller.ts';

/*
 * What was asked of the sandbox, for tests and for whoever tries it. It holds what a call was about
 * and never a secret: no keys' secrets, session tokens, assertions, ID tokens or MFA codes.
 */

export type JournalFacts = Readonly<Record<string, unknown>>;

export interface JournalEntry {
  /** Counts from 1 and never starts again while the sandbox runs. */
  readonly id: number;
  readonly at: string;
  readonly requestId: string;
  readonly service: string;
  readonly action: string;
  readonly region: string | undefined;
  readonly caller:
    { readonly arn: string; readonly accountId: string; readonly accessKeyId: string } | undefined;
  readonly parameters: JournalFacts;
  readonly result: {
    /** `Success` or AWS's error code. */
    readonly code: string;
    readonly status: number;
    readonly message?: string;
    /** What AWS does not tell: which policy decided, where a policy does not parse. */
    readonly detail?: string;
  };
  readonly sourceIp: string;
  readonly userAgent: string;
}

const MAX_ENTRIES = 10_000;
const MAX_TEXT = 4_096;
const MAX_LIST = 64;

export class Journal {
  readonly #capacity: number;
  #entries: JournalEntry[] = [];
  #lastId = 0;

  constructor(capacity = MAX_ENTRIES) {
    this.#capacity = capacity;
  }

  add(entry: Omit<JournalEntry, 'id'>): void {
    this.#lastId += 1;
    this.#entries.push(bounded({ id: this.#lastId, ...entry }) as JournalEntry);
    // Cut in large pieces, so that a full journal does not move all its entries at every call.
    if (this.#entries.length >= this.#capacity * 2) this.#entries = this.#entries.slice(-this.#capacity);
  }

  /** The newest `MAX_ENTRIES` at most, oldest first, of those with a higher id. */
  entries(after = 0): readonly JournalEntry[] {
    return this.#entries.slice(-this.#capacity).filter(({ id }) => id > after);
  }

  get lastId(): number {
    return this.#lastId;
  }

  clear(): void {
    this.#entries = [];
  }
}

/** Foreign text is kept short: ten thousand long ones would be a way to fill the memory. */
function bounded(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (Array.isArray(value)) return value.slice(0, MAX_LIST).map(bounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, bounded(member)]));
}

/** One call while it is answered: filled as things become known, so that refused calls are told of too. */
export class CallRecord {
  readonly #request: AwsRequest;
  readonly #journal: Journal;
  #facts: JournalFacts = {};
  service = 'sts';
  action = '';
  region: string | undefined;
  caller: JournalEntry['caller'];

  constructor(journal: Journal, request: AwsRequest) {
    this.#journal = journal;
    this.#request = request;
  }

  note(facts: JournalFacts): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  setCaller({ arn, account, accessKeyId }: AwsCaller, region: string): void {
    this.caller = { arn, accountId: account.id, accessKeyId };
    this.region = region;
  }

  succeeded(): void {
    this.#add({ code: 'Success', status: 200 });
  }

  /** What is no error of AWS's own is a fault here: the caller learns nothing of it, the journal a little. */
  failed(error: unknown): AwsError {
    const unexpected = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const known = error instanceof AwsError ? error : internalFailure();
    const detail = error instanceof AwsError ? error.detail : unexpected;
    const { code, status, message } = known;
    this.#add({ code, status, message, ...(detail === undefined ? {} : { detail }) });
    return known;
  }

  #add(result: JournalEntry['result']): void {
    const request = this.#request;
    this.#journal.add({
      at: request.receivedAt.toISOString(),
      requestId: request.id,
      service: this.service,
      action: this.action,
      region: this.region,
      caller: this.caller,
      parameters: this.#facts,
      result,
      sourceIp: request.sourceIp,
      userAgent: headerOf(request, 'user-agent') ?? '',
    });
  }
}
