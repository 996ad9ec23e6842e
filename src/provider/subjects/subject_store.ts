// Owns reading everything a token is decided from in one statement: account, tenant, membership, proven
// domains, presence. Nothing is cached: a membership that ends, ends now.
import { createBatcher } from "../../db/batch.ts";
import { broughtRows } from "../../db/brought_rows.ts";
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { levelOfNumber } from "../../login_levels.ts";
import type { Account } from "../accounts/account_store.ts";
import type { Presence } from "../presence/presence_policy.ts";
import { doorOf, opensTenant, provesEnough, type Vouched, type VouchingClient } from "../sessions/voucher.ts";
import { clientVouchesStill, vouchesFor } from "../sessions/voucher_store.ts";
import type { Membership } from "../tenants/membership_store.ts";
import { readLoginMethod, readTenantRow, type Tenant, type TenantRow } from "../tenants/tenant_store.ts";

/** What the store says about a subject at one moment. */
export interface SubjectFacts {
  account: Account | undefined;
  tenant: Tenant | undefined;
  membership: Membership | undefined;
  /** Domains the tenant has proven. */
  verifiedDomains: readonly string[];
  presence: Presence;
  /** The client that was asked for as the one that vouched, if it may be used now, and vouch for the tenant. */
  vouchingClient: VouchingClient | undefined;
}

/** Which subject to read, and for whom. */
export interface SubjectQuery {
  accountId: string;
  /** Undefined: none was chosen. */
  tenantId: string | undefined;
  /** The client whose standing consent counts as presence. */
  clientId: string;
  /** The client that vouched for the login what is asked for comes from; null or absent: none. */
  vouchingClientId?: string | null | undefined;
  nowMs: number;
}

interface SubjectRow {
  account_id: string | null;
  email: string | null;
  email_verified_at_ms: number | null;
  name: string | null;
  external_at_ms: number | null;
  account_disabled_at_ms: number | null;
  account_created_at_ms: number;
  sign_in_generation: number;
  membership_endings: number;
  tenant_id: string | null;
  tenant_name: string;
  login_method: string;
  presence_policy: string;
  presence_within_hours: number | null;
  required_factor: string;
  discoverable_at_ms: number | null;
  self_close_at_ms: number | null;
  session_life_ms: number | null;
  session_idle_ms: number | null;
  tenant_disabled_at_ms: number | null;
  reopened_at_ms: number | null;
  tenant_created_at_ms: number;
  tenant_generation: number;
  role: string | null;
  membership_email: string | null;
  membership_name: string | null;
  last_login_at_ms: number | null;
  last_login_level: number | null;
  membership_created_at_ms: number;
  former_ending: number | null;
  domain: string | null;
  /** How much the login has proven that has proven most; null: there is none. */
  live_password: number | null;
  live_handoff: number | null;
  consented: number;
  vouching_client_id: string | null;
  vouching_generation: number;
}

// As sessions/login_life.ts decides it of one login.
const withinLimits = `(v.ends_at_ms is null or asked.now_ms < v.ends_at_ms)
      and (t.session_life_ms is null or asked.now_ms - coalesce(v.began_at_ms, v.auth_time_ms) < t.session_life_ms)
      and (v.idle_ms is null or v.longest_idle_ms < v.idle_ms
        and asked.now_ms - coalesce(v.seen_at_ms, v.created_at_ms) < v.idle_ms)
      and (t.session_idle_ms is null or v.longest_idle_ms < t.session_idle_ms
        and asked.now_ms - coalesce(v.seen_at_ms, v.created_at_ms) < t.session_idle_ms)`;
// How much the login has proven that has proven most, of those that stand in a session that lives now. What it opens is decided
// in sessions/voucher.ts. Looked for from the one that proves most, by an index, to the first that stands: a program may sign
// one person in thousands of times. (Of a subquery with a limit PostgreSQL makes no join, which would look at all of them; and
// what is asked of a case it takes for likely, so that it does not sort all of them either.)
const liveLogin = (
  method: "password" | "handoff",
  stands: string,
): string => `(select v.login_level from session_vouchers v
    where v.account_id = asked.account_id and v.method = '${method}' and case when
      v.sign_in_generation = a.sign_in_generation and ${stands}
      and ${withinLimits}
      and (select 1 from oidc_records r where r.model = 'Session' and r.uid_hash = v.session_uid_hash
        and r.account_id = v.account_id and r.expires_at_ms > asked.now_ms limit 1) is not null
      and (select 1 from ended_sessions e where e.session_uid_hash = v.session_uid_hash limit 1) is null
      then 1 end is not null
    order by v.login_level desc limit 1)`;
// One row for each proven domain of the tenant, or a single one. What is asked is a row whatever exists, so that
// an unknown tenant and an unknown account can be told apart.
const columns = `
a.id as account_id, a.email, a.email_verified_at_ms, a.name, a.external_at_ms,
  a.disabled_at_ms as account_disabled_at_ms, a.created_at_ms as account_created_at_ms,
  a.sign_in_generation, a.membership_endings,
  t.id as tenant_id, t.name as tenant_name, t.login_method, t.presence_policy, t.presence_within_hours, t.required_factor,
  t.discoverable_at_ms, t.self_close_at_ms, t.session_life_ms, t.session_idle_ms,
  t.disabled_at_ms as tenant_disabled_at_ms, t.reopened_at_ms, t.created_at_ms as tenant_created_at_ms,
  t.generation as tenant_generation, j.client_id as vouching_client_id, j.generation as vouching_generation,
  m.role, m.email as membership_email, m.name as membership_name, m.last_login_at_ms, m.last_login_level,
  m.created_at_ms as membership_created_at_ms, f.ending as former_ending, d.domain,
  ${liveLogin(
    "password",
    `v.auth_time_ms >= coalesce(t.reopened_at_ms, 0) and v.membership_endings >= coalesce(f.ending, 0)`,
  )} as live_password,
  ${liveLogin(
    "handoff",
    `v.tenant_id = asked.tenant_id and v.tenant_generation = t.generation and ${clientVouchesStill}
      and (v.member_since_ms is null or v.member_since_ms = m.created_at_ms)`,
  )} as live_handoff,
  case when exists (select 1 from offline_consents c
    join clients given on given.client_id = c.client_id and given.generation = c.client_generation
    where c.tenant_id = asked.tenant_id and c.account_id = asked.account_id and c.client_id = asked.client_id and c.revoked_at_ms is null)
    then 1 else 0 end as consented`;
const joins = `
left join accounts a on a.id = asked.account_id
left join tenants t on t.id = asked.tenant_id and t.deleted_at_ms is null
left join memberships m on m.tenant_id = t.id and m.account_id = a.id
left join former_memberships f on f.account_id = a.id and f.tenant_id = t.id and f.ended_at_ms >= a.created_at_ms
left join tenant_domains d on d.tenant_id = t.id and d.verified_at_ms is not null
left join clients j on j.client_id = asked.vouching_client_id and j.disabled_at_ms is null
  and j.deleted_at_ms is null and (asked.tenant_id is null or ${vouchesFor("j", "asked.tenant_id")})`;
const statement = `select ${columns}
from (select cast(? as text) as account_id, cast(? as text) as tenant_id, cast(? as text) as client_id,
  cast(? as text) as vouching_client_id, cast(? as bigint) as now_ms) asked ${joins}`;
// PostgreSQL only.
const statementForMany = `select asked.place, ${columns}
from ${broughtRows("asked", {
  ...{ account_id: "text", tenant_id: "text", client_id: "text", vouching_client_id: "text" },
  now_ms: "bigint",
})} ${joins}`;

// In each tenant it belongs to; whether a client may act for the person while away is not asked, nor which one vouched.
const statementForPlaces = `select ${columns}
from (select account_id, tenant_id, cast('' as text) as client_id, cast(null as text) as vouching_client_id,
  cast(? as bigint) as now_ms from memberships where account_id = ?) asked ${joins}
order by asked.tenant_id`;

/** Reads what the store says about an account in a tenant. */
export async function readSubject(db: Database, query: SubjectQuery): Promise<SubjectFacts> {
  const { accountId, tenantId = null, clientId, vouchingClientId = null, nowMs } = query;
  const bindings = [accountId, tenantId, clientId, vouchingClientId, nowMs];
  return factsOf(await runStatement<SubjectRow>(db, "subject_read_6", statement, bindings));
}

/** Reads what the store says about several accounts at one moment, in the order asked. */
export async function readSubjects(db: Database, queries: readonly SubjectQuery[]): Promise<SubjectFacts[]> {
  const [only] = queries;
  if (queries.length === 1 && only !== undefined) return [await readSubject(db, only)];
  if (!isPostgres(db)) return Promise.all(queries.map((query) => readSubject(db, query)));
  const rows = await runStatement<SubjectRow & { place: number }>(db, "subjects_read_7", statementForMany, [
    queries.map((query) => query.accountId),
    queries.map((query) => query.tenantId ?? null) as string[],
    queries.map((query) => query.clientId),
    queries.map((query) => query.vouchingClientId ?? null) as string[],
    queries.map((query) => query.nowMs),
  ]);
  const byPlace = Map.groupBy(rows, (row) => row.place);
  return queries.map((_, index) => factsOf(byPlace.get(index + 1) ?? []));
}

/** Reads what the store says about an account in each tenant it belongs to, in the order of their ids, in one statement. */
export async function readSubjectsOf(
  db: Database,
  accountId: string,
  nowMs: number,
): Promise<SubjectFacts[]> {
  const rows = await runStatement<SubjectRow>(db, "subjects_of_account", statementForPlaces, [
    nowMs,
    accountId,
  ]);
  return [...Map.groupBy(rows, (row) => row.tenant_id).values()].map(factsOf);
}

/** Makes a {@link readSubject} that shares a statement with whoever asks at the same time. */
export function createSubjectReader(db: Database): (query: SubjectQuery) => Promise<SubjectFacts> {
  return createBatcher({ run: (queries) => readSubjects(db, queries), mostItems: 50, mostBatches: 1 });
}

function factsOf(rows: readonly SubjectRow[]): SubjectFacts {
  const [row] = rows;
  if (row === undefined) throw new Error("the subject statement always answers");
  const [account, tenant, membership] = [accountOf(row), tenantOf(row), membershipOf(row)];
  return {
    account,
    tenant,
    membership,
    verifiedDomains: rows.flatMap(({ domain }) => domain ?? []),
    presence: {
      hasLiveSession: isPresentAt({ account, tenant, membership }, row),
      lastLoginAtMs: lastLoginThatCounts(row, tenant),
      hasOfflineConsent: row.consented === 1,
    },
    vouchingClient:
      row.vouching_client_id === null
        ? undefined
        : { clientId: row.vouching_client_id, generation: row.vouching_generation },
  };
}

// A session counts for the tenants its logins open, and for no other. Whether the person is a member is asked besides:
// the ISV's word may make them one in this very request.
function isPresentAt(
  { account, tenant, membership }: Pick<SubjectFacts, "account" | "tenant" | "membership">,
  row: SubjectRow,
): boolean {
  if (!account || !tenant) return false;
  // How long each login holds was asked by the statement.
  const door = doorOf(tenant, account, membership, undefined, 0);
  // The statement asked already that account, membership, tenant and client are what they were when it was vouched for.
  const { generation, memberSinceMs, tenantGeneration, formerEnding: membershipEndings } = door;
  const stands = {
    ...{ generation, memberSinceMs, membershipEndings, tenantGeneration },
    ...{ clientId: null, clientGeneration: null },
  };
  const live: Vouched[] = [
    ...liveAt(row.live_password, { method: "password", tenantId: null }),
    ...liveAt(row.live_handoff, { method: "handoff", tenantId: tenant.id }),
  ].map((login) => ({ ...login, ...stands }));
  return live.some((vouched) => opensTenant(vouched, door));
}

const liveAt = (
  level: number | null,
  login: Pick<Vouched, "method" | "tenantId">,
): Pick<Vouched, "method" | "tenantId" | "level">[] =>
  level === null ? [] : [{ ...login, level: levelOfNumber(level) }];

// A login that had not proven what the tenant requires is none, as far as being there is counted from it.
function lastLoginThatCounts(row: SubjectRow, tenant: Tenant | undefined): number | null {
  const level = levelOfNumber(row.last_login_level ?? 0);
  return tenant !== undefined && provesEnough(level, tenant) ? row.last_login_at_ms : null;
}

function accountOf(row: SubjectRow): Account | undefined {
  if (row.account_id === null) return undefined;
  return {
    id: row.account_id,
    email: row.email,
    emailVerifiedAtMs: row.email_verified_at_ms,
    name: row.name,
    externalAtMs: row.external_at_ms,
    disabledAtMs: row.account_disabled_at_ms,
    createdAtMs: row.account_created_at_ms,
    signInGeneration: row.sign_in_generation,
    membershipEndings: row.membership_endings,
  };
}

function tenantOf(row: SubjectRow): Tenant | undefined {
  if (row.tenant_id === null) return undefined;
  const columns: TenantRow = {
    id: row.tenant_id,
    name: row.tenant_name,
    login_method: row.login_method,
    presence_policy: row.presence_policy,
    presence_within_hours: row.presence_within_hours,
    required_factor: row.required_factor,
    discoverable_at_ms: row.discoverable_at_ms,
    self_close_at_ms: row.self_close_at_ms,
    session_life_ms: row.session_life_ms,
    session_idle_ms: row.session_idle_ms,
    disabled_at_ms: row.tenant_disabled_at_ms,
    reopened_at_ms: row.reopened_at_ms,
    created_at_ms: row.tenant_created_at_ms,
    generation: row.tenant_generation,
  };
  return readTenantRow(columns);
}

function membershipOf(row: SubjectRow): Membership | undefined {
  if (row.role === null || row.tenant_id === null || row.account_id === null) return undefined;
  return {
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    loginMethod: readLoginMethod(row.login_method),
    accountId: row.account_id,
    role: row.role === "admin" ? "admin" : "member",
    email: row.membership_email,
    name: row.membership_name,
    lastLoginAtMs: row.last_login_at_ms,
    createdAtMs: row.membership_created_at_ms,
    formerEnding: row.former_ending ?? 0,
  };
}
