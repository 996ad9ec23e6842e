// Owns a user as operators name them and see them: by id or address, with memberships, one or a page of many.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { findAccountNamed } from "../../provider/accounts/account_name_store.ts";
import * as accounts from "../../provider/accounts/account_store.ts";
import type { EndedSignIns } from "../../provider/sessions/end_sign_ins_store.ts";
import * as memberships from "../../provider/tenants/membership_store.ts";
import type { Shown } from "./command_face.ts";
import { endedText } from "./ended_text.ts";

// What an account is, but for what sign-ins are counted by: that is ours alone.
type Told = Omit<accounts.Account, "signInGeneration" | "membershipEndings">;

const told = ({ signInGeneration: _, membershipEndings: __, ...account }: accounts.Account): Told => account;

/** A user as operators see it. */
export interface User extends Told {
  memberships: { tenantId: string; role: memberships.MembershipRole }[];
  /** What an operator should know of it; absent: nothing. */
  warnings?: string[] | undefined;
}

/** A user from whom something was taken, and what ended with it. */
export interface UserWithEnded {
  user: User;
  ended: EndedSignIns;
}

/** A user who was disabled, or enabled, or was so already. */
export interface SwitchedUser extends UserWithEnded {
  unchanged?: true | undefined;
}

/**
 * Finds a user as operators name them.
 * @param user id or e-mail address
 * @throws OperationError account_not_found, account_ambiguous
 */
export async function resolveUser(db: Database, user: string): Promise<accounts.Account> {
  const account = await findAccountNamed(db, user);
  if (account) return account;
  throw new OperationError("account_not_found", "No user has this id or e-mail address.", { field: "user" });
}

/** A user as operators see it. */
export async function toUser(db: Database, account: accounts.Account): Promise<User> {
  const found = await memberships.listMembershipsOfAccount(db, account.id);
  return { ...told(account), memberships: found.map(({ tenantId, role }) => ({ tenantId, role })) };
}

/** Holds a user until the transaction ends, and shows them as {@link toUser}. @throws OperationError account_not_found */
export async function holdUser(trx: Database, user: string): Promise<User> {
  const { id } = await resolveUser(trx, user);
  await accounts.lockAccount(trx, id);
  return toUser(trx, await accounts.getAccount(trx, id));
}

/** A page of users, with one statement for the memberships of all of them. */
export async function toUsers(db: Database, page: readonly accounts.Account[]): Promise<User[]> {
  const found = await memberships.listMembershipsOfAccounts(
    db,
    page.map(({ id }) => id),
  );
  return page.map((account) => ({
    ...told(account),
    memberships: (found.get(account.id) ?? []).map(({ tenantId, role }) => ({ tenantId, role })),
  }));
}

/** A user's state in a word or two. */
export function stateOf(user: User): string {
  if (user.disabledAtMs !== null) return "disabled";
  return user.emailVerifiedAtMs === null ? "e-mail not proven" : "enabled";
}

/** A user for people, with the password if one was generated, and what was ended. */
export function shownUser(
  user: User,
  more: {
    generatedPassword?: string | undefined;
    ended?: EndedSignIns | undefined;
    /** What was taken away, in words. */
    removed?: string | undefined;
  } = {},
): Shown {
  const { generatedPassword, ended, removed } = more;
  const of = user.memberships.map(({ tenantId, role }) => `${tenantId} (${role})`);
  return {
    fields: [
      ["id", user.id],
      ["email", user.email ?? "none"],
      ["name", user.name ?? "unknown"],
      ["state", stateOf(user)],
      ["tenants", of.join(", ") || "none"],
      ...(generatedPassword === undefined ? [] : ([["password", generatedPassword]] as const)),
      ...(removed === undefined ? [] : ([["removed", removed]] as const)),
      ...(ended === undefined ? [] : ([["ended", endedText(ended)]] as const)),
    ],
    say: [
      ...(user.warnings ?? []).map((told) => `Warning: ${told}`),
      ...(generatedPassword === undefined ? [] : ["The password is shown this once; only its hash is kept."]),
    ],
  };
}
