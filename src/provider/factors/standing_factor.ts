// Owns whether a login was proven by two factors of which its person still has one: what the console and the portal demand.
// Asked at every request, so that whoever lost a factor, or had it taken away, proves one anew before going on there. Pure.
import { reaches } from "../../login_levels.ts";
import type { Voucher } from "../sessions/voucher.ts";

/**
 * Tells whether a login counts as proven by two factors now.
 * @param factorSinceMs since when the person has the oldest of the second factors there are (second_factor_store.ts), epoch
 *   milliseconds; undefined: there is none. A login that was complete before proved one that is gone
 */
export function isProvenTwice(
  { level, madeAtMs }: Pick<Voucher, "level" | "madeAtMs">,
  factorSinceMs: number | undefined,
): boolean {
  if (!reaches(level, "mfa") || factorSinceMs === undefined) return false;
  return madeAtMs !== undefined && madeAtMs >= factorSinceMs;
}
