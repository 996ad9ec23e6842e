// Owns erasing a person: the account and everything that says something of them. What stays is the audit trail, in
// which they are an id that leads nowhere any more.
import { z } from "zod";
import { createAuditEventInTenants, forgetPersonalDetails } from "../../audit/audit_store.ts";
import { deleteTracesOfAccount } from "../../provider/sessions/end_rights_store.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { runEnding } from "./ending.ts";
import { type OperationContext, parseArguments } from "./operation.ts";
import { resolveUser } from "./users.ts";

/** What was deleted of a person. */
export interface DeletedUser {
  /** The account's id, which stays in the audit trail. */
  id: string;
  deleted: {
    memberships: number;
    consents: number;
    sessions: number;
    grants: number;
    tokens: number;
    /** Events of the audit trail whose address or name was taken out. */
    events: number;
  };
}

/**
 * Deletes a user for good. If the ISV names the same id again, it is a new account that has nothing of this one.
 * @param input `user` (id or e-mail address); `dryRun`: only say what would be deleted
 * @throws OperationError account_not_found
 */
export async function deleteUser(context: OperationContext, input: unknown): Promise<DeletedUser> {
  const { user, dryRun } = parseArguments(
    z.strictObject({ user: z.string(), dryRun: z.boolean().optional() }),
    input,
  );
  const now = context.clock();
  return runEnding(context.db, dryRun, async (trx) => {
    const { id } = await resolveUser(trx, user);
    const trails = await listTenantIdsOfAccount(trx, id);
    const traces = await deleteTracesOfAccount(trx, id);
    const deleted = { ...traces, events: await forgetPersonalDetails(trx, id) };
    const event = { type: "account.deleted", actor: context.actor, accountId: id, details: deleted } as const;
    await createAuditEventInTenants(trx, event, trails, now);
    return { id, deleted };
  });
}
