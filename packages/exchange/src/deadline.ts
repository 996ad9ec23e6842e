// Time limits. A Deadline is one AbortSignal made of the caller's own signal and the time an operation may take;
// whatever waits, waits on it, so nothing hangs past it.

import { monotonicMs } from "./clock.ts";
import { ExchangeDeadlineError, type ExchangeStep } from "./errors.ts";
import { otherFixes } from "./failures/other_fixes.ts";

/** Where an operation is. */
export interface DeadlinePlace {
  readonly step: ExchangeStep;
  /** What it waits for, for a person, if not for the step's own call. */
  readonly waitingFor?: string | undefined;
}

export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #parent: AbortSignal | undefined;
  readonly #seconds: number;
  readonly #endsAtMs: number;
  /** Rejects when the operation must end. One for all waits: it lives no longer than the operation. */
  readonly #aborted: Promise<never>;
  #reject: (reason: unknown) => void = () => undefined;
  readonly #expire: () => unknown;
  #place: DeadlinePlace;
  #follow: (() => DeadlinePlace | undefined) | undefined;

  /**
   * @param seconds how long the operation may take
   * @param parent the caller's signal; its abort ends the operation with the caller's reason
   * @param expire makes the error of an expired deadline; default: one that names the place
   */
  constructor(seconds: number, parent?: AbortSignal, expire?: () => unknown) {
    this.#seconds = seconds;
    this.#expire = expire ?? (() => this.#expiry());
    this.#place = { step: "settings" };
    this.#endsAtMs = monotonicMs() + seconds * 1000;
    this.#parent = parent;
    this.#aborted = new Promise<never>((_resolve, reject) => {
      this.#reject = reject;
    });
    this.#aborted.catch(() => undefined);
    this.#timer = setTimeout(() => this.#abort(this.#expire()), seconds * 1000);
    if (parent?.aborted === true) this.#followParent();
    else parent?.addEventListener("abort", this.#followParent, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Ends with the promise, or with the deadline if that comes first, also when the promise's author ignores signals.
   * An abort that surfaced as some other error is turned back into the reason of the abort.
   */
  async race<T>(work: Promise<T>): Promise<T> {
    try {
      return await Promise.race([work, this.#aborted]);
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : error;
    }
  }

  /** Where the operation is: what hangs if it hangs. An expired deadline names it. */
  get place(): DeadlinePlace {
    return this.#follow?.() ?? this.#place;
  }

  /**
   * Says where the operation is now.
   *
   * @param waitingFor what it waits for, for a person, if not for the step's own call
   */
  at(step: ExchangeStep, waitingFor?: string): void {
    this.#follow = undefined;
    this.#place = { step, waitingFor };
  }

  /** The operation waits for another one, which knows better where it is. */
  follow(other: () => DeadlinePlace | undefined): void {
    this.#follow = other;
  }

  /**
   * Gives a foreign call (a function or store of the ISV) a limit of its own within this deadline.
   *
   * @param expired the error if the limit passes first
   */
  async limit<T>(
    seconds: number,
    expired: () => unknown,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const part = new Deadline(seconds, this.signal, expired);
    try {
      return await part.race(call(part.signal));
    } finally {
      part.end();
    }
  }

  /** Throws if the time is over, also when this process was too busy to notice yet. Ask before what costs something. */
  assertTimeLeft(): void {
    if (!this.signal.aborted && monotonicMs() >= this.#endsAtMs) this.#abort(this.#expire());
    this.signal.throwIfAborted();
  }

  /** Waits, at most until the deadline. */
  async sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.race(
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, ms);
        }),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets go of the timer and the caller's signal; call it when the operation is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener("abort", this.#followParent);
  }

  readonly #followParent = (): void => {
    this.#abort(this.#parent?.reason);
  };

  #abort(reason: unknown): void {
    this.#controller.abort(reason);
    this.#reject(reason);
  }

  #expiry(): ExchangeDeadlineError {
    const { step, waitingFor } = this.place;
    return new ExchangeDeadlineError({
      code: "deadline_exceeded",
      step,
      message: `The operation took longer than ${this.#seconds} seconds and was given up at step ${step}${waitingFor === undefined ? "" : `, waiting for ${waitingFor}`}.`,
      fix: otherFixes.deadline_exceeded,
      retryable: true,
    });
  }
}

/**
 * Waits for work that is shared with others until the caller's signal aborts; the work itself goes on.
 *
 * @throws the signal's reason
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  // The work is shared with other callers: it goes on, and its outcome is theirs.
  work.catch(() => undefined);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

/** Runs an operation under a deadline of its own. */
export async function withDeadline<T>(
  seconds: number,
  parent: AbortSignal | undefined,
  operation: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(seconds, parent);
  try {
    return await operation(deadline);
  } finally {
    deadline.end();
  }
}
