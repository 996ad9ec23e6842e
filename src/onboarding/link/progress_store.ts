// Owns the onboardings table: how far each customer's onboarding is, and that one test of it runs at a time.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { parseJson } from "../../input/json_text.ts";
import { readTestSteps, type TestStep } from "./test_steps.ts";

/** How far an onboarding is. Times are epoch milliseconds; null: has not happened. */
export interface Progress {
  openedAtMs: number | null;
  downloadedAtMs: number | null;
  /** When the five details were entered by way of the onboarding. */
  enteredAtMs: number | null;
  testedAtMs: number | null;
  /** How the last test ended, step by step; empty: there was none of what is entered now. */
  steps: readonly TestStep[];
  /** Until when a test under way is waited for; null: none is. */
  testingUntilMs: number | null;
}

interface ProgressRow {
  opened_at_ms: number | null;
  downloaded_at_ms: number | null;
  entered_at_ms: number | null;
  tested_at_ms: number | null;
  test_steps: string | null;
  testing_until_ms: number | null;
}

const hourMs = 3_600_000;
/** Tests of one customer in an hour. */
const testsAnHour = 20;

/** How far a tenant's onboarding is. */
export async function readProgress(db: Database, tenantId: string): Promise<Progress> {
  const row: ProgressRow | undefined = await db("onboardings")
    .where("tenant_id", tenantId)
    .first(
      ...(["opened_at_ms", "downloaded_at_ms", "entered_at_ms"] as const),
      ...(["tested_at_ms", "test_steps", "testing_until_ms"] as const),
    );
  return {
    openedAtMs: row?.opened_at_ms ?? null,
    downloadedAtMs: row?.downloaded_at_ms ?? null,
    enteredAtMs: row?.entered_at_ms ?? null,
    testedAtMs: row?.tested_at_ms ?? null,
    steps: row?.test_steps == null ? [] : readTestSteps(parseJson(Buffer.from(row.test_steps))),
    testingUntilMs: row?.testing_until_ms ?? null,
  };
}

/** Notes that a link was used. */
export async function saveOpened(trx: Database, tenantId: string, now: Date): Promise<void> {
  await makeRow(trx, tenantId);
  await trx("onboardings").where("tenant_id", tenantId).update({ opened_at_ms: now.getTime() });
}

/**
 * Notes that something of the pack was downloaded, once.
 * @returns whether it was the first time
 */
export async function saveDownloaded(trx: Database, tenantId: string, now: Date): Promise<boolean> {
  await makeRow(trx, tenantId);
  const first: number = await trx("onboardings")
    .where("tenant_id", tenantId)
    .whereNull("downloaded_at_ms")
    .update({ downloaded_at_ms: now.getTime() });
  return first > 0;
}

/** Notes that details were entered: what was tested before was others. */
export async function saveEntered(trx: Database, tenantId: string, now: Date): Promise<void> {
  await makeRow(trx, tenantId);
  const entered = { entered_at_ms: now.getTime(), tested_at_ms: null, test_steps: null };
  await trx("onboardings").where("tenant_id", tenantId).update(entered);
}

/**
 * Takes the one place for a test of a tenant.
 * @param lifeMs how long it is kept at most
 * @returns until when, epoch milliseconds; undefined: a test is under way, or there were too many in an hour
 */
export async function takeTest(
  trx: Database,
  tenantId: string,
  lifeMs: number,
  now: Date,
): Promise<number | undefined> {
  const nowMs = now.getTime();
  const untilMs = nowMs + lifeMs;
  await makeRow(trx, tenantId);
  const rows = await runStatement(
    trx,
    "onboarding_test_take",
    `update onboardings set testing_until_ms = ?,
       tests_begun = case when tests_since_ms > ? then tests_begun + 1 else 1 end,
       tests_since_ms = case when tests_since_ms > ? then tests_since_ms else cast(? as bigint) end
     where tenant_id = ? and (testing_until_ms is null or testing_until_ms <= ?)
       and (tests_since_ms is null or tests_since_ms <= ? or tests_begun < ${testsAnHour})
     returning tenant_id`,
    [untilMs, nowMs - hourMs, nowMs - hourMs, nowMs, tenantId, nowMs, nowMs - hourMs],
  );
  return rows.length > 0 ? untilMs : undefined;
}

/**
 * Gives the place back, with what came of the test.
 * @param untilMs as it was taken: nobody gives back another's
 * @param steps undefined: nothing came of it
 * @param enteredAtMs as it was when the test began: of details that were replaced meanwhile nothing is told
 */
export async function giveTestBack(
  db: Database,
  test: { tenantId: string; untilMs: number; enteredAtMs: number | null },
  steps: readonly TestStep[] | undefined,
  now: Date,
): Promise<void> {
  const mine = () => db("onboardings").where({ tenant_id: test.tenantId, testing_until_ms: test.untilMs });
  if (steps !== undefined) {
    await mine()
      .where({ entered_at_ms: test.enteredAtMs })
      .update({ tested_at_ms: now.getTime(), test_steps: JSON.stringify(steps) });
  }
  // One that came to nothing is none of so many an hour.
  const begun = steps === undefined ? { tests_begun: db.raw("tests_begun - 1") } : {};
  await mine().update({ testing_until_ms: null, ...begun });
}

// Whoever is first makes the row; each change of it is a statement of its own.
async function makeRow(trx: Database, tenantId: string): Promise<void> {
  await trx("onboardings").insert({ tenant_id: tenantId }).onConflict("tenant_id").ignore();
}
