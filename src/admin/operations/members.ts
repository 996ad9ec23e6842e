// Owns the operations on memberships: who belongs to which tenant, and as what.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { type Account, hasPassword, lockAccount } from "../../provider/accounts/account_store.ts";
import { findOthersWithAddress } from "../../provider/accounts/shared_address_store.ts";
import { endInvitations } from "../../provider/links/end_invitation.ts";
import { revokeOfflineConsentsOf } from "../../provider/presence/offline_consent_store.ts";
import { endSignIns } from "../../provider/sessions/end_sign_ins.ts";
import { assertAdminRemains } from "../../provider/sessions/last_admin.ts";
import { provesDomainOf } from "../../provider/tenants/address_reach.ts";
import { domainOfAddress } from "../../provider/tenants/domain_name.ts";
import {
  createMembership,
  deleteMembership,
  findRole,
  listTenantIdsOfAccount,
  type MembershipRole,
  membershipRoles,
  saveRole,
} from "../../provider/tenants/membership_store.ts";
import { addressIn } from "../../provider/tenants/person_in_tenant.ts";
import { getTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { saidOf } from "./ended_text.ts";
import { type Act, operation } from "./entry.ts";
import { allowNoAdmin, warningsOf } from "./last_admin.ts";
import type { OperationContext } from "./operation.ts";
import { unchanged, userShape, userWithEndedShape } from "./shapes.ts";
import { resolveUser, shownUser, toUser, type User } from "./user_view.ts";

const permission = adminChange;

/** What somebody may be in a tenant. */
export const memberRole = z.enum(membershipRoles);

const user = z.string().describe("An e-mail address or a user id, also as `id:VALUE`.");
const tenantId = z.string().describe("The tenant.");
const words = {
  arguments: { USER: "user" },
  options: { tenantId: "tenant" },
  needs: { tenant: "acme" },
  example: "ada@acme.example --tenant globex",
};

/**
 * Adds a user who exists to a tenant. Whoever is a member already stays one.
 * @throws OperationError account_not_found, tenant_not_found, invalid_input for a member who has another role than asked
 */
export const addUserToTenant = operation({
  name: "user add",
  summary: "Add a user who exists to a tenant",
  permission,
  events: ["membership.created"],
  input: z.strictObject({
    user,
    tenantId,
    role: memberRole.optional().describe("member (default) or admin."),
  }),
  output: userShape,
  http: [{ method: "post", path: "/v1/tenants/:tenant/users", params: { tenant: "tenantId" }, status: 201 }],
  cli: {
    ...words,
    summary: "add a user who exists to another tenant",
    show: (told) => shownUser(told),
  },
  async run(trx, wanted, act): Promise<User> {
    const account = await resolveUser(trx, wanted.user);
    // Whoever erases them comes before or after: what is answered of them goes with them, if it is kept.
    await lockAccount(trx, account.id);
    const warnings = await addMembership(act, account, wanted);
    return { ...(await toUser(trx, account)), ...(warnings.length === 0 ? {} : { warnings }) };
  },
});

/**
 * Gives a member of a tenant another role. One who has it stays as they are.
 * @throws OperationError account_not_found, not_a_member, last_admin
 */
export const updateMember = operation({
  name: "member update",
  summary: "Give a member of a tenant another role",
  permission,
  events: ["membership.updated"],
  input: z.strictObject({ user, tenantId, role: memberRole.describe("member or admin."), allowNoAdmin }),
  output: userShape.extend({ unchanged }),
  http: [{ method: "patch", path: "/v1/tenants/:tenant/users/:user", params: { tenant: "tenantId" } }],
  cli: {
    ...words,
    needs: { ...words.needs, role: "admin" },
    example: `${words.example} --role admin`,
    summary: "give a member of a tenant another role",
    show: (told, { role }) => {
      const shown = shownUser(told);
      return { ...shown, say: [...(shown.say ?? []), ...saidOf(told.unchanged, String(role))] };
    },
  },
  async run(trx, { user, tenantId, role, ...said }, act): Promise<User & { unchanged?: true | undefined }> {
    const account = await resolveUser(trx, user);
    const member = { tenantId, accountId: account.id };
    const roleWas = await findRole(trx, tenantId, account.id);
    if (roleWas === undefined) throw noMember(tenantId);
    let alone: string[] = [];
    if (roleWas !== role && role !== "admin") {
      alone = await assertAdminRemains(trx, account.id, tenantId, said.allowNoAdmin);
    }
    // Whoever is promoted while the account is disabled or deleted comes before or after.
    if (roleWas !== role && role === "admin") await lockAccount(trx, account.id);
    const changed = roleWas !== role && (await saveRole(trx, member, { was: roleWas, is: role }));
    if (changed) await act.record({ type: "membership.updated", ...member, details: { role, roleWas } });
    else if ((await findRole(trx, tenantId, account.id)) !== role) throw noMember(tenantId);
    return {
      ...(await toUser(trx, account)),
      ...(alone.length === 0 ? {} : { warnings: warningsOf(alone) }),
      ...(changed ? {} : { unchanged: true as const }),
    };
  },
});

const noMember = (tenantId: string): OperationError =>
  new OperationError("not_a_member", `The user is no member of the tenant ${tenantId}.`, {
    field: "tenantId",
    fix: "List a tenant's members with tti user list --tenant.",
  });

/**
 * Ends a user's membership of a tenant, with what they agreed to there and every code and token for it. What they
 * hold for other tenants stays.
 * @throws OperationError account_not_found, not_a_member, last_admin
 */
export const removeMember = operation({
  name: "member remove",
  summary: "End a user's membership of a tenant",
  permission,
  events: ["membership.deleted", "session.ended", "account.invitation_withdrawn"],
  input: z.strictObject({ user, tenantId, allowNoAdmin }),
  output: userWithEndedShape,
  http: [{ method: "delete", path: "/v1/tenants/:tenant/users/:user", params: { tenant: "tenantId" } }],
  cli: {
    ...words,
    summary: "end a user's membership of a tenant",
    about: `Ends the membership, what the user agreed to there, and their codes, access and refresh
tokens for this tenant, at once and on every instance. Other tenants are not touched, and
the account stays. The last administrator of the tenant stays too, unless you say
--allow-no-admin.`,
    show: ({ user, ended }) => shownUser(user, { ended }),
  },
  async run(trx, { user, tenantId, ...said }, act) {
    const account = await resolveUser(trx, user);
    const accountId = account.id;
    const alone = await assertAdminRemains(trx, accountId, tenantId, said.allowNoAdmin);
    if (!(await deleteMembership(trx, tenantId, accountId, act.now))) {
      throw noMember(tenantId);
    }
    await revokeOfflineConsentsOf(trx, { tenantId, accountId }, act.now);
    await act.record({ type: "membership.deleted", tenantId, accountId });
    await withdrawUnlessWanted(trx, { accountId, tenantId }, act);
    const end = { accountId, tenantId, reason: "membership.deleted", actor: act.actor } as const;
    const ended = await endSignIns(trx, end, act.now);
    const warnings = alone.length === 0 ? {} : { warnings: warningsOf(alone) };
    return { ended, user: { ...(await toUser(trx, account)), ...warnings } };
  },
});

// Who was invited, has chosen no password yet and belongs nowhere any more is invited no more; and whoever chooses one at this
// moment comes before or after.
async function withdrawUnlessWanted(
  trx: Database,
  { accountId, tenantId }: { accountId: string; tenantId: string },
  { record }: Pick<Act<OperationContext, "account.invitation_withdrawn", unknown>, "record">,
): Promise<void> {
  await lockAccount(trx, accountId);
  if ((await hasPassword(trx, accountId)) || (await listTenantIdsOfAccount(trx, accountId)).length > 0)
    return;
  const invitations = await endInvitations(trx, accountId);
  if (invitations === 0) return;
  await record({ type: "account.invitation_withdrawn", accountId, tenantId, details: { invitations } });
}

/**
 * Adds a membership, as far as there is none.
 * @param findOthers who else has the address there; whoever adds many has asked for all of them at once
 * @returns what an operator should know of it, each a sentence
 * @throws OperationError tenant_not_found
 */
export async function addMembership(
  act: Pick<Act<OperationContext, "membership.created", unknown>, "db" | "now" | "record" | "warnsBy">,
  account: Pick<Account, "id" | "email" | "externalAtMs">,
  wanted: { tenantId: string; role?: MembershipRole | undefined },
  findOthers = findOthersWithAddress,
): Promise<string[]> {
  const { db, now, record } = act;
  const { id: tenantId } = await getTenant(db, wanted.tenantId);
  const membership = { tenantId, accountId: account.id, role: wanted.role ?? "member" };
  // As for whoever is promoted.
  if (membership.role === "admin") await lockAccount(db, account.id);
  if (!(await createMembership(db, membership, now))) {
    await assertRole(db, membership, wanted.role);
    return [];
  }
  const address = addressIn(account, undefined);
  const person = { tenantId, accountId: account.id };
  const others = address === null ? [] : await findOthers(db, { ...person, address });
  const details = {
    role: membership.role,
    ...(others.length === 0 ? {} : { sameAddressAs: others.join(" ") }),
  };
  await record({ type: "membership.created", ...person, details });
  return [
    ...(account.externalAtMs === null
      ? []
      : [`The user has no address in the tenant ${tenantId}, so no token, until you name one for it.`]),
    ...(address !== null &&
    act.warnsBy?.requireVerifiedDomain === true &&
    !(await provesDomainOf(db, tenantId, address))
      ? [
          `The tenant ${tenantId} has not proven ${domainOfAddress(address)}, so the user cannot sign in to it: prove it with tti domain add and tti domain verify, or give an address of a domain that is proven.`,
        ]
      : []),
    ...others.map(
      (other) =>
        `The member ${other} of the tenant ${tenantId} has the same address: at AWS both are one person.`,
    ),
  ];
}

// A role that is asked for is never passed over: whoever asks would think that it counts.
async function assertRole(
  db: Database,
  { tenantId, accountId }: { tenantId: string; accountId: string },
  asked: MembershipRole | undefined,
): Promise<void> {
  const role = await findRole(db, tenantId, accountId);
  if (asked === undefined || asked === role) return;
  throw new OperationError("invalid_input", `The user is a member of ${tenantId} already, as ${role}.`, {
    field: "role",
    fix: `Change it: tti member update USER --tenant ${tenantId} --role ${asked}, or PATCH /v1/tenants/${tenantId}/users/USER.`,
  });
}
