// The sandbox's time: a base clock that can be moved by the control API.
import { SandboxSetupError } from "./errors.ts";

/** Gives the present moment. */
export type Clock = () => Date;

/** The machine's clock. */
export const systemClock: Clock = () => new Date();

/** A clock that follows its base but can be moved forward or back. */
export type MovableClock = {
  now: Clock;
  /** The clock it follows, unmoved: what clients on this machine believe. */
  base: Clock;
  /** Milliseconds `now` is ahead of `base`. */
  offsetMs(): number;
  /** Moves `now` by this many milliseconds (may be negative). @throws SandboxSetupError `SANDBOX_CLOCK_INVALID` */
  advance(ms: number): void;
  /** Sets the distance from the base clock, in milliseconds. */
  setOffset(ms: number): void;
};

/** The farthest a clock may be moved, in seconds: a hundred years. Every time that follows from it is a valid date. */
export const MAX_CLOCK_OFFSET_SECONDS = 100 * 366 * 86_400;

/** @param base the clock to follow */
export function movableClock(base: Clock): MovableClock {
  let offset = 0;
  const set = (ms: number) => {
    // Written so that NaN is refused as well.
    if (!(Math.abs(ms) <= MAX_CLOCK_OFFSET_SECONDS * 1000)) {
      throw new SandboxSetupError(
        "SANDBOX_CLOCK_INVALID",
        `The clock can be moved by at most ${MAX_CLOCK_OFFSET_SECONDS} seconds (100 years) from the machine's.`,
      );
    }
    offset = Math.round(ms);
  };
  return {
    base,
    now: () => new Date(base().getTime() + offset),
    offsetMs: () => offset,
    advance: (ms) => set(offset + ms),
    setOffset: set,
  };
}
