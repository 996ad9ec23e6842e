// Owns the grants of a person, as operators see and revoke them: what one application was let do, for which tenant, and
// whether a refresh token of it lives. A grant is named by the hash of its id, which opens nothing. Whatever is written
// of a grant that is gone has no grant, and is worth nothing.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { countOf } from "../storage/delete_records.ts";
import { deleteGrantOfAccount, deleteGrantsToClient, tokenModels } from "../storage/ended_records.ts";
import { type ConsentKey, deleteConsents } from "./consent_store.ts";

/** What one application was let do. Times are epoch milliseconds. */
export interface ApplicationGrant {
  /** Names it, and opens nothing. */
  id: string;
  clientId: string;
  /** Null: it is for none, so no token comes of it. */
  tenantId: string | null;
  scopes: readonly string[];
  sinceMs: number;
  /** When a code or token of it was last used or made; null: never. */
  lastUsedAtMs: number | null;
  /** Refresh tokens that could be used now. */
  refreshTokens: number;
  /** When the last of them ends; null: there is none. */
  refreshEndsAtMs: number | null;
  /** When the grant itself ends. */
  endsAtMs: number | null;
}

interface GrantRow {
  id_hash: string;
  payload: string;
  expires_at_ms: number | null;
  newest_token: string | null;
  used_at_ms: number | null;
  refresh_tokens: number | string;
  refresh_ends_at_ms: number | null;
}

/** What of a grant's payload is read here. */
interface GrantPayload {
  clientId?: string;
  tenantId?: string;
  iat?: number;
  openid?: { scope?: string };
  resources?: Record<string, string>;
}

const prefix = "g_";

// As the library finds it: one of before its client was ended is none. Each subquery reads the rows of one grant.
const statement = `select g.id_hash, g.payload, g.expires_at_ms,
   (select t.payload from oidc_records t where t.grant_id_hash = g.id_hash and t.model = 'AccessToken'
     order by t.expires_at_ms desc limit 1) as newest_token,
   (select max(t.consumed_at_ms) from oidc_records t where t.grant_id_hash = g.id_hash) as used_at_ms,
   (select count(*) from oidc_records t where t.grant_id_hash = g.id_hash and t.model = 'RefreshToken'
     and t.consumed_at_ms is null and t.expires_at_ms > cast(? as bigint)) as refresh_tokens,
   (select max(t.expires_at_ms) from oidc_records t where t.grant_id_hash = g.id_hash and t.model = 'RefreshToken'
     and t.consumed_at_ms is null and t.expires_at_ms > cast(? as bigint)) as refresh_ends_at_ms
 from oidc_records g left join clients c on c.client_id = g.client_id
 where g.model = 'Grant' and g.account_id = ? and g.id_hash > ? and g.expires_at_ms > cast(? as bigint)
   and (c.client_id is null or c.generation = g.client_generation)
 order by g.id_hash limit ?`;

/**
 * Lists the grants of a person that live, in the order of their ids.
 * @param page.afterId only those whose id comes later
 */
export async function listGrants(
  db: Database,
  accountId: string,
  page: { limit: number; afterId?: string | undefined },
  now: Date,
): Promise<ApplicationGrant[]> {
  const nowMs = now.getTime();
  const rows = await runStatement<GrantRow>(db, "grants_of_account", statement, [
    ...[nowMs, nowMs, accountId],
    hashOf(page.afterId) ?? "",
    ...[nowMs, page.limit],
  ]);
  return rows.map(toGrant);
}

/**
 * Takes back what a person let an application have for one organization, in every browser: the consent, its grants, their codes
 * and tokens.
 * @param trx a transaction
 * @returns how many codes and tokens ended; undefined if there was nothing
 */
export async function endConsent(
  trx: Database,
  { accountId, clientId, tenantId }: ConsentKey,
  now: Date,
): Promise<{ tokens: number } | undefined> {
  const which = { account_id: accountId, client_id: clientId, tenant_id: tenantId };
  // First: what a request under way makes of it goes too, or is not made.
  const before = await deleteConsents(trx, which);
  const deleted = await deleteGrantsToClient(trx, { accountId, clientId, tenantId }, now);
  // Once more: what was remembered of such a grant until it went. From there on nothing is.
  const consents = before + (await deleteConsents(trx, which));
  if (consents + countOf(deleted, ["Grant"]) === 0) return undefined;
  return { tokens: countOf(deleted, tokenModels) };
}

/**
 * Revokes one grant: itself, its codes and tokens. Of several callers at once one does it.
 * @param trx a transaction
 * @returns what it was for and how many codes and tokens ended; undefined if the person has none of this id
 */
export async function endGrant(
  trx: Database,
  { id, accountId }: { id: string; accountId: string },
  now: Date,
): Promise<{ clientId: string; tenantId: string | null; tokens: number } | undefined> {
  const idHash = hashOf(id);
  if (idHash === undefined) return undefined;
  const [row] = await runStatement<{ payload: string }>(
    trx,
    "grant_by_id_hash",
    "select payload from oidc_records where model = 'Grant' and id_hash = ? and account_id = ?",
    [idHash, accountId],
  );
  if (row === undefined) return undefined;
  const { clientId = "", tenantId = null } = JSON.parse(row.payload) as GrantPayload;
  const forget = async () => {
    if (tenantId === null) return;
    await deleteConsents(trx, { account_id: accountId, client_id: clientId, tenant_id: tenantId });
  };
  // As endConsent does.
  await forget();
  const deleted = await deleteGrantOfAccount(trx, accountId, idHash, now);
  await forget();
  if (countOf(deleted, ["Grant"]) === 0) return undefined;
  return { clientId, tenantId, tokens: countOf(deleted, tokenModels) };
}

function hashOf(id: string | undefined): string | undefined {
  return id?.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}

function toGrant(row: GrantRow): ApplicationGrant {
  const {
    clientId = "",
    tenantId = null,
    iat = 0,
    openid,
    resources = {},
  } = JSON.parse(row.payload) as GrantPayload;
  const newest = row.newest_token === null ? undefined : (JSON.parse(row.newest_token) as { iat?: number });
  const uses = [row.used_at_ms, newest?.iat === undefined ? null : newest.iat * 1000].filter(
    (ms) => ms !== null,
  );
  const scopes = [openid?.scope, ...Object.values(resources)].flatMap((text) => text?.split(" ") ?? []);
  return {
    id: prefix + row.id_hash,
    clientId,
    tenantId,
    scopes: [...new Set(scopes)].filter((scope) => scope !== "").sort(),
    sinceMs: iat * 1000,
    lastUsedAtMs: uses.length === 0 ? null : Math.max(...uses),
    refreshTokens: Number(row.refresh_tokens),
    refreshEndsAtMs: row.refresh_ends_at_ms,
    endsAtMs: row.expires_at_ms,
  };
}
