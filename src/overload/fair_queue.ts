// Owns queues for work of which only so much runs at once: bounded by number and by age, fair between shares, and told at
// once where waiting comes to nothing. Who no longer waits for the answer gives the place up, and nothing is done for them.
import { OperationError } from "../errors.ts";
import { type SharePath, ShareTree } from "./share_tree.ts";

/** Why somebody was turned away, or left. */
export const shedReasons = ["full", "late", "left"] as const;
export type ShedReason = (typeof shedReasons)[number];

/** A time that passes evenly, and a timer by it; both in milliseconds. */
export interface QueueTime {
  nowMs(): number;
  /** @returns takes it back */
  after(ms: number, run: () => void): () => void;
}

/** The process's own. */
export const processTime: QueueTime = {
  nowMs: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** What a queue is made with. */
export interface QueueOptions {
  /** How many run at once. */
  places: number;
  /** How many of one widest share run at once; absent: as many as there are places. */
  mostOfShare?: number | undefined;
  /** How many wait at most. */
  mostWaiting: number;
  /** How long somebody waits at most, in milliseconds. */
  longestWaitMs: number;
  /** What the refused are told, as a sentence: what there is too much of. */
  told: string;
  time?: QueueTime;
  /** Told of everybody who was turned away or left. */
  onShed?: (reason: ShedReason) => void;
}

/** Who asks. */
export interface Turn {
  /** Whose share it counts in; of one length for all who use a queue. */
  share: SharePath;
  /** Aborted once nobody waits for the answer. */
  gone?: AbortSignal | undefined;
}

/** How a queue stands. */
export interface QueueState {
  running: number;
  waiting: number;
  /** How long the one who waits longest has waited, in seconds. */
  oldestSeconds: number;
  /** How many were turned away or left, since it was made. */
  shed: Readonly<Record<ShedReason, number>>;
}

/** There is more to do than is done in time: nothing was done. */
export class Overloaded extends OperationError {
  override readonly name = "Overloaded";

  constructor(told: string, retryAfterSeconds: number) {
    super("overloaded", told, {
      retryAfterSeconds,
      fix: `Try again in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? "second" : "seconds"}.`,
    });
  }
}

/** Whoever asked has gone before their turn: nothing was done, and nobody reads this. */
export class AskerGone extends OperationError {
  override readonly name = "AskerGone";

  constructor() {
    super("overloaded", "Whoever asked has gone.");
  }
}

interface Waiting {
  share: SharePath;
  sinceMs: number;
  begin(): void;
  fail(error: OperationError): void;
}

// How much of the mean one more piece of work makes up.
const newestWeight = 0.1;
const longestRetrySeconds = 30;

/** A queue. */
export class FairQueue {
  readonly #options: QueueOptions;
  readonly #time: QueueTime;
  readonly #tree = new ShareTree<Waiting>();
  /** In the order they came. */
  readonly #byAge = new Set<Waiting>();
  readonly #shed: Record<ShedReason, number> = { full: 0, late: 0, left: 0 };
  readonly #ofShare = new Map<string, number>();
  #places: number;
  #running = 0;
  #meanMs = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#places = options.places;
    this.#time = options.time ?? processTime;
  }

  /**
   * Does the work when its turn comes.
   * @throws Overloaded at once where it could not begin in time, and when it has waited for as long; AskerGone
   */
  async run<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result> {
    const leave = await this.enter(() => turn, turn.share[0]);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /**
   * Waits for a place.
   * @param turnOf is asked who it is only where they have to wait
   * @param widest the widest of their shares
   * @returns gives the place back; to be called once the work is done, whatever came of it
   * @throws as {@link run}
   */
  async enter(turnOf: () => Turn, widest = ""): Promise<() => void> {
    if (this.#running < this.#places && this.#mayCome(widest)) return this.takePlace(widest);
    await this.#queueUp(turnOf());
    return this.#begin(widest);
  }

  /** Takes a place whatever waits: for who had one, stepped aside, and goes on. One that is free for others comes after. */
  takePlace(widest = ""): () => void {
    this.#running += 1;
    this.#ofShare.set(widest, (this.#ofShare.get(widest) ?? 0) + 1);
    return this.#begin(widest);
  }

  /** Says how many run at once from now on: whoever runs goes on, and who waits begins where there are more places now. */
  setPlaces(places: number): void {
    this.#places = places;
    this.#fill();
  }

  #mayCome = (widest: string): boolean =>
    (this.#ofShare.get(widest) ?? 0) < (this.#options.mostOfShare ?? Number.POSITIVE_INFINITY);

  #begin(widest: string): () => void {
    const begunMs = this.#time.nowMs();
    let here = true;
    return () => {
      if (here) this.#leave(widest, this.#time.nowMs() - begunMs);
      here = false;
    };
  }

  /** Turns somebody away whatever waits. */
  refuse(reason: "full" | "late" = "late"): Overloaded {
    return this.#turnAway(reason);
  }

  /**
   * Asserts that who came now would be served in time.
   * @throws Overloaded
   */
  assertRoom(share: SharePath): void {
    if (this.#running < this.#places && this.#mayCome(share[0] ?? "")) return;
    if (this.#waitMs(share) > this.#options.longestWaitMs) throw this.#turnAway("late");
  }

  get state(): QueueState {
    const [oldest] = this.#byAge;
    const waitedMs = oldest === undefined ? 0 : this.#time.nowMs() - oldest.sinceMs;
    return {
      running: this.#running,
      waiting: this.#tree.size,
      oldestSeconds: waitedMs / 1000,
      shed: { ...this.#shed },
    };
  }

  async #queueUp({ share, gone }: Turn): Promise<void> {
    if (gone?.aborted) throw this.#count("left", new AskerGone());
    this.assertRoom(share);
    if (this.#tree.size >= this.#options.mostWaiting) {
      const gives = this.#tree.takeForSmaller(share);
      if (gives === undefined) throw this.#turnAway("full");
      this.#byAge.delete(gives);
      gives.fail(this.#turnAway("full"));
    }
    await this.#wait(share, gone);
  }

  #wait(share: SharePath, gone: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#takeOut(one);
        one.fail(this.#count("left", new AskerGone()));
      };
      const one: Waiting = {
        share,
        sinceMs: this.#time.nowMs(),
        begin() {
          gone?.removeEventListener("abort", leave);
          resolve();
        },
        fail(error) {
          gone?.removeEventListener("abort", leave);
          reject(error);
        },
      };
      gone?.addEventListener("abort", leave, { once: true });
      this.#tree.add(share, one);
      this.#byAge.add(one);
      if (this.#byAge.size === 1) this.#watchAge();
    });
  }

  // The place goes to whose turn it is, or becomes free.
  #leave(widest: string, tookMs: number): void {
    const left = (this.#ofShare.get(widest) ?? 1) - 1;
    if (left > 0) this.#ofShare.set(widest, left);
    else this.#ofShare.delete(widest);
    this.#meanMs = this.#meanMs === 0 ? tookMs : this.#meanMs * (1 - newestWeight) + tookMs * newestWeight;
    this.#running -= 1;
    this.#fill();
  }

  #fill(): void {
    while (this.#running < this.#places) {
      const next = this.#tree.takeNext(this.#mayCome);
      if (next === undefined) return;
      this.#running += 1;
      this.#byAge.delete(next);
      const [name = ""] = next.share;
      this.#ofShare.set(name, (this.#ofShare.get(name) ?? 0) + 1);
      next.begin();
    }
  }

  #takeOut(one: Waiting): void {
    this.#tree.remove(one.share, one);
    this.#byAge.delete(one);
  }

  // One timer for all: it looks for the oldest, and again for who is the oldest then.
  #watchAge(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const dueMs = this.#time.nowMs() - this.#options.longestWaitMs;
    for (const one of this.#byAge) {
      if (one.sinceMs > dueMs) {
        this.#cancelTimer = this.#time.after(one.sinceMs - dueMs, () => this.#watchAge());
        return;
      }
      this.#takeOut(one);
      one.fail(this.#turnAway("late"));
    }
  }

  #waitMs(share: SharePath): number {
    return ((this.#tree.countAhead(share) + 1) * this.#meanMs) / Math.max(1, this.#places);
  }

  #turnAway(reason: "full" | "late"): Overloaded {
    const allMs = ((this.#tree.size + 1) * this.#meanMs) / Math.max(1, this.#places);
    const soonest = Math.min(longestRetrySeconds, Math.max(1, Math.ceil(allMs / 1000)));
    // Not all at once again: who was refused one after the other comes one after the other.
    const later = (this.#shed.full + this.#shed.late) % (soonest + 1);
    return this.#count(reason, new Overloaded(this.#options.told, soonest + later));
  }

  #count<Failure extends OperationError>(reason: ShedReason, failure: Failure): Failure {
    this.#shed[reason] += 1;
    this.#options.onShed?.(reason);
    return failure;
  }
}
