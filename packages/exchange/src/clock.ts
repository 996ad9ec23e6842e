// The exchange library's only sources of time. Wall-clock decisions take an injected Clock; waiting and
// measuring use the monotonic one, so that a corrected system clock neither hangs nor hurries anything.

/** Tells the time of day. Injected, so that tests can move it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/** Milliseconds from an arbitrary origin; never goes back. */
export function monotonicMs(): number {
  return performance.now();
}
