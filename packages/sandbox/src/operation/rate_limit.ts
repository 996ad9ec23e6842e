// Counts calls in a sliding second: quotas as AWS publishes them.
import type { Clock } from "../ground/clock.ts";

/** Calls per key in the last second. */
export type RateLimiter = {
  /** @returns false when `perSecond` calls of this key already happened within a second; 0 means no limit */
  take(key: string, perSecond: number): boolean;
  clear(): void;
};

/** @param clock the machine's clock */
export function createRateLimiter(clock: Clock): RateLimiter {
  const calls = new Map<string, number[]>();
  return {
    take(key, perSecond) {
      if (perSecond <= 0) return true;
      const now = clock().getTime();
      const recent = (calls.get(key) ?? []).filter((time) => time > now - 1000 && time <= now);
      if (recent.length >= perSecond) {
        calls.set(key, recent);
        return false;
      }
      calls.set(key, [...recent, now]);
      return true;
    },
    clear: () => calls.clear(),
  };
}
