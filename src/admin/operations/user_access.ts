// Owns the operations that take a right away from a user, or give it back. Each ends in its own transaction what
// came of the right (sessions/end_sign_ins.ts), so that nothing has to expire first.
import { z } from "zod";
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { AuditEventType } from "../../audit/event_types.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { type Account, saveDisabled, savePasswordHash } from "../../provider/accounts/account_store.ts";
import { generatePassword } from "../../provider/accounts/generated_password.ts";
import { assertNewPassword } from "../../provider/accounts/passwords.ts";
import { revokeOfflineConsentsOf } from "../../provider/presence/offline_consent_store.ts";
import { endSignIns } from "../../provider/sessions/end_sign_ins.ts";
import type { EndedSignIns } from "../../provider/sessions/end_sign_ins_store.ts";
import { deleteMembership, listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { type OperationContext, parseArguments } from "./operation.ts";
import { resolveUser, toUser, type User } from "./users.ts";

/** A user from whom something was taken, and what ended with it. */
export interface UserWithEnded {
  user: User;
  ended: EndedSignIns;
}

const oneUser = z.strictObject({ user: z.string() });

/**
 * Sets a user's password. Whoever was signed in, the user or somebody who knew the old password, is signed out
 * everywhere.
 * @param input `user` (id or e-mail address), `password` (absent: one is generated)
 * @returns the generated password, if it was
 * @throws OperationError account_not_found, invalid_input
 */
export async function setUserPassword(
  context: OperationContext,
  input: unknown,
): Promise<UserWithEnded & { generatedPassword?: string }> {
  const wanted = parseArguments(oneUser.extend({ password: z.string().optional() }), input);
  if (wanted.password !== undefined) {
    const { email, name } = await resolveUser(context.db, wanted.user);
    await assertNewPassword(wanted.password, [email, name]);
  }
  const generated = wanted.password === undefined ? generatePassword() : undefined;
  const passwordHash = await context.passwords.hashPassword(wanted.password ?? generated ?? "");
  const changed = await act(context, wanted.user, "account.password_set", (trx, account, now) =>
    savePasswordHash(trx, account.id, passwordHash, now),
  );
  return generated === undefined ? changed : { ...changed, generatedPassword: generated };
}

/**
 * Disables a user: they can neither sign in nor be named in a token, and what stands ends now.
 * @param input `user`: id or e-mail address
 * @throws OperationError account_not_found
 */
export async function disableUser(context: OperationContext, input: unknown): Promise<UserWithEnded> {
  const { user } = parseArguments(oneUser, input);
  return act(context, user, "account.disabled", (trx, account, now) =>
    saveDisabled(trx, account.id, true, now),
  );
}

/**
 * Enables a disabled user. Nothing that was ended comes back: they sign in again.
 * @param input `user`: id or e-mail address
 * @throws OperationError account_not_found
 */
export async function enableUser(context: OperationContext, input: unknown): Promise<UserWithEnded> {
  const { user } = parseArguments(oneUser, input);
  return act(context, user, "account.enabled", (trx, account, now) =>
    saveDisabled(trx, account.id, false, now),
  );
}

/**
 * Signs a user out everywhere: browser sessions, codes, access and refresh tokens. They may sign in again.
 * @param input `user`: id or e-mail address
 * @throws OperationError account_not_found
 */
export async function signUserOut(context: OperationContext, input: unknown): Promise<UserWithEnded> {
  const { user } = parseArguments(oneUser, input);
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    const account = await resolveUser(trx, user);
    const end = { accountId: account.id, reason: "sign_out", actor: context.actor } as const;
    const ended = await endSignIns(trx, end, now);
    return { user: await toUser(trx, account), ended };
  });
}

/**
 * Ends a user's membership of a tenant, with what they agreed to there and every code and token for it. What they
 * hold for other tenants stays.
 * @param input `user` (id or e-mail address), `tenantId`
 * @throws OperationError account_not_found, not_a_member
 */
export async function removeMember(context: OperationContext, input: unknown): Promise<UserWithEnded> {
  const wanted = parseArguments(oneUser.extend({ tenantId: z.string() }), input);
  const { tenantId } = wanted;
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    const account = await resolveUser(trx, wanted.user);
    const accountId = account.id;
    if (!(await deleteMembership(trx, tenantId, accountId, now))) {
      throw new OperationError("not_a_member", `The user is no member of the tenant ${tenantId}.`, {
        field: "tenantId",
        fix: "List a tenant's members with tti user list --tenant.",
      });
    }
    await revokeOfflineConsentsOf(trx, { tenantId, accountId }, now);
    const event = { type: "membership.deleted", actor: context.actor, tenantId, accountId } as const;
    await createAuditEventInTenants(trx, event, [tenantId], now);
    const end = { accountId, tenantId, reason: "membership.deleted", actor: context.actor } as const;
    return { ended: await endSignIns(trx, end, now), user: await toUser(trx, account) };
  });
}

// What happens to an account as a whole stands in the trail of each tenant it belongs to.
async function act(
  context: OperationContext,
  user: string,
  type: Extract<AuditEventType, "account.password_set" | "account.disabled" | "account.enabled">,
  change: (trx: Database, account: Account, now: Date) => Promise<void>,
): Promise<UserWithEnded> {
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    const account = await resolveUser(trx, user);
    await change(trx, account, now);
    const tenantIds = await listTenantIdsOfAccount(trx, account.id);
    const event = { type, actor: context.actor, accountId: account.id } as const;
    await createAuditEventInTenants(trx, event, tenantIds, now);
    const end = { accountId: account.id, reason: type, actor: context.actor };
    return {
      ended: await endSignIns(trx, end, now),
      user: await toUser(trx, await resolveUser(trx, account.id)),
    };
  });
}
