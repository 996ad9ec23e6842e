// Owns ending what stands for a client or for a tenant as a whole, and everything of a person whose account is deleted.
// Set by set, each one statement, so that it is as one for a hundred people. What a request under way writes
// afterwards is of no use while the right is gone; whoever gives the right back ends it once more first.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { deleteSignIns, type EndedSignIns } from "./end_sign_ins_store.ts";

/** What ended with a right. */
export interface EndedRights {
  /** What applications were let do for people. */
  grants: number;
  /** Codes, access tokens and refresh tokens. */
  tokens: number;
  /** Logins that the ISV's word had opened sessions with. */
  vouchers: number;
  /** Agreements of people who were away. */
  consents: number;
}

interface DeletedRow {
  model: string;
}

/**
 * Ends what stands for a client: what people let it do, its codes and tokens, its own access tokens, sign-ins
 * under way to it, the logins it vouched for.
 */
export async function endRightsOfClient(db: Database, clientId: string, now: Date): Promise<EndedRights> {
  const named = memberText("clientId", clientId);
  const rows = await runStatement<DeletedRow>(
    db,
    "end_client_records",
    `delete from oidc_records where (model in (${ofClients}) and replace(payload, ?, '') <> payload)
       or (model = 'Interaction' and replace(payload, ?, '') <> payload)
     returning model`,
    // A sign-in under way names it as the request did.
    [named, memberText("client_id", clientId)],
  );
  await deleteAnswersNaming(db, named);
  const vouchers: number = await db("session_vouchers").where("client_id", clientId).delete();
  return { ...countsOf(rows), vouchers, consents: await revokeConsents(db, { client_id: clientId }, now) };
}

/** Ends a client's own access tokens: those it got with a secret that counts no more. */
export async function endOwnTokensOfClient(db: Database, clientId: string): Promise<number> {
  const rows = await runStatement<DeletedRow>(
    db,
    "end_client_own_tokens",
    `delete from oidc_records where model = 'ClientCredentials' and replace(payload, ?, '') <> payload
     returning model`,
    [memberText("clientId", clientId)],
  );
  return rows.length;
}

/**
 * Ends what stands for a tenant: grants, codes and tokens for it, logins the ISV vouched for, agreements, and what is
 * known of its members' last logins. Sessions stay, because they may speak for other tenants.
 */
export async function endRightsOfTenant(db: Database, tenantId: string, now: Date): Promise<EndedRights> {
  const named = memberText("tenantId", tenantId);
  await deleteAnswersNaming(db, named);
  const rows = await runStatement<DeletedRow>(
    db,
    "end_whole_tenant",
    `with ended as (
       select id_hash from oidc_records where model = 'Grant' and replace(payload, ?, '') <> payload)
     delete from oidc_records where grant_id_hash in (select id_hash from ended)
       or (model = 'Grant' and id_hash in (select id_hash from ended))
     returning model`,
    [named],
  );
  const vouchers: number = await db("session_vouchers").where("tenant_id", tenantId).delete();
  await db("memberships").where("tenant_id", tenantId).update({ last_login_at_ms: null });
  return { ...countsOf(rows), vouchers, consents: await revokeConsents(db, { tenant_id: tenantId }, now) };
}

/** Deletes everything of a person but the audit trail; the account itself last. */
export async function deleteTracesOfAccount(
  db: Database,
  accountId: string,
): Promise<EndedSignIns & { memberships: number; consents: number }> {
  const ended = await deleteSignIns(db, accountId);
  const consents: number = await db("offline_consents").where("account_id", accountId).delete();
  const memberships: number = await db("memberships").where("account_id", accountId).delete();
  await db("accounts").where("id", accountId).delete();
  return { ...ended, memberships, consents };
}

// An answered handoff that no browser has come back with yet.
async function deleteAnswersNaming(db: Database, named: string): Promise<void> {
  await runStatement(
    db,
    "end_rights_challenges",
    `delete from login_challenges where outcome is not null and replace(outcome, ?, '') <> outcome
     returning challenge_hash`,
    [named],
  );
}

function revokeConsents(db: Database, of: Record<string, string>, now: Date): Promise<number> {
  return db("offline_consents").where(of).whereNull("revoked_at_ms").update({ revoked_at_ms: now.getTime() });
}

// As JSON.stringify writes a member; see end_sign_ins_store.ts.
const memberText = (name: string, value: string): string => `"${name}":${JSON.stringify(value)}`;

const tokenModels = ["AuthorizationCode", "AccessToken", "RefreshToken", "ClientCredentials"];
const ofClients = ["Grant", ...tokenModels].map((model) => `'${model}'`).join(", ");

function countsOf(rows: readonly DeletedRow[]): Pick<EndedRights, "grants" | "tokens"> {
  const grants = rows.filter(({ model }) => model === "Grant").length;
  return { grants, tokens: rows.filter(({ model }) => tokenModels.includes(model)).length };
}
