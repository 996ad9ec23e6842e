// The sandbox's time: a base clock that can be moved by the control API.

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
  /** Moves `now` by this many milliseconds (may be negative). */
  advance(ms: number): void;
  /** Sets the distance from the base clock, in milliseconds. */
  setOffset(ms: number): void;
};

/** @param base the clock to follow */
export function movableClock(base: Clock): MovableClock {
  let offset = 0;
  return {
    base,
    now: () => new Date(base().getTime() + offset),
    offsetMs: () => offset,
    advance: (ms) => {
      offset += ms;
    },
    setOffset: (ms) => {
      offset = ms;
    },
  };
}
