// Owns ending what stands for a client or for a tenant as a whole, and everything of a person whose account is deleted.
// Set by set, a few statements each, so that a hundred people cost no more of them than one. What a request under way writes
// afterwards is of no use while the right is gone; whoever gives the right back ends it once more first.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { forgetAnswersTelling } from "../accounts/kept_answers_store.ts";
import { countOf, type DeletedModels } from "../storage/delete_records.ts";
import {
  deleteAnswersNaming,
  deleteDeviceCodesOfClient,
  deleteGrantsOfTenant,
  deleteGrantsVouchedBy,
  deleteOwnTokensOfClient,
  deleteRecordsOfClient,
  deleteRecordsReturningTo,
  deleteSignInsVouchedBy,
  deleteTokensByBinding,
  tokenModels,
} from "../storage/ended_records.ts";
import { deleteBrand } from "../tenants/brand_store.ts";
import { saveTenantDeleted } from "../tenants/tenant_store.ts";
import { deleteConsents } from "./consent_store.ts";
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

/** Of an act that found nothing to do. */
export const noRightsEnded: EndedRights = { grants: 0, tokens: 0, vouchers: 0, consents: 0 };

/**
 * Ends what stands for a client: what people let it do, its codes and tokens, its own access tokens, sign-ins
 * under way to it, the logins it vouched for.
 */
export async function endRightsOfClient(db: Database, clientId: string, now: Date): Promise<EndedRights> {
  const deleted = await deleteRecordsOfClient(db, clientId, now);
  await deleteAnswersNaming(db, { clientId });
  await deleteConsents(db, { client_id: clientId });
  await deleteConsents(db, { vouching_client_id: clientId });
  const vouchers: number = await db("session_vouchers").where("client_id", clientId).delete();
  return { ...countsOf(deleted), vouchers, consents: await revokeConsents(db, { client_id: clientId }, now) };
}

/**
 * Ends what a client vouched for of some tenants: logins, sign-ins under way with one, what applications were let do by
 * one.
 * @param tenantIds a few statements each
 */
export async function endVouchedLogins(
  db: Database,
  clientId: string,
  tenantIds: readonly string[],
  now: Date,
): Promise<Pick<EndedRights, "grants" | "tokens" | "vouchers">> {
  const ended = { grants: 0, tokens: 0, vouchers: 0 };
  for (const tenantId of tenantIds) {
    await deleteAnswersNaming(db, { clientId, tenantId });
    await deleteSignInsVouchedBy(db, tenantId, clientId);
    await deleteConsents(db, { vouching_client_id: clientId, tenant_id: tenantId });
    const { grants, tokens } = countsOf(await deleteGrantsVouchedBy(db, tenantId, clientId, now));
    // Once more: what was remembered of a grant until it went (grant_store.ts).
    await deleteConsents(db, { vouching_client_id: clientId, tenant_id: tenantId });
    const vouchers: number = await db("session_vouchers")
      .where({ client_id: clientId, tenant_id: tenantId })
      .delete();
    ended.grants += grants;
    ended.tokens += tokens;
    ended.vouchers += vouchers;
  }
  return ended;
}

/**
 * Ends what would return to addresses that are a client's no more.
 * @returns how many codes; sign-ins under way are not counted
 */
export async function endReturnsTo(
  db: Database,
  clientId: string,
  redirectUris: readonly string[],
): Promise<number> {
  let codes = 0;
  for (const uri of redirectUris) {
    codes += countOf(await deleteRecordsReturningTo(db, clientId, uri), ["AuthorizationCode"]);
  }
  return codes;
}

/**
 * Ends agreements of people that a client acts for them while they are away.
 * @param of for some tenants, or for all but some
 * @returns how many
 */
export async function endAgreements(
  db: Database,
  clientId: string,
  of: { tenants: readonly string[] } | { allBut: readonly string[] },
  now: Date,
): Promise<number> {
  return db("offline_consents")
    .where("client_id", clientId)
    .where((which) =>
      "tenants" in of
        ? which.whereIn("tenant_id", [...of.tenants])
        : which.whereNotIn("tenant_id", [...of.allBut]),
    )
    .whereNull("revoked_at_ms")
    .update({ revoked_at_ms: now.getTime() });
}

/**
 * Ends a client's tokens of people that are bound to a key, or those that are not.
 * @param which `refreshToo`: refresh tokens as well as access tokens
 * @returns how many
 */
export async function endTokensByBinding(
  db: Database,
  clientId: string,
  { bound, refreshToo }: { bound: boolean; refreshToo: boolean },
): Promise<number> {
  const models = refreshToo ? (["AccessToken", "RefreshToken"] as const) : (["AccessToken"] as const);
  return countOf(await deleteTokensByBinding(db, clientId, bound, models), models);
}

/** Ends the codes by which devices of a client wait for somebody to sign in, and those they wait with already. */
export async function endDeviceCodes(db: Database, clientId: string): Promise<void> {
  await deleteDeviceCodesOfClient(db, clientId);
}

/** Ends a client's own access tokens: those it got with a secret that counts no more. */
export async function endOwnTokensOfClient(db: Database, clientId: string): Promise<number> {
  return countOf(await deleteOwnTokensOfClient(db, clientId), ["ClientCredentials"]);
}

/**
 * Ends what stands for a tenant: grants, codes and tokens for it, logins the ISV vouched for, agreements, and what is
 * known of its members' last logins. Sessions stay, because they may speak for other tenants.
 */
export async function endRightsOfTenant(db: Database, tenantId: string, now: Date): Promise<EndedRights> {
  await deleteAnswersNaming(db, { tenantId });
  await deleteConsents(db, { tenant_id: tenantId });
  const deleted = await deleteGrantsOfTenant(db, tenantId, now);
  const vouchers: number = await db("session_vouchers").where("tenant_id", tenantId).delete();
  await db("memberships").where("tenant_id", tenantId).update({ last_login_at_ms: null });
  return { ...countsOf(deleted), vouchers, consents: await revokeConsents(db, { tenant_id: tenantId }, now) };
}

/** What a tenant had of its own. */
export interface TracesOfTenant extends EndedRights {
  members: number;
  /** Members who belong to no other tenant. */
  leftAlone: number;
  domains: number;
  accessors: number;
}

/**
 * Deletes everything of a tenant but the audit trail and its id. A row that is empty and disabled stays, so that a version
 * that does not know of deleted tenants lets nobody in either, and that the id is nobody else's. Of several callers at
 * once one does it.
 * @param trx a transaction
 * @throws OperationError tenant_not_found
 */
export async function deleteTracesOfTenant(
  trx: Database,
  tenantId: string,
  now: Date,
): Promise<TracesOfTenant> {
  await deleteBrand(trx, tenantId);
  await saveTenantDeleted(trx, tenantId, now);
  const ended = await endRightsOfTenant(trx, tenantId, now);
  const [alone]: { members: number | string }[] = await trx("memberships as m")
    .where("m.tenant_id", tenantId)
    .whereNotExists((other) =>
      other.from("memberships as o").whereRaw("o.account_id = m.account_id and o.tenant_id <> m.tenant_id"),
    )
    .count("* as members");
  // Who belonged to it stays known: no other customer's application takes the account over.
  await runStatement(
    trx,
    "members_become_former",
    `insert into former_memberships (account_id, tenant_id, ended_at_ms, ending)
       select m.account_id, m.tenant_id, cast(? as bigint), a.membership_endings
       from memberships m join accounts a on a.id = m.account_id where m.tenant_id = ?
     on conflict (account_id, tenant_id) do update set ended_at_ms = excluded.ended_at_ms`,
    [now.getTime(), tenantId],
  );
  const remove = (table: string): Promise<number> => trx(table).where("tenant_id", tenantId).delete();
  await remove("offline_consents");
  await remove("onboarding_links");
  await remove("onboardings");
  const [members, domains, accessors] = [
    await remove("memberships"),
    await remove("tenant_domains"),
    await remove("accessors"),
  ];
  return { ...ended, members, leftAlone: Number(alone?.members ?? 0), domains, accessors };
}

/**
 * Deletes everything of a person but the audit trail; the account itself last.
 * @param db a transaction that holds the account
 */
export async function deleteTracesOfAccount(
  db: Database,
  accountId: string,
  now: Date,
): Promise<EndedSignIns & { memberships: number; consents: number }> {
  // Whoever asks for the account to write what is of it (`for key share`) is done before this, or finds none after it.
  await db("accounts").where("id", accountId).forUpdate().first("id");
  const ended = await deleteSignIns(db, accountId, now);
  // Who waits to be told is told; the rest is of nobody any more.
  await db("logouts").where({ account_id: accountId, state: "failed" }).delete();
  await forgetAnswersTelling(db, accountId);
  const consents: number = await db("offline_consents").where("account_id", accountId).delete();
  const memberships: number = await db("memberships").where("account_id", accountId).delete();
  await db("account_links").where("account_id", accountId).delete();
  for (const table of ["mails", "passkeys", "totp_factors", "recovery_codes", "pending_sign_ins"]) {
    await db(table).where("account_id", accountId).delete();
  }
  await db("accounts").where("id", accountId).delete();
  return { ...ended, memberships, consents };
}

function revokeConsents(db: Database, of: Record<string, string>, now: Date): Promise<number> {
  return db("offline_consents").where(of).whereNull("revoked_at_ms").update({ revoked_at_ms: now.getTime() });
}

function countsOf(deleted: DeletedModels): Pick<EndedRights, "grants" | "tokens"> {
  const tokens = countOf(deleted, [...tokenModels, "ClientCredentials"]);
  return { grants: countOf(deleted, ["Grant"]), tokens };
}
