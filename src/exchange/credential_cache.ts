// Credentials per key: shared by concurrent callers, renewed ahead of expiry in the background, bounded in number.
// It knows nothing of AWS; what a value is and how it is made is the caller's.

import type { Clock } from "./clock.ts";
import type { CacheState } from "./exchange_events.ts";

/** A cached value says until when it may be used. */
export interface Expiring {
  readonly expiresAt: Date;
}

export interface CredentialCacheOptions {
  readonly clock: Clock;
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
  loading: Promise<T> | undefined;
  /** The last load failed for good; asking again at once would only repeat it. */
  failure: { readonly error: unknown; readonly untilMs: number } | undefined;
  /** No background renewal before this moment: the last one failed. */
  renewNotBeforeMs: number;
}

/** Credentials with less than this left are not handed out: a request still has to be made with them. */
const minUsableMs = 30_000;
const renewalPauseMs = 15_000;

export class CredentialCache<T extends Expiring> {
  readonly #options: CredentialCacheOptions;
  /** In order of use, the least recent first. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: CredentialCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value for a key if it needs no renewal yet. */
  find(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry?.value === undefined || !this.#isFresh(entry.value)) return undefined;
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
    const nowMs = this.#options.clock().getTime();
    const { value } = entry;
    if (value !== undefined && value.expiresAt.getTime() - nowMs > minUsableMs) {
      if (value.expiresAt.getTime() - nowMs > this.#options.refreshAheadSeconds * 1000)
        return { value, state: "hit" };
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
    entry.value = value;
    entry.failure = undefined;
  }

  /** Drops a value if it is still the one given; others may have renewed it meanwhile. */
  drop(key: string, value: T): void {
    const entry = this.#entries.get(key);
    if (entry?.value === value) entry.value = undefined;
  }

  /** Drops all values of a user, or of a whole tenant. A load in flight ends, but is not kept. */
  forget(tenantId: string, user?: string): void {
    for (const [key, entry] of this.#entries) {
      if (entry.tenantId === tenantId && (user === undefined || entry.user === user))
        this.#entries.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  #isFresh({ expiresAt }: T): boolean {
    const leftMs = expiresAt.getTime() - this.#options.clock().getTime();
    return leftMs > Math.max(minUsableMs, this.#options.refreshAheadSeconds * 1000);
  }

  #touch(key: string, owner: { readonly tenantId: string; readonly user: string }): Entry<T> {
    const known = this.#entries.get(key);
    const entry: Entry<T> = known ?? {
      tenantId: owner.tenantId,
      user: owner.user,
      value: undefined,
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
    const nowMs = this.#options.clock().getTime();
    for (const [key, entry] of this.#entries) {
      const dead = entry.loading === undefined && (entry.value?.expiresAt.getTime() ?? 0) <= nowMs;
      const last = this.#entries.size === 1;
      if (last || (!dead && this.#entries.size <= this.#options.maxEntries)) return;
      this.#entries.delete(key);
    }
  }

  #renewInBackground(key: string, entry: Entry<T>, load: () => Promise<T>, nowMs: number): void {
    if (entry.loading !== undefined || nowMs < entry.renewNotBeforeMs) return;
    this.#load(key, entry, load).catch(() => {
      // The present value still serves; whoever comes after its end sees the error.
      entry.renewNotBeforeMs = this.#options.clock().getTime() + renewalPauseMs;
    });
  }

  #load(key: string, entry: Entry<T>, load: () => Promise<T>): Promise<T> {
    const loading = load().then(
      (value) => {
        entry.loading = undefined;
        entry.failure = undefined;
        // Forgotten or evicted meanwhile: the callers in wait get it, nobody else.
        if (this.#entries.get(key) === entry) entry.value = value;
        return value;
      },
      (error: unknown) => {
        entry.loading = undefined;
        const holdMs = this.#options.failureHoldMs?.(error) ?? 0;
        if (holdMs > 0) entry.failure = { error, untilMs: this.#options.clock().getTime() + holdMs };
        throw error;
      },
    );
    entry.loading = loading;
    return loading;
  }
}
