// Owns whether a session of the console counts: its own lifetimes, and all that it came from, asked at every request, so that
// what ends at the provider ends here at once.
import { administeringLogins } from "../../admin/administrators/administering_login.ts";
import type { Database } from "../../db/connect.ts";
import type { InstallationPart } from "../../installation.ts";
import type { FactorDemand } from "../../login_levels.ts";
import { type Account, findAccount } from "../../provider/accounts/account_store.ts";
import { consoleLoginSeconds } from "../../provider/clients/console_client.ts";
import { findFactorSince } from "../../provider/factors/second_factor_store.ts";
import type { Voucher } from "../../provider/sessions/voucher.ts";
import { listVouchers } from "../../provider/sessions/voucher_store.ts";
import { findRecordByUid } from "../../provider/storage/record_reader_store.ts";
import {
  type ConsoleSession,
  deleteConsoleSession,
  findConsoleSession,
  touchConsoleSession,
} from "./console_session_store.ts";

/** How long a session lasts that nobody uses, in milliseconds. */
const idleMs = 30 * 60_000;
/** How long a session lasts at most, and how old the password that opened it may be, in milliseconds. */
export const longestMs = consoleLoginSeconds * 1000;

// Written down no oftener, so that reading pages is no load of writes.
const touchEveryMs = 60_000;

/** What is known of a browser session at the provider now. */
export interface Standing {
  /** As the provider has it; undefined: it is gone. */
  session: { accountId?: string | undefined; exp?: number | undefined } | undefined;
  account: Account | undefined;
  /** Its logins that stand. */
  vouchers: readonly Voucher[];
  /** Since when the person has a second factor, epoch milliseconds; undefined: they have none. */
  factorSinceMs: number | undefined;
}

/**
 * The moment of the login that opens the console, by what stands at the provider.
 * @param factor whether two factors are demanded: TTI_CONSOLE_FACTOR
 * @returns epoch milliseconds; undefined: nothing opens it. The word of an application does not, whatever it may vouch
 *   for besides
 */
export function openedAtMs(
  accountId: string,
  standing: Standing,
  factor: FactorDemand,
  nowMs: number,
): number | undefined {
  const { session, account, vouchers, factorSinceMs } = standing;
  if (session?.accountId !== accountId || (session.exp ?? 0) * 1000 <= nowMs) return undefined;
  if (account === undefined || account.disabledAtMs !== null) return undefined;
  const moments = administeringLogins(vouchers, { factor, factorSinceMs }).map(
    ({ authTimeMs }) => authTimeMs,
  );
  const newest = Math.max(...moments);
  return newest > nowMs - longestMs ? newest : undefined;
}

/** Tells whether nothing but a second factor is lacking: the person proves one and goes on. Pure. */
export function lacksFactor(accountId: string, standing: Standing, nowMs: number): boolean {
  return (
    openedAtMs(accountId, standing, "required", nowMs) === undefined &&
    openedAtMs(accountId, standing, "optional", nowMs) !== undefined
  );
}

/** Whether a session of the console is within its own lifetimes. */
function isWithinLifetimes(session: ConsoleSession, nowMs: number): boolean {
  return nowMs < session.expiresAtMs && nowMs < session.usedAtMs + idleMs;
}

/** Reads what stands at the provider of a browser session. */
export async function readStanding(
  db: Database,
  { sessionUid, accountId }: { sessionUid: string; accountId: string },
  nowMs: number,
): Promise<Standing> {
  const session = await findRecordByUid(db, "Session", sessionUid);
  const account = await findAccount(db, accountId);
  const vouchers = await listVouchers(db, { sessionUid, accountId }, new Date(nowMs));
  const factorSinceMs = await findFactorSince(db, accountId);
  return { session, account, vouchers, factorSinceMs };
}

/**
 * Reads who a cookie signs in.
 * @param id the cookie's value
 * @returns undefined for nobody; a session that is over is removed
 */
export async function readSignedIn(
  { db, consoleFactor }: InstallationPart<"db" | "consoleFactor">,
  id: string,
  nowMs: number,
): Promise<{ account: Account; sessionUid: string } | undefined> {
  const session = await findConsoleSession(db, id);
  if (session === undefined) return undefined;
  const standing = await readStanding(db, session, nowMs);
  const { account } = standing;
  const openedMs = openedAtMs(session.accountId, standing, consoleFactor, nowMs);
  const stands = isWithinLifetimes(session, nowMs) && openedMs !== undefined;
  if (!stands || account === undefined) {
    await deleteConsoleSession(db, id);
    return undefined;
  }
  if (nowMs - session.usedAtMs > touchEveryMs) await touchConsoleSession(db, id, nowMs);
  return { account, sessionUid: session.sessionUid };
}
