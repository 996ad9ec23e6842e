// Owns the demo's own sessions: in memory, found by an unguessable id, ended after eight hours or when too many.
// The provider's session is another one; signing in here always makes a new id.
import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";

/** How long a session lasts, in milliseconds. */
const sessionLifetimeMs = 8 * 3600 * 1000;

/** How long a visitor may take to sign in, in milliseconds. */
const pendingLifetimeMs = 10 * 60 * 1000;

const maxEntries = 1000;

interface Entry<T> {
  value: T;
  endsAtMs: number;
}

/** Values kept for a time under an id nobody can guess. */
class ExpiringStore<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #onEnd: (value: T) => void;

  constructor(clock: Clock, lifetimeMs: number, onEnd: (value: T) => void = () => undefined) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
    this.#onEnd = onEnd;
  }

  /** @returns the new entry's id: 256 random bits */
  create(value: T): string {
    const nowMs = this.#clock().getTime();
    for (const [id, entry] of this.#entries) {
      // Insertion order is order of expiry.
      if (entry.endsAtMs > nowMs && this.#entries.size < maxEntries) break;
      this.delete(id);
    }
    const id = randomBytes(32).toString("base64url");
    this.#entries.set(id, { value, endsAtMs: nowMs + this.#lifetimeMs });
    return id;
  }

  find(id: string | undefined): T | undefined {
    const entry = id === undefined ? undefined : this.#entries.get(id);
    return entry === undefined || entry.endsAtMs <= this.#clock().getTime() ? undefined : entry.value;
  }

  /** Removes an entry and returns its value, so that it serves once. */
  take(id: string | undefined): T | undefined {
    const value = this.find(id);
    if (id !== undefined) this.#entries.delete(id);
    return value;
  }

  delete(id: string | undefined): void {
    const entry = id === undefined ? undefined : this.#entries.get(id);
    if (id === undefined || entry === undefined) return;
    this.#entries.delete(id);
    this.#onEnd(entry.value);
  }

  clear(): void {
    for (const id of [...this.#entries.keys()]) this.delete(id);
  }
}

/** A store for signed-in visitors. */
export function createSessionStore<T>(clock: Clock, onEnd: (value: T) => void): ExpiringStore<T> {
  return new ExpiringStore<T>(clock, sessionLifetimeMs, onEnd);
}

/** A store for visitors who are away at the provider. */
export function createPendingStore<T>(clock: Clock): ExpiringStore<T> {
  return new ExpiringStore<T>(clock, pendingLifetimeMs);
}
