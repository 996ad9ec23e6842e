// Owns judging a page by axe: no violation of WCAG 2.2 A and AA, in light and dark, wide and narrow, and at none of three
// widths may it scroll sideways either. A night judges every width in either scheme; a day the two that differ most, as all
// colours come from the same tokens, which test/views holds to their contrast in both schemes. Axe is dear, so by day it
// judges what is new (a kind of element that no page before had) and a quarter of the rest, another each day.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { atNight } from "../support/at_night.ts";
import { notToday } from "../support/share_of_day.ts";
import { assertNoSidewaysScroll } from "./browser_world.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const everyLook = (["light", "dark"] as const).flatMap((colorScheme) =>
  [1280, 390, 320].map((width) => ({ colorScheme, width, byAxe: true })),
);
const looks = atNight
  ? everyLook
  : ([
      { colorScheme: "light", width: 1280, byAxe: true },
      { colorScheme: "dark", width: 390, byAxe: true },
      { colorScheme: "dark", width: 320, byAxe: false },
    ] as const);

interface AxeResult {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** What stood on the pages that were judged in this process; at night, whole pages, by the kinds they are put together from. */
const judged = new Set<string>();

/**
 * Tells whether a page has a kind of element that none before it had, or at night is put together from other ones.
 * @returns and from which kinds it is, as a text
 */
export async function isNewKind(page: Page): Promise<{ isNew: boolean; kinds: string }> {
  const found = await page.evaluate<string[]>(`[...new Set([...document.querySelectorAll("main *")]
    .map(({ tagName, className, type }) => className ? className + (type ?? "") : tagName))].sort()`);
  const kinds = found.join(" ");
  const met = atNight ? [kinds] : found;
  const isNew = met.some((one) => !judged.has(one));
  for (const one of met) judged.add(one);
  return { isNew, kinds };
}

/**
 * Fails with what axe found, if it is the page's turn; the page's window and scheme are put back.
 * @param isTurn whether it is judged whatever the day
 */
export async function assertAccessible(page: Page, name = page.url(), isTurn = false): Promise<void> {
  const before = page.viewportSize();
  const { isNew, kinds } = await isNewKind(page);
  const isJudged = isTurn || isNew || notToday(placeOf(kinds), 4) === false;
  for (const { colorScheme, width, byAxe } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 800 });
    if (byAxe && isJudged)
      assert.deepEqual(await runAxe(page), [], `${name} in ${colorScheme} at ${width} pixels`);
    await assertNoSidewaysScroll(page);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before !== null) await page.setViewportSize(before);
}

const placeOf = (text: string): number => createHash("sha256").update(text).digest().readUInt16BE();

/** Fails with what axe found on a page as it is: its window and scheme are the caller's. */
export async function assertAccessibleAt(page: Page, width: number, scheme: string): Promise<void> {
  assert.deepEqual(await runAxe(page), [], `${page.url()} in ${scheme} at ${width} pixels`);
  await assertNoSidewaysScroll(page);
}

// The pages' own policy lets no script in, so axe comes by the debugger's evaluation, as one expression.
async function runAxe(page: Page): Promise<string[]> {
  const options = JSON.stringify({ runOnly: rules, resultTypes: ["violations"] });
  // Reading it costs more than many a page does: once for each document.
  const isThere = await page.evaluate<boolean>(`typeof axe === "object"`);
  const result = await page.evaluate<AxeResult>(
    `${isThere ? "" : axeSource}\n;axe.run(document, ${options})`,
  );
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
  );
}
