// Owns the browser sessions of a person, as operators see and end them: one by one. A session is named by the hash of
// its uid, which opens nothing. What a request under way writes of one that was ended is found by nobody any more,
// because the session stands in ended_sessions from the very commit (storage/record_store.ts).
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { countOf } from "../storage/delete_records.ts";
import { deleteRecordsOfSession, tokenModels } from "../storage/ended_records.ts";
import { hashRecordId } from "../storage/record_payload.ts";
import { deleteConsents } from "./consent_store.ts";
import type { EndedSignIns } from "./end_sign_ins_store.ts";
import type { Voucher } from "./voucher.ts";
import { deleteVouchersOfSession, listVouchersOfSessions } from "./voucher_store.ts";

/** A browser session. Times are epoch milliseconds. */
export interface BrowserSession {
  /** Names it, and opens nothing. */
  id: string;
  accountId: string;
  startedAtMs: number;
  /** The last time somebody proved in it who they are. */
  signedInAtMs: number;
  /** When it ends, unless it is used before. */
  endsAtMs: number;
  /** Clients it was signed in to. */
  clientIds: readonly string[];
  /** Its logins that stand. */
  vouchers: readonly Voucher[];
}

interface SessionRow {
  uid_hash: string;
  account_id: string;
  payload: string;
  expires_at_ms: number;
}

/** What of a session's payload is read here. */
interface SessionPayload {
  uid: string;
  iat?: number;
  loginTs?: number;
  authorizations?: Record<string, { grantId?: string }>;
}

// As long as anything of a session may be on its way: longer than any grant lives.
const rememberedMs = 400 * 86_400_000;

// Letters of base64url that a command line would take for an option stand behind these.
const prefix = "s_";

/**
 * Lists the sessions of a person that live, in the order of their ids.
 * @param page.afterId only those whose id comes later
 */
export async function listSessions(
  db: Database,
  accountId: string,
  page: { limit: number; afterId?: string | undefined },
  now: Date,
): Promise<BrowserSession[]> {
  const rows = await runStatement<SessionRow>(
    db,
    "sessions_of_account",
    `select s.uid_hash, s.account_id, s.payload, s.expires_at_ms from oidc_records s
     where s.model = 'Session' and s.account_id = ? and s.uid_hash > ? and s.expires_at_ms > ?
       and not exists (select 1 from ended_sessions e where e.session_uid_hash = s.uid_hash)
     order by s.uid_hash limit ?`,
    [accountId, hashOf(page.afterId) ?? "", now.getTime(), page.limit],
  );
  const vouchers = await listVouchersOfSessions(
    db,
    accountId,
    rows.map((row) => row.uid_hash),
    now,
  );
  return rows.map((row) => toSession(row, vouchers.get(row.uid_hash) ?? []));
}

/**
 * Ends one session: itself, the grants that came of it with their codes and tokens, sign-ins under way in it.
 * Of several callers at once one does it.
 * @param trx a transaction
 * @param accountId whose it has to be; undefined: anybody's
 * @returns whose it was and how much was ended; undefined if there is none
 */
export async function endSession(
  trx: Database,
  { id, accountId }: { id: string; accountId?: string | undefined },
  now: Date,
): Promise<{ accountId: string; ended: EndedSignIns } | undefined> {
  const uidHash = hashOf(id);
  if (uidHash === undefined) return undefined;
  const [row] = await runStatement<SessionRow>(
    trx,
    "session_by_uid_hash",
    `select s.uid_hash, s.account_id, s.payload, s.expires_at_ms from oidc_records s
     where s.model = 'Session' and s.uid_hash = ? and s.account_id is not null and s.expires_at_ms > ?`,
    [uidHash, now.getTime()],
  );
  if (row === undefined || (accountId !== undefined && row.account_id !== accountId)) return undefined;
  const first = await runStatement(
    trx,
    "session_end",
    `insert into ended_sessions (session_uid_hash, ended_at_ms, expires_at_ms) values (?, ?, ?)
     on conflict (session_uid_hash) do nothing returning session_uid_hash`,
    [uidHash, now.getTime(), now.getTime() + rememberedMs],
  );
  if (first.length === 0) return undefined;
  const { uid, authorizations = {} } = JSON.parse(row.payload) as SessionPayload;
  const grantIds = Object.values(authorizations).flatMap(({ grantId }) => grantId ?? []);
  const forget = () => deleteConsents(trx, { session_uid_hash: uidHash });
  await forget();
  const deleted = await deleteRecordsOfSession(trx, { uid, accountId: row.account_id, grantIds }, now);
  // Once more: what was remembered of a grant until it went (grant_store.ts).
  await forget();
  await deleteVouchersOfSession(trx, uidHash);
  const ended = {
    sessions: 1,
    grants: countOf(deleted, ["Grant"]),
    tokens: countOf(deleted, tokenModels),
  };
  return { accountId: row.account_id, ended };
}

/** The name of the session of a uid. */
export function sessionIdOf(uid: string): string {
  return prefix + hashRecordId(uid);
}

function hashOf(id: string | undefined): string | undefined {
  return id?.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}

function toSession(row: SessionRow, vouchers: readonly Voucher[]): BrowserSession {
  const { loginTs, iat, authorizations = {} } = JSON.parse(row.payload) as SessionPayload;
  return {
    id: prefix + row.uid_hash,
    accountId: row.account_id,
    startedAtMs: (iat ?? loginTs ?? 0) * 1000,
    signedInAtMs: (loginTs ?? 0) * 1000,
    endsAtMs: row.expires_at_ms,
    clientIds: Object.keys(authorizations).sort(),
    vouchers,
  };
}
