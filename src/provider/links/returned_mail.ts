// Owns what follows when nobody gets mail at a person's address: it is marked, and told in the trail, once.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import type { Mail } from "../../mail/outbox_store.ts";
import { saveMailReturned } from "../accounts/mail_returned_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";

/** Marks the address of a person to whom a mail came back, if they have it still: a mail may go to another one. */
export async function markReturned(
  trx: Database,
  { accountId, recipient: email }: Pick<Mail, "accountId" | "recipient">,
  now: Date,
): Promise<void> {
  if (accountId === null || !(await saveMailReturned(trx, { accountId, address: email }, now))) return;
  const details = { email, returned: true };
  const event = { type: "account.mail_returned", actor: "system", accountId, details } as const;
  await createAuditEventInTenants(trx, event, await listTenantIdsOfAccount(trx, accountId), now);
}
