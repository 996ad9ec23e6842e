// Owns users just in time: an accepted login or assertion of the ISV creates or updates the account and the
// membership, under the tenant's rules. Nothing else sets the address a tenant's tokens carry.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { saveMembershipEmail } from "../tenants/membership_store.ts";
import type { Tenant } from "../tenants/tenant_store.ts";
import { type Account, createExternalAccount, findAccount, saveAccountName } from "./account_store.ts";
import { parseEmailAddress } from "./email_address.ts";

/** What the ISV says of a user who logged in with it. */
export interface ExternalUser {
  /** The id of the account: the ISV's own id of the user, or that of an account made here. */
  subject: string;
  email: string | undefined;
  name: string | undefined;
}

/**
 * Finds the account an ISV names, creating or updating it where the tenant's users come from the ISV.
 *
 * In a tenant with local login only, an assertion may name a user that exists but changes nothing: an address
 * that differs from the account's own is refused, not adopted.
 *
 * @param db a transaction, so that account and membership stand together
 * @throws OperationError login_method_not_allowed, account_not_found, account_disabled, invalid_input
 */
export async function provisionUser(
  db: Database,
  tenant: Tenant,
  user: ExternalUser,
  now: Date,
): Promise<Account> {
  const known = await findAccount(db, user.subject);
  if (known !== undefined && known.disabledAtMs !== null) {
    throw new OperationError("account_disabled", "The account is disabled.");
  }
  const email = user.email === undefined ? undefined : parseEmailAddress(user.email);
  if (tenant.loginMethod === "local") return assertKnownAndUnchanged(known, email);
  if (known === undefined) {
    if (email === undefined) {
      throw new OperationError("invalid_input", "email is needed for a user who is new here.", {
        field: "email",
      });
    }
    const account = await createExternalAccount(db, { subject: user.subject, email, name: user.name }, now);
    await saveMembershipEmail(db, { tenantId: tenant.id, accountId: account.id, email }, now);
    return account;
  }
  if (known.externalAtMs === null) return joinWithLocalAccount(db, tenant, known, email, now);
  if (user.name !== undefined && user.name !== known.name)
    await saveAccountName(db, known.id, user.name, now);
  await saveMembershipEmail(db, { tenantId: tenant.id, accountId: known.id, email }, now);
  return known;
}

function assertKnownAndUnchanged(known: Account | undefined, email: string | undefined): Account {
  if (known === undefined) {
    throw new OperationError(
      "account_not_found",
      "The tenant's users are kept here, and none has this subject.",
      {
        field: "sub",
      },
    );
  }
  if (email !== undefined && email !== known.email) {
    throw new OperationError(
      "login_method_not_allowed",
      "The tenant's users log in here, so an assertion cannot name another address for one of them.",
      {
        field: "email",
        fix: "Leave email out, or let the tenant's users come from you: tti tenant update --login both",
      },
    );
  }
  return known;
}

// A local account in a tenant that also takes the ISV's word: the account keeps the address it proved here.
async function joinWithLocalAccount(
  db: Database,
  tenant: Tenant,
  known: Account,
  email: string | undefined,
  now: Date,
): Promise<Account> {
  assertKnownAndUnchanged(known, email);
  await saveMembershipEmail(db, { tenantId: tenant.id, accountId: known.id, email: undefined }, now);
  return known;
}
