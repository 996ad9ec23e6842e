// Keeps the exchanges of one Identity Center instance under AWS's quota (10 JWT-bearer tokens a second over all
// applications), and holds everybody back together when AWS says SlowDown, which the SDK does not retry.

import { monotonicMs } from "./clock.ts";
import type { Deadline } from "./deadline.ts";
import { Places } from "./places.ts";

/** How much of an Identity Center instance's quota this process may use. */
export interface LimiterOptions {
  /** The instance's quota. Default 10 (Identity Center quotas page). */
  readonly exchangesPerSecond?: number | undefined;
  /** This process's fraction of the quota, for several processes that exchange for the same customers. Default 1. */
  readonly share?: number | undefined;
}

interface Waiter {
  readonly admit: () => void;
}

/** AWS counts arrivals, we count departures: a slightly longer window absorbs the difference. */
const windowMs = 1050;
const firstPauseMs = 500;
const longestPauseMs = 8000;

export class InstanceLimiter {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #departures: number[] = [];
  readonly #waiters: Waiter[] = [];
  /** Exchanges between beginning and end. */
  readonly #places: Places;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #pausedUntilMs = 0;
  #slowDowns = 0;

  constructor(options: LimiterOptions = {}, now: () => number = monotonicMs) {
    const rate = (options.exchangesPerSecond ?? 10) * (options.share ?? 1);
    this.#limit = Math.max(1, Math.floor(rate));
    this.#places = new Places(2 * this.#limit);
    // A share below one exchange a second becomes one exchange per longer window.
    this.#windowMs = (windowMs * this.#limit) / rate;
    this.#now = now;
  }

  /**
   * Resolves when an exchange may begin to prepare (mint its token, take step 1). Only as many prepare at once as can
   * be sent within about two seconds, so that a crowd waits here and not with tokens in hand.
   *
   * @param ahead before all who wait: for an exchange that lent its place out
   * @returns gives the place back
   */
  async enter(deadline: Deadline, ahead = false): Promise<() => void> {
    return await this.#places.take(deadline, ahead);
  }

  /** Resolves when one exchange may be sent; first come, first served. */
  async acquire(deadline: Deadline): Promise<void> {
    await this.#wait(deadline);
  }

  /** AWS asked to slow down: nobody sends for a while, longer each time in a row. */
  slowDown(random: () => number = Math.random): void {
    const now = this.#now();
    // Answers to one burst count once.
    if (now < this.#pausedUntilMs) return;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#slowDowns);
    this.#slowDowns += 1;
    this.#pausedUntilMs = now + pause * (0.75 + random() / 2);
  }

  /** An exchange went through: the next SlowDown starts with a short pause again. */
  succeeded(): void {
    this.#slowDowns = 0;
  }

  /** Lets the process exit; whoever still waits ends with its deadline. */
  destroy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #wait(deadline: Deadline): Promise<void> {
    const { promise: turn, resolve } = Promise.withResolvers<void>();
    const waiter: Waiter = { admit: resolve };
    this.#waiters.push(waiter);
    this.#admit();
    try {
      await deadline.race(turn);
    } catch (error) {
      const index = this.#waiters.indexOf(waiter);
      if (index >= 0) this.#waiters.splice(index, 1);
      throw error;
    }
  }

  #admit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiters.length > 0) {
      const now = this.#now();
      const wait = this.#waitMs(now);
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#admit(), Math.ceil(wait));
        return;
      }
      this.#departures.push(now);
      if (this.#departures.length > this.#limit) this.#departures.shift();
      this.#waiters.shift()?.admit();
    }
  }

  #waitMs(now: number): number {
    const oldest = this.#departures.length < this.#limit ? undefined : this.#departures[0];
    const windowWait = oldest === undefined ? 0 : oldest + this.#windowMs - now;
    return Math.max(windowWait, this.#pausedUntilMs - now);
  }
}
