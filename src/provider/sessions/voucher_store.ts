// Owns the session_vouchers table: the logins of each browser session. Sessions are named by the hash of their uid,
// as in oidc_records, so that presence is read where the session itself stands.
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { numberOfLevel } from "../../login_levels.ts";
import { hashRecordId } from "../storage/record_payload.ts";
import { seenEveryMs, standsAt } from "./login_life.ts";
import { readVouched, readVouchMethod, type Voucher, voucherOf } from "./voucher.ts";

/** Which session, of whom. */
export interface SessionKey {
  /** The session's uid, which stays when its cookie changes. */
  sessionUid: string;
  accountId: string;
}

/** What is read of a login. */
export interface VoucherRow {
  method: string;
  tenant_id: string;
  client_id: string | null;
  amr: string;
  acr: string | null;
  auth_time_ms: number;
  sign_in_generation: number;
  member_since_ms: number | null;
  tenant_generation: number;
  client_generation: number;
  membership_endings: number;
  created_at_ms: number;
  began_at_ms: number | null;
  ends_at_ms: number | null;
  idle_ms: number | null;
  seen_at_ms: number | null;
  longest_idle_ms: number;
  browser: string | null;
  remembered: number | null;
}

/**
 * The condition of a row of clients by which it may vouch for a tenant's people: the right was not taken from it since.
 * @param client the row's name
 * @param tenant an expression
 */
export const vouchesFor = (client: string, tenant: string): string =>
  `(${client}.vouches_for is null or ${client}.vouches_for = '*'
    or replace(${client}.vouches_for, ' ' || ${tenant} || ' ', '') <> ${client}.vouches_for)`;

/**
 * The condition of a row `v` of session_vouchers by which the client that vouched is what it was then, and may still
 * vouch for the tenant. The same is decided in voucher.ts, for what else carries a login.
 */
export const clientVouchesStill = `(v.client_id is null or exists (select 1 from clients vc
    where vc.client_id = v.client_id and vc.generation = v.client_generation
      and vc.disabled_at_ms is null and vc.deleted_at_ms is null and ${vouchesFor("vc", "v.tenant_id")}))`;

// Stands for "every tenant with passwords here"; no tenant can have this id.
const everyTenant = "*";

// The order of logins of one kind in a session. Generations of different clients do not compare.
const orderOf = (
  row: string,
): string => `(${row}.sign_in_generation, ${row}.membership_endings, ${row}.tenant_generation,
  case when session_vouchers.client_id = excluded.client_id then ${row}.client_generation else 0 end,
  ${row}.auth_time_ms)`;

// A login here that has the time of the one there is proves that one further, and makes no new one: it lasts no longer for it.
// (An organization's page may vouch twice with one time.)
const provesOn = `session_vouchers.account_id = excluded.account_id and excluded.method = 'password'
  and session_vouchers.auth_time_ms = excluded.auth_time_ms`;

const idleUntilNow =
  "excluded.seen_at_ms - coalesce(session_vouchers.seen_at_ms, session_vouchers.created_at_ms)";

/**
 * Records a login of a session. An older login, or one of an earlier generation, never replaces a newer one of the
 * same kind; another account's is always replaced. Of an account that is gone none is recorded. One that proves more of a login that stands has that one's life.
 * @returns until when it holds, epoch milliseconds; undefined: it was not recorded, or no limit is known
 */
export async function saveVoucher(
  db: Database,
  session: SessionKey,
  voucher: Voucher,
  now: Date,
): Promise<number | undefined> {
  const [row] = await runStatement<{ ends_at_ms: number | null }>(
    db,
    "session_voucher_save_7",
    `insert into session_vouchers
       (session_uid_hash, account_id, method, tenant_id, client_id, amr, acr, auth_time_ms, created_at_ms,
        checked_at_ms, sign_in_generation, member_since_ms, tenant_generation, client_generation, membership_endings,
        began_at_ms, ends_at_ms, idle_ms, seen_at_ms, longest_idle_ms, login_level, browser,
        remembered)
     select ?, a.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? from accounts a where a.id = ?
     ${isPostgres(db) ? "for key share of a" : ""}
     on conflict (session_uid_hash, method, tenant_id) do update set
       account_id = excluded.account_id, client_id = excluded.client_id, amr = excluded.amr, acr = excluded.acr,
       auth_time_ms = excluded.auth_time_ms, created_at_ms = excluded.created_at_ms,
       sign_in_generation = excluded.sign_in_generation, member_since_ms = excluded.member_since_ms,
       tenant_generation = excluded.tenant_generation, client_generation = excluded.client_generation,
       membership_endings = excluded.membership_endings,
       began_at_ms = case when ${provesOn} then coalesce(session_vouchers.began_at_ms, session_vouchers.auth_time_ms)
         else excluded.began_at_ms end,
       ends_at_ms = case when ${provesOn} then coalesce(session_vouchers.ends_at_ms, excluded.ends_at_ms)
         else excluded.ends_at_ms end,
       longest_idle_ms = case when not (${provesOn}) then excluded.longest_idle_ms
         when ${idleUntilNow} > session_vouchers.longest_idle_ms then ${idleUntilNow}
         else session_vouchers.longest_idle_ms end,
       idle_ms = excluded.idle_ms, seen_at_ms = excluded.seen_at_ms, login_level = excluded.login_level,
       browser = excluded.browser, remembered = excluded.remembered
     where session_vouchers.account_id <> excluded.account_id
       or ${orderOf("session_vouchers")} <= ${orderOf("excluded")}
     returning ends_at_ms`,
    [
      hashRecordId(session.sessionUid),
      voucher.method,
      voucher.tenantId ?? everyTenant,
      voucher.clientId,
      JSON.stringify(voucher.amr),
      voucher.acr ?? null,
      voucher.authTimeMs,
      now.getTime(),
      now.getTime(),
      voucher.generation,
      voucher.memberSinceMs,
      voucher.tenantGeneration ?? 0,
      voucher.clientGeneration ?? 0,
      voucher.membershipEndings,
      voucher.life?.beganAtMs ?? now.getTime(),
      voucher.life?.endsAtMs ?? null,
      voucher.use?.idleMs ?? null,
      voucher.use?.seenAtMs ?? now.getTime(),
      voucher.use?.longestIdleMs ?? 0,
      numberOfLevel(voucher.level),
      voucher.browser ?? null,
      voucher.remembered === undefined ? null : Number(voucher.remembered),
      session.accountId,
    ],
  );
  return row?.ends_at_ms ?? undefined;
}

/**
 * Notes that somebody was there, in a session whose logins were read. Written at most once in a few minutes, however many
 * requests there are at once; a time in which nobody was there counts for ever.
 * @param vouchers as they were read
 */
export async function noteUse(
  db: Database,
  sessionUid: string,
  vouchers: readonly Voucher[],
  now: Date,
): Promise<void> {
  const nowMs = now.getTime();
  const beforeMs = nowMs - seenEveryMs;
  if (vouchers.every(({ use }) => use !== undefined && use.seenAtMs > beforeMs)) return;
  const idle = "? - coalesce(seen_at_ms, created_at_ms)";
  await runStatement(
    db,
    "session_vouchers_seen",
    `update session_vouchers set seen_at_ms = ?,
       longest_idle_ms = case when ${idle} > longest_idle_ms then ${idle} else longest_idle_ms end
     where session_uid_hash = ? and coalesce(seen_at_ms, created_at_ms) <= ? returning method`,
    [nowMs, nowMs, nowMs, hashRecordId(sessionUid), beforeMs],
  );
}

/**
 * Lists the logins of a session that stand; none for a session of somebody else, of before they were recorded, or of
 * before the account's sign-ins were ended, or the membership that they were for, or their tenant or the client that
 * vouched was disabled; or that are over by the installation's limits.
 */
export async function listVouchers(db: Database, session: SessionKey, now: Date): Promise<Voucher[]> {
  const rows = await runStatement<VoucherRow>(
    db,
    "session_vouchers_list_8",
    standingVouchers("v.account_id = ? and v.session_uid_hash = ?"),
    [session.accountId, hashRecordId(session.sessionUid)],
  );
  return standingOf(rows, now);
}

/** Lists the logins that stand of several sessions of one person, as {@link listVouchers} does, by session. */
export async function listVouchersOfSessions(
  db: Database,
  accountId: string,
  uidHashes: readonly string[],
  now: Date,
): Promise<Map<string, Voucher[]>> {
  if (uidHashes.length === 0) return new Map();
  const places = uidHashes.map(() => "?").join(", ");
  const rows = await runStatement<VoucherRow & { session_uid_hash: string }>(
    db,
    `session_vouchers_of_5_${uidHashes.length}`,
    standingVouchers(`v.account_id = ? and v.session_uid_hash in (${places})`),
    [accountId, ...uidHashes],
  );
  const byHash = Map.groupBy(rows, (row) => row.session_uid_hash);
  return new Map([...byHash].map(([hash, of]) => [hash, standingOf(of, now)]));
}

/** Removes the logins of a session that is ended. */
export async function deleteVouchersOfSession(db: Database, uidHash: string): Promise<void> {
  await db("session_vouchers").where("session_uid_hash", uidHash).delete();
}

/**
 * Asks for the logins that stand, of one person and session after the other.
 * @param which condition of a row `v` of session_vouchers
 * @param asked rows brought along, of which each `v` is of one, and their columns that are wanted
 */
// Of a subquery with a limit PostgreSQL makes no join: for somebody with many logins it would read all customers and members.
export const standingVouchers = (
  which: string,
  asked?: { rows: string; columns: string },
): string => `select ${asked === undefined ? "" : `${asked.columns}, `}v.session_uid_hash, v.method, v.tenant_id, v.client_id, v.amr, v.acr, v.auth_time_ms,
       v.sign_in_generation, v.member_since_ms, v.tenant_generation, v.client_generation, v.membership_endings,
       v.created_at_ms, v.began_at_ms, v.ends_at_ms, v.idle_ms, v.seen_at_ms, v.longest_idle_ms, v.browser, v.remembered
     from ${asked === undefined ? "" : `${asked.rows} cross join `}session_vouchers v
     join accounts a on a.id = v.account_id and a.sign_in_generation = v.sign_in_generation
     where ${which}
       and ${clientVouchesStill}
       and (v.method <> 'handoff' or (select 1 from tenants t
         where t.id = v.tenant_id and t.generation = v.tenant_generation limit 1) is not null)
       and (v.member_since_ms is null or (select 1 from memberships m where m.tenant_id = v.tenant_id
         and m.account_id = v.account_id and m.created_at_ms = v.member_since_ms limit 1) is not null)
     order by v.session_uid_hash, v.method, v.tenant_id`;

/** The logins of rows, those left out that are over by the installation's limits. */
export function standingOf(rows: readonly VoucherRow[], now: Date): Voucher[] {
  return rows
    .flatMap((row) => toVoucher(row) ?? [])
    .filter(({ life, use }) => standsAt({ ...life, ...use }, now.getTime()));
}

function toVoucher(row: VoucherRow): Voucher | undefined {
  const method = readVouchMethod(row.method);
  if (method === undefined) return undefined;
  const tenantId = row.tenant_id === everyTenant ? null : row.tenant_id;
  const vouched = readVouched({
    ...{ method, tenantId, clientId: row.client_id, generation: row.sign_in_generation },
    memberSinceMs: row.member_since_ms,
    tenantGeneration: tenantId === null ? null : row.tenant_generation,
    clientGeneration: row.client_id === null ? null : row.client_generation,
    membershipEndings: row.membership_endings,
    life: { beganAtMs: row.began_at_ms ?? row.auth_time_ms, endsAtMs: row.ends_at_ms },
  });
  const amr = JSON.parse(row.amr) as string[];
  const browser = row.browser ?? undefined;
  const use = {
    seenAtMs: row.seen_at_ms ?? row.created_at_ms,
    longestIdleMs: row.longest_idle_ms,
    idleMs: row.idle_ms,
  };
  const how = { amr, acr: row.acr ?? undefined, authTimeMs: row.auth_time_ms, madeAtMs: row.created_at_ms };
  const remembered = row.remembered === null ? undefined : row.remembered === 1;
  return voucherOf(vouched, { ...how, use, browser, remembered });
}

/** Lists what is recorded of every login of a person, whether it stands or not, for whoever asks what is stored of them. */
export async function listRecordedLogins(
  db: Database,
  accountId: string,
): Promise<Readonly<Record<string, string | number | null>>[]> {
  return runStatement<Record<string, string | number | null>>(
    db,
    "session_vouchers_recorded_5",
    `select method, nullif(tenant_id, '') as tenant_id, client_id, amr, acr, auth_time_ms, created_at_ms, checked_at_ms,
       began_at_ms, ends_at_ms, seen_at_ms, idle_ms, longest_idle_ms, browser, remembered
     from session_vouchers where account_id = ? order by created_at_ms, tenant_id`,
    [accountId],
  );
}
