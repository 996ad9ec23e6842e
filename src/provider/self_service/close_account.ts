// Owns closing one's own account: whether it may be closed, and closing it. One transaction ends and erases everything; nothing of
// it is done where anything stands against it.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { InstallationPart } from "../../installation.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { administers } from "../accounts/account_store.ts";
import { erasePerson } from "../sessions/erase_person.ts";
import { assertAdminRemains } from "../sessions/last_admin.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { listTenantsWithNoOtherAdmin } from "../tenants/tenant_admin_store.ts";
import { findTenant, lockTenant, type Tenant } from "../tenants/tenant_store.ts";
import { type AccountPerson, holdAccountPerson, type NotOwn, whyNotOwn } from "./account_person.ts";

/** What stands against closing an account. */
export type AgainstClosing =
  | { why: NotOwn | "administers" }
  /** An organization keeps its people's accounts, or has no other administrator. */
  | { why: "organization" | "last_admin"; tenant: Tenant };

/** Says what stands against closing a person's account; nothing: it may be closed. */
export async function listAgainstClosing(db: Database, person: AccountPerson): Promise<AgainstClosing[]> {
  const own = whyNotOwn(person);
  if (own !== undefined) return [{ why: own }];
  const { accountId } = person;
  const against: AgainstClosing[] = (await administers(db, accountId)) ? [{ why: "administers" }] : [];
  const alone = await listTenantsWithNoOtherAdmin(db, accountId, undefined);
  // All there are, those of which the sign-in does not speak among them.
  for (const id of await listTenantIdsOfAccount(db, accountId)) {
    const tenant = await findTenant(db, id);
    if (tenant === undefined) continue;
    if (!tenant.selfClose) against.push({ why: "organization", tenant });
    else if (alone.includes(id)) against.push({ why: "last_admin", tenant });
  }
  return against;
}

/**
 * Closes the account of the person for good: memberships, sessions, what applications hold, agreements, factors; and the person is
 * erased. They are told by mail.
 * @throws OperationError forbidden and last_admin, where something stands against it; unauthenticated, where the sign-in is not
 *   fresh, or ended meanwhile
 */
export async function closeAccount(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain">,
  person: AccountPerson,
): Promise<void> {
  await deps.db.transaction(async (trx) => {
    // Tenants, then the account, as whoever takes people away does; none changes its mind meanwhile.
    for (const id of await listTenantIdsOfAccount(trx, person.accountId)) await lockTenant(trx, id);
    await assertAdminRemains(trx, person.accountId, undefined);
    const held = await holdAccountPerson(deps, trx, person, { recent: true });
    const against = await listAgainstClosing(trx, held);
    if (against.length > 0) {
      throw new OperationError("forbidden", "This account is not closed by its person.", {
        reason: { name: "not_closed_here", values: {} },
        fix: "Write to whom the page names.",
      });
    }
    const now = deps.clock();
    const { accountId } = held;
    const { tenantIds, deleted } = await erasePerson(trx, accountId, now);
    const details = { ...deleted, by: "person" } as const;
    const event = { type: "account.deleted", actor: `account:${accountId}`, accountId, details } as const;
    await createAuditEventInTenants(trx, event, tenantIds, now);
    // Of nobody's account any more: the address stands there until the mail is sent, and some days besides.
    const { email } = held.account;
    if (email !== null) await createMail(trx, { kind: "account_closed", recipient: email }, now);
  });
}
