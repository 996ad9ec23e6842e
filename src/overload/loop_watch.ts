// Owns telling when the process comes late to all its work, for so long that it is no hiccup.

const lookMs = 250;
/** How many looks in a row must have been late. */
const looksInARow = 4;

/** Watches the event loop. */
export interface LoopWatch {
  /** Whether each of the last looks came later than this, in milliseconds. */
  isLate(byMs: number): boolean;
}

/** Keeps how late the last looks came. */
export class LastLooks implements LoopWatch {
  readonly #lateMs: number[] = [];

  /** Notes a look. */
  note(lateMs: number): void {
    this.#lateMs.push(lateMs);
    if (this.#lateMs.length > looksInARow) this.#lateMs.shift();
  }

  isLate(byMs: number): boolean {
    return this.#lateMs.length === looksInARow && this.#lateMs.every((lateMs) => lateMs > byMs);
  }
}

/**
 * Begins to watch.
 * @returns the watch, and what ends it
 */
export function watchLoop(): LoopWatch & { close(): void } {
  const looks = new LastLooks();
  let dueMs = performance.now() + lookMs;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    looks.note(nowMs - dueMs);
    dueMs = nowMs + lookMs;
  }, lookMs);
  timer.unref();
  return { isLate: (byMs) => looks.isLate(byMs), close: () => clearInterval(timer) };
}
