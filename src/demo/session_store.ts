// Owns the demo's own sessions: in memory, found by an unguessable id, ended after eight hours or when too many.
// The provider's session is another one; each sign-in here makes a new id.
import { randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";

/** How long a session lasts, in milliseconds. */
const sessionLifetimeMs = 8 * 3600 * 1000;

/** How long a visitor may take to sign in, in milliseconds. */
const pendingLifetimeMs = 10 * 60 * 1000;

const maxEntries = 1000;

/** Values kept for a time under an id nobody can guess; when there are too many, the longest unused goes. */
class ExpiringStore<T extends NonNullable<unknown>> {
  readonly #entries: LRUCache<string, T>;

  constructor(clock: Clock, lifetimeMs: number, onEnd: (value: T) => void = () => undefined) {
    this.#entries = new LRUCache({
      max: maxEntries,
      // An entry is stale after its time, and ended at it.
      ttl: lifetimeMs - 1,
      ttlResolution: 0,
      perf: { now: () => clock().getTime() },
      dispose: (value) => onEnd(value),
    });
  }

  /** @returns the new entry's id: 256 random bits */
  create(value: T): string {
    this.#entries.purgeStale();
    const id = randomBytes(32).toString("base64url");
    this.#entries.set(id, value);
    return id;
  }

  find(id: string | undefined): T | undefined {
    return id === undefined ? undefined : this.#entries.get(id);
  }

  /** Removes an entry and returns its value, so that it serves once. */
  take(id: string | undefined): T | undefined {
    const value = this.find(id);
    this.delete(id);
    return value;
  }

  delete(id: string | undefined): void {
    if (id !== undefined) this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** A store for signed-in visitors. */
export function createSessionStore<T extends NonNullable<unknown>>(
  clock: Clock,
  onEnd: (value: T) => void,
): ExpiringStore<T> {
  return new ExpiringStore<T>(clock, sessionLifetimeMs, onEnd);
}

/** A store for visitors who are away at the provider. */
export function createPendingStore<T extends NonNullable<unknown>>(clock: Clock): ExpiringStore<T> {
  return new ExpiringStore<T>(clock, pendingLifetimeMs);
}
