// Owns which share of a dear proof a day's run takes: what is as dear as it changes rarely is gone through in as many days
// as it has shares, and whole at night. CONTRIBUTING.md lists what is shared out so. The day is printed; to have another
// day's share, set TEST_DAY.
import { atNight } from "./at_night.ts";

const dayMs = 86_400_000;

/** The day this run is of, such as 2026-11-26; in UTC, and the same for all files of a run. */
export const testDay = process.env["TEST_DAY"] ?? new Date().toISOString().slice(0, 10);
// For whoever takes something away and expects any of the tests to fail.
const isEveryTurn = atNight || testDay === "every";
const today = isEveryTurn ? 0 : dayNumber(testDay);
if (!atNight) console.log(`TEST_DAY=${testDay}`);

/**
 * The items whose turn it is: each comes once in as many days as there are shares; all of them at night.
 * @param turn another number takes other items of the same day
 */
export function shareOfToday<T>(items: readonly T[], shares: number, turn = 0): readonly T[] {
  return isEveryTurn ? items : shareOf(items, shares, today + turn);
}

/** The items of one day among so many; every item is of exactly one of the days. */
export const shareOf = <T>(items: readonly T[], shares: number, day: number): readonly T[] =>
  items.filter((_, index) => (index + day) % shares === 0);

/**
 * Why a test of a file is left out today, in the form that node's runner takes; false if its turn has come.
 * @param place the test's place among those that share the days, from 0
 */
export function notToday(place: number, shares: number): string | false {
  if (isEveryTurn || (place + today) % shares === 0) return false;
  return `its turn comes once in ${shares} days, and every night`;
}

function dayNumber(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new Error(`TEST_DAY is ${text}, which is no day such as 2026-11-26`);
  return ms / dayMs;
}
