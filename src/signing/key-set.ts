/**
 * The broker's own keys of one use. A key signs from its `activeAt`; its successor is published `overlapDays`
 * before it takes over, and it stays published for a day after, for what it signed last. Nodes agree without
 * talking: a successor's `activeAt` is a day's start that each of them computes alike, and the store takes only
 * the first.
 */
import { createPrivateKey, generateKeyPair, randomUUID, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { AuditEvent } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { SigningKey, SigningKeyStore, SigningKeyUse } from '../core/ports/stores.ts';

const DAY_MS = 86_400_000;
const REREAD_AFTER_MS = 60_000;
const PUBLISHED_AFTER_MS = DAY_MS;

interface KeySetOptions {
  readonly use: SigningKeyUse;
  readonly store: SigningKeyStore;
  readonly clock: Clock;
  readonly activeDays: number;
  readonly overlapDays: number;
  /** The form in which others get the public key: a PEM that says how long the key may be used. */
  publicPart(key: NewKey): Promise<string>;
}

export interface NewKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdAt: Date;
}

export interface PublishedKey {
  readonly id: string;
  /** PEM, as the store has it. */
  readonly publicPart: string;
}

export interface ActiveKey extends PublishedKey {
  readonly privateKey: KeyObject;
}

interface Loaded {
  readonly keys: readonly SigningKey[];
  readonly readAt: number;
}

const generateRsa = promisify(generateKeyPair);

export class KeySet {
  readonly #options: KeySetOptions;
  readonly #privateKeys = new Map<string, KeyObject>();
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** The key that signs now; made where there is none. @throws BrokerError `store.unavailable` */
  async active(): Promise<ActiveKey> {
    const key = activeOf((await this.#current()).keys, this.#now());
    if (key === undefined) throw new BrokerError('internal', { detail: 'no signing key is active' });
    return { id: key.id, publicPart: key.publicPart, privateKey: this.#privateKeyOf(key) };
  }

  /** Every key that may sign now or soon, oldest first. @throws BrokerError `store.unavailable` */
  async published(): Promise<readonly PublishedKey[]> {
    const now = this.#now();
    const { keys } = await this.#current();
    return keys
      .filter((key) => !isRetired(key, now))
      .toSorted(byActiveAt)
      .map(({ id, publicPart }) => ({ id, publicPart }));
  }

  /** Every key that may be in use now or soon, with its private part, newest first. @throws BrokerError `store.unavailable` */
  async usable(): Promise<readonly ActiveKey[]> {
    const now = this.#now();
    const { keys } = await this.#current();
    return keys
      .filter((key) => !isRetired(key, now))
      .toSorted((a, b) => byActiveAt(b, a))
      .map((key) => ({ id: key.id, publicPart: key.publicPart, privateKey: this.#privateKeyOf(key) }));
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }

  async #current(): Promise<Loaded> {
    const now = this.#now();
    const known = this.#loaded;
    if (known !== undefined && Math.abs(now - known.readAt) < REREAD_AFTER_MS) return known;
    this.#loading ??= this.#reread().finally(() => (this.#loading = undefined));
    try {
      return await this.#loading;
    } catch (error) {
      // AWS may ask for the public keys while the database is away; keys change over days.
      if (known !== undefined && activeOf(known.keys, now) !== undefined) return known;
      throw error;
    }
  }

  async #reread(): Promise<Loaded> {
    const { store, use } = this.#options;
    const now = this.#now();
    const keys = await store.list(use);
    const rotated = await this.#rotate(keys, now);
    const loaded = { keys: rotated ? await store.list(use) : keys, readAt: now };
    for (const id of this.#privateKeys.keys()) {
      if (!loaded.keys.some((key) => key.id === id && !isRetired(key, now))) this.#privateKeys.delete(id);
    }
    this.#loaded = loaded;
    return loaded;
  }

  /** Makes what is due and retires what is over. @returns whether the store has changed. */
  async #rotate(keys: readonly SigningKey[], now: number): Promise<boolean> {
    const dueAt = successorActiveAt(keys, now, this.#options);
    if (dueAt !== undefined) await this.#add(new Date(dueAt), now);
    const over = keys.filter((key) => isOver(key, keys, now));
    for (const key of over) {
      const event = this.#event('signing-key.retired', key, now);
      await this.#options.store.retire(key.id, new Date(now), event);
    }
    return dueAt !== undefined || over.length > 0;
  }

  async #add(activeAt: Date, now: number): Promise<void> {
    const { store, use } = this.#options;
    const pair = await generateRsa('rsa', { modulusLength: 2_048 });
    const id = randomUUID();
    const key: SigningKey = {
      id,
      use,
      privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicPart: await this.#options.publicPart({ id, ...pair, createdAt: new Date(now) }),
      createdAt: new Date(now),
      activeAt,
      retiredAt: undefined,
    };
    try {
      await store.add(key, this.#event('signing-key.created', key, now));
    } catch (error) {
      // Another node was first, and its key is as good.
      if (!(error instanceof BrokerError && error.code === 'request.malformed')) throw error;
    }
  }

  #privateKeyOf(key: SigningKey): KeyObject {
    const known = this.#privateKeys.get(key.id);
    if (known !== undefined) return known;
    const parsed = createPrivateKey(key.privateKey);
    this.#privateKeys.set(key.id, parsed);
    return parsed;
  }

  #event(name: 'signing-key.created' | 'signing-key.retired', key: SigningKey, now: number): AuditEvent {
    return {
      name,
      at: new Date(now),
      origin: { door: 'broker', requestId: randomUUID() },
      detail: { keyId: key.id, use: key.use, activeAt: key.activeAt.toISOString() },
    };
  }
}

function isRetired(key: SigningKey, now: number): boolean {
  return key.retiredAt !== undefined && key.retiredAt.getTime() <= now;
}

function byActiveAt(a: SigningKey, b: SigningKey): number {
  const difference = a.activeAt.getTime() - b.activeAt.getTime();
  return difference === 0 ? a.id.localeCompare(b.id) : difference;
}

/** The newest of those whose time has come. */
function activeOf(keys: readonly SigningKey[], now: number): SigningKey | undefined {
  return keys
    .filter((key) => !isRetired(key, now) && key.activeAt.getTime() <= now)
    .toSorted(byActiveAt)
    .at(-1);
}

/** Over is a key whose successor has signed for a day. */
function isOver(key: SigningKey, keys: readonly SigningKey[], now: number): boolean {
  if (isRetired(key, now)) return false;
  return keys.some(
    (other) =>
      !isRetired(other, now) &&
      byActiveAt(other, key) > 0 &&
      other.activeAt.getTime() + PUBLISHED_AFTER_MS <= now,
  );
}

/**
 * When a key that has to be made now would take over; undefined while there is nothing to make. The first one
 * signs at once. A successor never signs before it was published for the whole overlap, even where the broker
 * was switched off when it was due.
 */
function successorActiveAt(
  keys: readonly SigningKey[],
  now: number,
  { activeDays, overlapDays }: Pick<KeySetOptions, 'activeDays' | 'overlapDays'>,
): number | undefined {
  const active = activeOf(keys, now);
  if (active === undefined) return Math.floor(now / DAY_MS) * DAY_MS;
  const hasSuccessor = keys.some((key) => !isRetired(key, now) && key.activeAt.getTime() > now);
  const endsAt = active.activeAt.getTime() + activeDays * DAY_MS;
  // A day early, so that rounding up to a day's start does not put off the usual change.
  if (hasSuccessor || now < endsAt - (overlapDays + 1) * DAY_MS) return undefined;
  return Math.ceil(Math.max(endsAt, now + overlapDays * DAY_MS) / DAY_MS) * DAY_MS;
}
