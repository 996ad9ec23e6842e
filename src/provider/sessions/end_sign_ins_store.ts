// Owns ending what a person's sign-ins left in the store: browser sessions, the grants of applications and every
// code and token of theirs, sign-ins under way. What is deleted here is worth nothing on any instance from then on.
// Deleting is not what makes it so: a request that was under way may write any of it once more. What it writes carries
// the generation, or the membership, that it began with, and opens nothing (sessions/voucher.ts).
import type { Database } from "../../db/connect.ts";
import { beginSignInGeneration } from "../accounts/account_store.ts";
import { countOf, type DeletedModels } from "../storage/delete_records.ts";
import {
  deleteAnswersNaming,
  deleteGrantsOfMember,
  deleteRecordsOfAccount,
  tokenModels,
} from "../storage/ended_records.ts";
import { hashRecordId } from "../storage/record_payload.ts";
import { deleteConsents } from "./consent_store.ts";

/** How much was ended. */
export interface EndedSignIns {
  /** Browser sessions. */
  sessions: number;
  /** Grants: what one application was let do for the person. */
  grants: number;
  /** Codes, access tokens and refresh tokens. */
  tokens: number;
}

/** Of an act that found nothing to do. */
export const noSignInsEnded: EndedSignIns = { sessions: 0, grants: 0, tokens: 0 };

/**
 * Ends everything that stands for an account.
 * @param kept.sessionUid a browser session that goes on: its logins are of the new generation. What applications got in it ends
 * @param kept.interactionUid a sign-in under way that goes on
 */
export async function deleteSignIns(
  db: Database,
  accountId: string,
  now: Date,
  {
    sessionUid,
    interactionUid,
  }: { sessionUid?: string | undefined; interactionUid?: string | undefined } = {},
): Promise<EndedSignIns> {
  const kept = sessionUid === undefined ? undefined : hashRecordId(sessionUid);
  // First, so that whoever vouches for the account at this moment comes before it as a whole, or after it.
  await beginSignInGeneration(db, accountId);
  await deleteAnswersNaming(db, { accountId });
  await deleteConsents(db, { account_id: accountId });
  if (kept !== undefined) await keepVouchers(db, accountId, kept);
  await db("session_vouchers")
    .where({ account_id: accountId })
    .where((others) => kept !== undefined && others.whereNot("session_uid_hash", kept))
    .delete();
  await db("console_sessions").where({ account_id: accountId }).delete();
  const interaction = interactionUid === undefined ? undefined : hashRecordId(interactionUid);
  return endedOf(await deleteRecordsOfAccount(db, accountId, now, { session: kept, interaction }));
}

// Only logins of the generation that just ended: whatever ended one before, ended it.
async function keepVouchers(db: Database, accountId: string, uidHash: string): Promise<void> {
  const generation = db("accounts").where("id", accountId).select("sign_in_generation");
  await db("session_vouchers")
    .where({ account_id: accountId, session_uid_hash: uidHash })
    .where(
      "sign_in_generation",
      db("accounts").where("id", accountId).select(db.raw("sign_in_generation - 1")),
    )
    .update({ sign_in_generation: generation });
}

/**
 * Ends what stands for an account in one tenant. Its browser sessions stay: they may speak for other tenants, and
 * for this one the membership is asked at every step.
 */
export async function deleteSignInsOfTenant(
  db: Database,
  accountId: string,
  tenantId: string,
  now: Date,
): Promise<EndedSignIns> {
  await deleteAnswersNaming(db, { accountId, tenantId });
  await deleteConsents(db, { account_id: accountId, tenant_id: tenantId });
  await db("session_vouchers").where({ account_id: accountId, tenant_id: tenantId }).delete();
  return endedOf(await deleteGrantsOfMember(db, accountId, tenantId, now));
}

function endedOf(deleted: DeletedModels): EndedSignIns {
  return {
    sessions: countOf(deleted, ["Session"]),
    grants: countOf(deleted, ["Grant"]),
    tokens: countOf(deleted, tokenModels),
  };
}
