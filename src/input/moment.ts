// Owns how times from outside are read: one form, one range, one tolerance for clocks that differ.

/**
 * How far another party's clock may be ahead or behind, in seconds: for client assertions, subject assertions and
 * what an ISV says of a login alike. FAPI 2.0 (section 5.3.2.1) asks for at least 10, and forbids more than 60.
 */
export const clockToleranceSeconds = 15;

// The last second of the year 9999: what a Date, both stores and RFC 3339 can hold.
const lastSecond = 253_402_300_799;

/**
 * Whether a stored time lies further ahead than clocks may differ: some clock was wrong when it was written. Such a
 * time is no fact about a person; whoever learns a better one replaces it.
 */
export function isFromTheFuture(timeMs: number, nowMs: number): boolean {
  return timeMs > nowMs + clockToleranceSeconds * 1000;
}

/** What a moment may be. */
export interface MomentRule {
  /** Now, epoch seconds. Given, a moment that lies further ahead than the tolerance is refused. */
  notAfterSeconds?: number;
}

/**
 * Reads a moment.
 * @returns whole epoch seconds, or what is wrong: a phrase that follows the field's name
 */
export function readMoment(value: unknown, rule: MomentRule = {}): { seconds: number } | { fault: string } {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return { fault: "must be a time in seconds since 1970, as a number" };
  }
  const seconds = Math.floor(value);
  if (seconds < 1) return { fault: "lies before 1970" };
  if (seconds > lastSecond) return { fault: "lies after the year 9999; it is in seconds, not milliseconds" };
  if (rule.notAfterSeconds !== undefined && seconds > rule.notAfterSeconds + clockToleranceSeconds) {
    return { fault: "lies in the future" };
  }
  return { seconds };
}
