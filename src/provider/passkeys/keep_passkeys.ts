// Owns what becomes of a passkey that somebody has: another name, or its end. Taking one away ends every sign-in of the person:
// whoever holds the device may have signed in with it anywhere, and which sign-ins were theirs nobody knows.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { getAccount, lockAccount } from "../accounts/account_store.ts";
import { endSignIns } from "../sessions/end_sign_ins.ts";
import type { EndedSignIns } from "../sessions/end_sign_ins_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { type NoticeOf, tellOfPasskey } from "./passkey_notice.ts";
import { passkeyRefusal } from "./passkey_refusal.ts";
import { deletePasskey, type Passkey, renamePasskey } from "./passkey_store.ts";

/** Which passkey of whom, and who acts. */
export interface PasskeyAct {
  id: string;
  accountId: string;
  actor: string;
}

/** The same, with what its notice says. */
export interface PasskeyRemoval extends PasskeyAct {
  notice: NoticeOf;
}

/**
 * Removes a passkey, and ends the person's sign-ins.
 * @param trx a transaction
 * @returns the passkey as it was, and how much was ended
 * @throws OperationError passkey_not_found
 */
export async function removePasskey(
  trx: Database,
  { id, accountId, actor, notice }: PasskeyRemoval,
  now: Date,
): Promise<{ passkey: Passkey; ended: EndedSignIns }> {
  await lockAccount(trx, accountId);
  const passkey = await deletePasskey(trx, { id, accountId });
  if (passkey === undefined) throw passkeyRefusal("passkey_not_found");
  const tenantIds = await listTenantIdsOfAccount(trx, accountId);
  const removed = { type: "passkey.removed", actor, accountId, details: { passkey: id } } as const;
  await createAuditEventInTenants(trx, removed, tenantIds, now);
  await tellOfPasskey(trx, "factor_removed", await getAccount(trx, accountId), notice, now);
  const ended = await endSignIns(trx, { accountId, reason: "passkey.removed", actor }, now);
  return { passkey, ended };
}

/**
 * Gives a passkey another name.
 * @param trx a transaction
 * @throws OperationError passkey_not_found
 */
export async function namePasskey(
  trx: Database,
  act: PasskeyAct & { name: string },
  now: Date,
): Promise<void> {
  const { id, accountId, actor } = act;
  if (!(await renamePasskey(trx, act))) throw passkeyRefusal("passkey_not_found");
  const renamed = { type: "passkey.renamed", actor, accountId, details: { passkey: id } } as const;
  await createAuditEventInTenants(trx, renamed, await listTenantIdsOfAccount(trx, accountId), now);
}
