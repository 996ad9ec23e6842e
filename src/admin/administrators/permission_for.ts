// Owns what takes more than its operation says: whoever may change people and applications must not come by the rights of
// an administrator that way, be it by a new password for an owner's account or a new secret for a client that administers.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { apiScope } from "../../grants_and_scopes.ts";
import { findClient } from "../../provider/clients/client_store.ts";
import { isAdministrator } from "./administrator_store.ts";
import { adminChange, adminOwn, type Permission } from "./roles.ts";

/**
 * The permission that an act takes: its operation's, or an owner's where it changes the account of an administrator (named
 * by the input's `user`) or a client that administers (`clientId`), or would make one (`purposes`).
 * @param input what the operation is called with, as parsed
 */
export async function permissionFor(
  db: Database,
  permission: Permission,
  input: Readonly<Record<string, unknown>>,
): Promise<Permission> {
  if (permission !== adminChange) return permission;
  return (await touchesAdministration(db, input)) ? adminOwn : permission;
}

/**
 * Asserts that who asks may change the memberships of an account, which nobody but an owner may of an administrator: for
 * operations that name people in a list, where {@link permissionFor} does not look.
 * @param may whether who asks may do what takes a permission
 * @throws OperationError forbidden
 */
export async function assertMayPlace(
  db: Database,
  accountId: string,
  may: (permission: Permission) => boolean | Promise<boolean>,
): Promise<void> {
  if (!(await isAdministrator(db, accountId)) || (await may(adminOwn))) return;
  throw new OperationError(
    "forbidden",
    `The account administers the installation: to change where it belongs takes ${adminOwn}.`,
    { fix: "Ask an owner." },
  );
}

async function touchesAdministration(
  db: Database,
  { user, clientId, purposes }: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  if (Array.isArray(purposes) && purposes.includes("admin")) return true;
  if (typeof user === "string" && (await isAdministrator(db, user))) return true;
  if (typeof clientId !== "string") return false;
  const client = await findClient(db, clientId);
  return client?.metadata.scope?.split(" ").includes(apiScope.admin) ?? false;
}
