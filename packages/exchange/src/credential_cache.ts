// Credentials per key: shared by concurrent callers, renewed ahead of expiry in the background, bounded in number.
// It knows nothing of AWS; what a value is and how it is made is the caller's.

import { type Clock, monotonicMs } from "./clock.ts";
import type { CacheState } from "./exchange_events.ts";

/** A cached value says until when it may be used. */
export interface Expiring {
  readonly expiresAt: Date;
}

export interface CredentialCacheOptions {
  readonly clock: Clock;
  /** Milliseconds from anywhere, never back: a clock that is set back must not lengthen anything. */
  readonly now?: () => number;
  /** Renew in the background from this long before expiry. */
  readonly refreshAheadSeconds: number;
  /** The least recently used beyond this number are dropped. */
  readonly maxEntries: number;
  /** How long a failed load answers further calls, in milliseconds; 0 to load again at once. */
  readonly failureHoldMs?: (error: unknown) => number;
}

interface Entry<T extends Expiring> {
  readonly tenantId: string;
  readonly user: string;
  value: T | undefined;
  /** When the value ends, by the clock that never goes back. */
  endsAtMs: number;
  loading: Promise<T> | undefined;
  /** The last load failed for good; asking again at once would only repeat it. */
  failure: { readonly error: unknown; readonly untilMs: number } | undefined;
  /** No background renewal before this moment (of the clock that never goes back): the last one failed. */
  renewNotBeforeMs: number;
}

/** Credentials with less than this left are not handed out: a request still has to be made with them. */
const minUsableMs = 30_000;
const renewalPauseMs = 15_000;

export class CredentialCache<T extends Expiring> {
  readonly #options: CredentialCacheOptions;
  readonly #now: () => number;
  /**
   * In order of use, the least recent first: a Map that is written anew at each use. lru-cache would add 3.6 MB to every
   * installation of this package and leave what is written here: what has ended goes before what is old.
   */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: CredentialCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? monotonicMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value for a key if it needs no renewal yet. */
  find(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry?.value === undefined) return undefined;
    if (this.#leftMs(entry) <= Math.max(minUsableMs, this.#options.refreshAheadSeconds * 1000))
      return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /**
   * The value for a key, made by `load` if there is none that is still usable. However many callers ask at once,
   * `load` runs once.
   */
  async resolve(
    key: string,
    owner: { readonly tenantId: string; readonly user: string },
    load: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly state: CacheState }> {
    const entry = this.#touch(key, owner);
    const nowMs = this.#now();
    const { value } = entry;
    const leftMs = this.#leftMs(entry);
    if (value !== undefined && leftMs > minUsableMs) {
      if (leftMs > this.#options.refreshAheadSeconds * 1000) return { value, state: "hit" };
      this.#renewInBackground(key, entry, load, nowMs);
      return { value, state: "stale" };
    }
    entry.value = undefined;
    if (entry.failure !== undefined && nowMs < entry.failure.untilMs) throw entry.failure.error;
    const state = entry.loading === undefined ? "miss" : "coalesced";
    return { value: await (entry.loading ?? this.#load(key, entry, load)), state };
  }

  /** Stores a value somebody obtained otherwise. */
  store(key: string, owner: { readonly tenantId: string; readonly user: string }, value: T): void {
    const entry = this.#touch(key, owner);
    this.#keep(entry, value);
    entry.failure = undefined;
  }

  /** Drops a value if it is still the one given; others may have renewed it meanwhile. */
  drop(key: string, value: T): void {
    const entry = this.#entries.get(key);
    if (entry?.value === value) entry.value = undefined;
  }

  /**
   * Drops all values of a user, or of a whole tenant. A load in flight ends, but is not kept.
   *
   * @returns the values dropped
   */
  forget(tenantId: string, user?: string): T[] {
    const dropped: T[] = [];
    for (const [key, entry] of this.#entries) {
      if (entry.tenantId !== tenantId || (user !== undefined && entry.user !== user)) continue;
      this.#entries.delete(key);
      if (entry.value !== undefined) dropped.push(entry.value);
    }
    return dropped;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** How long the value may be used, by the clock that tells less; 0 without one. */
  #leftMs({ value, endsAtMs }: Entry<T>): number {
    if (value === undefined) return 0;
    return Math.min(value.expiresAt.getTime() - this.#options.clock().getTime(), endsAtMs - this.#now());
  }

  #keep(entry: Entry<T>, value: T): void {
    entry.value = value;
    entry.endsAtMs = this.#now() + value.expiresAt.getTime() - this.#options.clock().getTime();
  }

  #touch(key: string, owner: { readonly tenantId: string; readonly user: string }): Entry<T> {
    const known = this.#entries.get(key);
    const entry: Entry<T> = known ?? {
      tenantId: owner.tenantId,
      user: owner.user,
      value: undefined,
      endsAtMs: 0,
      loading: undefined,
      failure: undefined,
      renewNotBeforeMs: 0,
    };
    if (known !== undefined) this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (known === undefined) this.#evict();
    return entry;
  }

  #evict(): void {
    for (const [key, entry] of this.#entries) {
      const dead = entry.loading === undefined && this.#leftMs(entry) <= 0;
      const last = this.#entries.size === 1;
      if (last || (!dead && this.#entries.size <= this.#options.maxEntries)) return;
      this.#entries.delete(key);
    }
  }

  #renewInBackground(key: string, entry: Entry<T>, load: () => Promise<T>, nowMs: number): void {
    if (entry.loading !== undefined || nowMs < entry.renewNotBeforeMs) return;
    this.#load(key, entry, load).catch(() => {
      // The present value still serves; whoever comes after its end sees the error.
      entry.renewNotBeforeMs = this.#now() + renewalPauseMs;
    });
  }

  #load(key: string, entry: Entry<T>, load: () => Promise<T>): Promise<T> {
    const loading = load().then(
      (value) => {
        entry.loading = undefined;
        entry.failure = undefined;
        // Forgotten or evicted meanwhile: the callers in wait get it, nobody else.
        if (this.#entries.get(key) === entry) this.#keep(entry, value);
        return value;
      },
      (error: unknown) => {
        entry.loading = undefined;
        const holdMs = this.#options.failureHoldMs?.(error) ?? 0;
        if (holdMs > 0) entry.failure = { error, untilMs: this.#now() + holdMs };
        throw error;
      },
    );
    entry.loading = loading;
    return loading;
  }
}
