import { AwsError, internalFailure } from './wire/aws-error.ts';
import type { AwsRequest } from './wire/aws-request.ts';
import { headerOf } from './wire/aws-request.ts';
import type { AwsCaller } from './access/caller.ts';
import type { RecordedDecision } from './explain/recorded-decision.ts';

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
  readonly region?: string;
  readonly caller?: { readonly arn: string; readonly accountId: string; readonly accessKeyId: string };
  readonly parameters: JournalFacts;
  /** In the order in which they were made; the last one decided. */
  readonly decisions: readonly RecordedDecision[];
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
const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_TEXT = 4_096;
const MAX_LIST = 64;
const MAX_DECISIONS = 16;

/** An entry as text: much smaller than the objects, and holding on to nothing of the request it came from. */
interface KeptEntry {
  readonly id: number;
  readonly requestId: string;
  readonly text: string;
}

export class Journal {
  readonly #maxEntries: number;
  readonly #maxCharacters: number;
  /** Oldest first, from `#first` on: what is before it is dropped now and then, in one piece. */
  #entries: KeptEntry[] = [];
  #first = 0;
  #characters = 0;
  #lastId = 0;

  constructor(maxEntries = MAX_ENTRIES, maxCharacters = MAX_CHARACTERS) {
    this.#maxEntries = maxEntries;
    this.#maxCharacters = maxCharacters;
  }

  add(entry: Omit<JournalEntry, 'id'>): void {
    this.#lastId += 1;
    const { requestId } = entry;
    const text = JSON.stringify({
      id: this.#lastId,
      ...entry,
      parameters: bounded(entry.parameters),
      result: bounded(entry.result),
      userAgent: bounded(entry.userAgent),
    });
    this.#entries.push({ id: this.#lastId, requestId, text });
    this.#characters += text.length;
    this.#dropOldest();
  }

  /** Oldest first, of those with a higher id: the last ten thousand, or fewer where they are very long. */
  entries(after = 0): readonly JournalEntry[] {
    return this.#kept()
      .filter(({ id }) => id > after)
      .map(read);
  }

  /** The newest `count`, newest first. */
  latest(count: number): readonly JournalEntry[] {
    return this.#kept().slice(-count).reverse().map(read);
  }

  findByRequestId(requestId: string): JournalEntry | undefined {
    const found = this.#kept().findLast((entry) => entry.requestId === requestId);
    return found === undefined ? undefined : read(found);
  }

  get lastId(): number {
    return this.#lastId;
  }

  clear(): void {
    this.#entries = [];
    this.#first = 0;
    this.#characters = 0;
  }

  #kept(): readonly KeptEntry[] {
    return this.#entries.slice(this.#first);
  }

  #dropOldest(): void {
    while (
      this.#entries.length - this.#first > this.#maxEntries ||
      (this.#characters > this.#maxCharacters && this.#first < this.#entries.length - 1)
    ) {
      const oldest = this.#entries[this.#first];
      this.#characters -= oldest?.text.length ?? 0;
      this.#entries[this.#first] = FORGOTTEN;
      this.#first += 1;
    }
    // Cut in large pieces, so that a full journal does not move all its entries at every call.
    if (this.#first < this.#maxEntries) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

const FORGOTTEN: KeptEntry = { id: 0, requestId: '', text: '' };

/** Trusted: only what `add` wrote. */
function read({ text }: KeptEntry): JournalEntry {
  return JSON.parse(text) as JournalEntry;
}

/** Foreign text is kept short: ten thousand long ones would be a way to fill the memory. */
function bounded(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (Array.isArray(value)) return value.slice(0, MAX_LIST).map(bounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, bounded(member)]));
}

const REFUSALS = new Set(['AccessDenied', 'UnauthorizedOperation', 'AccessDeniedException']);

/** One call while it is answered: filled as things become known, so that refused calls are told of too. */
export class CallRecord {
  readonly #request: AwsRequest;
  readonly #journal: Journal;
  readonly #decisions: RecordedDecision[] = [];
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

  /** Of very many the last one is always kept: it is the one that counted. */
  decided(decision: RecordedDecision): void {
    if (this.#decisions.length === MAX_DECISIONS) this.#decisions.pop();
    this.#decisions.push(decision);
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
    // A service may refuse by a rule of its own, before or after all policies.
    if (REFUSALS.has(code) && this.#decisions.at(-1)?.allowed !== false) {
      this.decided(this.#ruled(detail ?? message));
    }
    this.#add({ code, status, message, ...(detail === undefined ? {} : { detail }) });
    return known;
  }

  #ruled(rule: string): RecordedDecision {
    const { roleArn } = this.#facts;
    return {
      principal: this.caller?.arn ?? 'anonymous',
      action: `${this.service}:${this.action}`,
      resource: typeof roleArn === 'string' ? roleArn : '*',
      allowed: false,
      why: 'rule',
      by: this.service,
      rule,
      statements: [],
    };
  }

  #add(result: JournalEntry['result']): void {
    const request = this.#request;
    this.#journal.add({
      at: request.receivedAt.toISOString(),
      requestId: request.id,
      service: this.service,
      action: this.action,
      ...(this.region === undefined ? {} : { region: this.region }),
      ...(this.caller === undefined ? {} : { caller: this.caller }),
      parameters: this.#facts,
      decisions: this.#decisions,
      result,
      sourceIp: request.sourceIp,
      userAgent: headerOf(request, 'user-agent') ?? '',
    });
  }
}
