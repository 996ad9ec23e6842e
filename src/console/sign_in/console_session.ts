// Owns whether a session of the console counts: its own lifetimes, and all that it came from, asked at every request, so that
// what ends at the provider ends here at once.
import type { Database } from "../../db/connect.ts";
import { type Account, findAccount } from "../../provider/accounts/account_store.ts";
import { consoleLoginSeconds } from "../../provider/clients/console_client.ts";
import type { Voucher } from "../../provider/sessions/voucher.ts";
import { listVouchers } from "../../provider/sessions/voucher_store.ts";
import { findRecordByUid } from "../../provider/storage/record_store.ts";
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
}

/**
 * The moment of the password that opens the console, by what stands at the provider.
 * @returns epoch milliseconds; undefined: nothing opens it. The word of an application does not, whatever it may vouch
 *   for besides
 */
export function openedAtMs(accountId: string, standing: Standing, nowMs: number): number | undefined {
  const { session, account, vouchers } = standing;
  if (session?.accountId !== accountId || (session.exp ?? 0) * 1000 <= nowMs) return undefined;
  if (account === undefined || account.disabledAtMs !== null) return undefined;
  const moments = vouchers.filter(({ method }) => method === "password").map(({ authTimeMs }) => authTimeMs);
  const newest = Math.max(...moments);
  return newest > nowMs - longestMs ? newest : undefined;
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
  return { session, account, vouchers };
}

/**
 * Reads who a cookie signs in.
 * @param id the cookie's value
 * @returns undefined for nobody; a session that is over is removed
 */
export async function readSignedIn(
  db: Database,
  id: string,
  nowMs: number,
): Promise<{ account: Account; sessionUid: string } | undefined> {
  const session = await findConsoleSession(db, id);
  if (session === undefined) return undefined;
  const standing = await readStanding(db, session, nowMs);
  const { account } = standing;
  const stands =
    isWithinLifetimes(session, nowMs) && openedAtMs(session.accountId, standing, nowMs) !== undefined;
  if (!stands || account === undefined) {
    await deleteConsoleSession(db, id);
    return undefined;
  }
  if (nowMs - session.usedAtMs > touchEveryMs) await touchConsoleSession(db, id, nowMs);
  return { account, sessionUid: session.sessionUid };
}
