// Owns erasing a person, whoever does it: everything that says something of them goes, and the trail keeps an id that leads
// nowhere any more.
import { forgetPersonalDetails } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { deleteTracesOfAccount } from "./end_rights_store.ts";

/** What was erased, and in which trails that stands. */
export interface ErasedPerson {
  tenantIds: readonly string[];
  deleted: Awaited<ReturnType<typeof deleteTracesOfAccount>> & {
    /** Events that lost an address or a name. */
    events: number;
  };
}

/**
 * Erases a person. From the moment the transaction is committed nothing of theirs opens anything, on any instance.
 * @param trx a transaction that holds the account, and in which nothing is left without its last administrator
 */
export async function erasePerson(trx: Database, accountId: string, now: Date): Promise<ErasedPerson> {
  const tenantIds = await listTenantIdsOfAccount(trx, accountId);
  const traces = await deleteTracesOfAccount(trx, accountId, now);
  return { tenantIds, deleted: { ...traces, events: await forgetPersonalDetails(trx, accountId) } };
}
