// Owns ending what a person's sign-ins left in the store: browser sessions, the grants of applications and every
// code and token of theirs, sign-ins under way. What is deleted here is worth nothing on any instance from then on.
// Deleting is not what makes it so: a request that was under way may write any of it once more. What it writes carries
// the generation, or the membership, that it began with, and opens nothing (sessions/voucher.ts).
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { beginSignInGeneration } from "../accounts/account_store.ts";

/** How much was ended. */
export interface EndedSignIns {
  /** Browser sessions. */
  sessions: number;
  /** Grants: what one application was let do for the person. */
  grants: number;
  /** Codes, access tokens and refresh tokens. */
  tokens: number;
}

interface DeletedRow {
  model: string;
}

/** Ends everything that stands for an account. */
export async function deleteSignIns(db: Database, accountId: string): Promise<EndedSignIns> {
  // First, so that whoever vouches for the account at this moment comes before it as a whole, or after it.
  await beginSignInGeneration(db, accountId);
  // An answered handoff that no browser has come back with yet would sign the person in afterwards.
  await runStatement(
    db,
    "end_sign_ins_challenges",
    `delete from login_challenges where outcome is not null and replace(outcome, ?, '') <> outcome
     returning challenge_hash`,
    [memberText("accountId", accountId)],
  );
  await db("session_vouchers").where({ account_id: accountId }).delete();
  const rows = await runStatement<DeletedRow>(
    db,
    "end_sign_ins",
    "delete from oidc_records where account_id = ? returning model",
    [accountId],
  );
  return countOf(rows);
}

/**
 * Ends what stands for an account in one tenant. Its browser sessions stay: they may speak for other tenants, and
 * for this one the membership is asked at every step.
 */
export async function deleteSignInsOfTenant(
  db: Database,
  accountId: string,
  tenantId: string,
): Promise<EndedSignIns> {
  await runStatement(
    db,
    "end_tenant_sign_ins_challenges",
    `delete from login_challenges where outcome is not null and replace(outcome, ?, '') <> outcome
       and replace(outcome, ?, '') <> outcome
     returning challenge_hash`,
    [memberText("accountId", accountId), memberText("tenantId", tenantId)],
  );
  await db("session_vouchers").where({ account_id: accountId, tenant_id: tenantId }).delete();
  const rows = await runStatement<DeletedRow>(
    db,
    "end_tenant_sign_ins",
    `with ended as (
       select id_hash from oidc_records
       where model = 'Grant' and account_id = ? and replace(payload, ?, '') <> payload)
     delete from oidc_records where grant_id_hash in (select id_hash from ended)
       or (model = 'Grant' and id_hash in (select id_hash from ended))
     returning model`,
    [accountId, memberText("tenantId", tenantId)],
  );
  return countOf(rows);
}

// A member as JSON.stringify writes it. Quotes inside of values are escaped there, so nothing else reads like it,
// and replace() tells it from ids that differ by capitals, on both stores.
const memberText = (name: string, value: string): string => `"${name}":${JSON.stringify(value)}`;

const tokenModels = ["AuthorizationCode", "AccessToken", "RefreshToken"];

function countOf(rows: readonly DeletedRow[]): EndedSignIns {
  const count = (models: readonly string[]) => rows.filter(({ model }) => models.includes(model)).length;
  return { sessions: count(["Session"]), grants: count(["Grant"]), tokens: count(tokenModels) };
}
