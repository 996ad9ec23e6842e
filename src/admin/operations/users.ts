// Owns the operations on users: accounts and their memberships. What takes a right away is in user_access.ts.
import { z } from "zod";
import { countAuditEvent, createAuditEvent, createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { parseEmailAddress } from "../../input/email_address.ts";
import * as accounts from "../../provider/accounts/account_store.ts";
import { generatePassword } from "../../provider/accounts/generated_password.ts";
import { assertNewPassword } from "../../provider/accounts/passwords.ts";
import { findOthersWithAddress } from "../../provider/accounts/shared_address_store.ts";
import * as memberships from "../../provider/tenants/membership_store.ts";
import { addressIn } from "../../provider/tenants/person_in_tenant.ts";
import { getTenant } from "../../provider/tenants/tenant_store.ts";
import { displayName, type OperationContext, pageSchema, parseArguments } from "./operation.ts";
import { showTenant } from "./tenants.ts";

/** A user as operators see it. */
export interface User extends accounts.Account {
  memberships: { tenantId: string; role: memberships.MembershipRole }[];
  /** What an operator should know of it; absent: nothing. */
  warnings?: string[];
}

/** A new user, with the password if it was generated: the only time it is shown. */
export interface CreatedUser extends User {
  generatedPassword?: string;
}

const role = z.enum(memberships.membershipRoles);

const newUser = z.strictObject({
  email: z.string(),
  name: displayName.optional(),
  password: z.string().optional(),
  /** Whether the operator vouches for the address. */
  emailVerified: z.boolean().optional(),
  memberships: z
    .array(z.strictObject({ tenantId: z.string(), role: role.optional() }))
    .max(100)
    .optional(),
});

/**
 * Creates a user, with memberships.
 * @param input `email`; `password` (absent: one is generated and answered once); `name`; `emailVerified`
 *   (default true: the operator vouches for the address); `memberships`
 * @throws OperationError invalid_input, account_exists, tenant_not_found
 */
export async function createUser(context: OperationContext, input: unknown): Promise<CreatedUser> {
  const wanted = parseArguments(newUser, input);
  const email = parseEmailAddress(wanted.email);
  if (wanted.password !== undefined) {
    const tenantIds = (wanted.memberships ?? []).map(({ tenantId }) => tenantId);
    await assertNewPassword(wanted.password, [email, wanted.name, ...tenantIds]);
  }
  const generated = wanted.password === undefined ? generatePassword() : undefined;
  const passwordHash = await context.passwords.hashPassword(wanted.password ?? generated ?? "");
  const now = context.clock();
  const user = await context.db.transaction(async (trx) => {
    const account = await accounts.createAccount(
      trx,
      {
        email,
        emailVerified: wanted.emailVerified ?? true,
        passwordHash,
        ...(wanted.name === undefined ? {} : { name: wanted.name }),
      },
      now,
    );
    const details = { by: "administration", email };
    await createAuditEventInTenants(
      trx,
      { type: "account.created", actor: context.actor, accountId: account.id, details },
      (wanted.memberships ?? []).map(({ tenantId }) => tenantId),
      now,
    );
    const warnings: string[] = [];
    for (const membership of wanted.memberships ?? []) {
      warnings.push(...(await addMembership(trx, context, account, membership, now)));
    }
    return withWarnings(await toUser(trx, account), warnings);
  });
  return generated === undefined ? user : { ...user, generatedPassword: generated };
}

const newMembership = z.strictObject({ user: z.string(), tenantId: z.string(), role: role.optional() });

/**
 * Adds a user who exists to a tenant.
 * @param input `user` (id or e-mail address), `tenantId`, `role` (default member)
 * @throws OperationError account_not_found, tenant_not_found
 */
export async function addUserToTenant(context: OperationContext, input: unknown): Promise<User> {
  const wanted = parseArguments(newMembership, input);
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    const account = await resolveUser(trx, wanted.user);
    const warnings = await addMembership(trx, context, account, wanted, now);
    return withWarnings(await toUser(trx, account), warnings);
  });
}

/**
 * Shows one user.
 * @param input `user`: id or e-mail address
 * @throws OperationError account_not_found
 */
export async function showUser(context: OperationContext, input: unknown): Promise<User> {
  const { user } = parseArguments(z.strictObject({ user: z.string() }), input);
  const shown = await toUser(context.db, await resolveUser(context.db, user));
  await recordRead(context, { accountId: shown.id, details: { what: "user" } });
  return shown;
}

/**
 * Lists users, of one tenant if `tenantId` is given: then with the address and the name they have there.
 * @throws OperationError tenant_not_found
 */
export async function listUsers(context: OperationContext, input: unknown = {}): Promise<User[]> {
  const { tenantId, ...rest } = parseArguments(pageSchema.extend({ tenantId: z.string().optional() }), input);
  const page = {
    ...(rest.limit === undefined ? {} : { limit: rest.limit }),
    ...(rest.afterId === undefined ? {} : { afterId: rest.afterId }),
  };
  // Whoever deletes the people of a customer who left finds them under the disabled tenant.
  if (tenantId !== undefined) await showTenant(context, { id: tenantId });
  await recordRead(context, { tenantId, details: { what: "users" } });
  const found =
    tenantId === undefined
      ? await accounts.listAccounts(context.db, page)
      : await accounts.listAccountsOfTenant(context.db, tenantId, page);
  const users: User[] = [];
  for (const account of found) users.push(await toUser(context.db, account));
  return users;
}

async function addMembership(
  trx: Database,
  context: OperationContext,
  account: accounts.Account,
  wanted: { tenantId: string; role?: memberships.MembershipRole | undefined },
  now: Date,
): Promise<string[]> {
  const tenant = await getTenant(trx, wanted.tenantId);
  const accountId = account.id;
  const membership = { tenantId: tenant.id, accountId, role: wanted.role ?? "member" };
  if (!(await memberships.createMembership(trx, membership, now))) return [];
  const address = addressIn(account, undefined);
  const others =
    address === null ? [] : await findOthersWithAddress(trx, { tenantId: tenant.id, accountId, address });
  await createAuditEvent(
    trx,
    {
      type: "membership.created",
      actor: context.actor,
      tenantId: tenant.id,
      accountId,
      details: {
        role: membership.role,
        ...(others.length === 0 ? {} : { sameAddressAs: others.join(" ") }),
      },
    },
    now,
  );
  return [
    ...(account.externalAtMs === null
      ? []
      : [`The user has no address in the tenant ${tenant.id}, so no token, until you name one for it.`]),
    ...others.map(
      (other) =>
        `The member ${other} of the tenant ${tenant.id} has the same address: at AWS both are one person.`,
    ),
  ];
}

const withWarnings = (user: User, warnings: string[]): User =>
  warnings.length === 0 ? user : { ...user, warnings };

/**
 * Finds a user as operators name them.
 * @param user id or e-mail address
 * @throws OperationError account_not_found
 */
export async function resolveUser(db: Database, user: string): Promise<accounts.Account> {
  // The ISV's own ids may look like addresses, and an id is one person's for good: it comes first.
  const account =
    (await accounts.findAccount(db, user)) ??
    (user.includes("@") ? await accounts.findAccountByLogin(db, user) : undefined);
  if (account) return account;
  throw new OperationError("account_not_found", "No user has this id or e-mail address.", { field: "user" });
}

/** A user as operators see it. */
export async function toUser(db: Database, account: accounts.Account): Promise<User> {
  const found = await memberships.listMembershipsOfAccount(db, account.id);
  return { ...account, memberships: found.map(({ tenantId, role }) => ({ tenantId, role })) };
}

// Who reads people's data is told in the trail, and reading over and over does not fill it.
function recordRead(
  { db, clock, actor }: OperationContext,
  read: { tenantId?: string | undefined; accountId?: string; details: { what: string } },
): Promise<void> {
  return countAuditEvent(db, { type: "admin.read", actor, ...read }, clock());
}
