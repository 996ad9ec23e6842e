// Owns the operation that invites a person: an account without a password, where there is none yet, and a mail with a link by
// which the person chooses one. The link proves the address, so nobody vouches for it before.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { parseEmailAddress } from "../../input/email_address.ts";
import { createMail } from "../../mail/outbox_store.ts";
import {
  createAccount,
  findAccountByLogin,
  getAccount,
  hasPassword,
  lockAccount,
} from "../../provider/accounts/account_store.ts";
import { endInvitations } from "../../provider/links/end_invitation.ts";
import { findRole, listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { permissionFor } from "../administrators/permission_for.ts";
import { adminChange } from "../administrators/roles.ts";
import { type Act, assertPermitted, operationsIn } from "./entry.ts";
import { countInvitation } from "./invitation_rate.ts";
import { assertSendsMail, type MailContext } from "./mail.ts";
import { addMembership, memberRole } from "./members.ts";
import { displayName } from "./operation.ts";
import { userShape } from "./shapes.ts";
import { resolveUser, shownUser, toUser, type User } from "./user_view.ts";

const input = z.strictObject({
  email: z.string().describe("Where the invitation goes, and what the person signs in with."),
  name: displayName.optional().describe("The name of a new person; who is invited again keeps theirs."),
  tenantId: z.string().optional().describe("A tenant the person is to belong to."),
  role: memberRole.optional().describe("member (default) or admin, in the tenant."),
});

/**
 * Invites a person, or invites them again.
 * @throws OperationError mail_not_configured, invalid_input, account_exists (they have a password), account_disabled,
 *   tenant_not_found, too_many_attempts
 */
export const inviteUser = operationsIn<MailContext>()({
  name: "user invite",
  summary: "Invite a person by mail to choose a password",
  permission: adminChange,
  events: ["account.created", "membership.created", "account.invited"],
  input,
  output: userShape.extend({ mail: z.string().describe("The id of the mail in the outbox.") }),
  http: [{ method: "post", path: "/v1/invitations", status: 201 }],
  cli: {
    arguments: { EMAIL: "email" },
    options: { tenantId: "tenant" },
    summary: "invite a person by mail to choose a password",
    about: `Adds the person, where there is none of this address, and mails a link by which they choose
a password; the link counts for a week and once, and proves the address. Who has no
password yet is invited again in the same way. Who has one, and belongs to the tenant not
yet, belongs to it at once, and is told so by mail. tti mail list tells what became of the mail.`,
    example: 'ada@acme.example --name "Ada Lovelace" --tenant acme',
    show: ({ mail, ...user }) => {
      const one = shownUser(user);
      return { ...one, say: [...(one.say ?? []), `The invitation is in the outbox: tti mail show ${mail}`] };
    },
  },
  async afterwards({ mailPut }) {
    mailPut();
  },
  async run(trx, { email: typed, name, tenantId, role }, act): Promise<User & { mail: string }> {
    assertSendsMail(act);
    if (tenantId === undefined && role !== undefined) {
      throw new OperationError(
        "invalid_input",
        "role says what somebody is in a tenant, and none is given.",
        {
          field: "role",
          fix: "Give the tenant, or leave the role out.",
        },
      );
    }
    const email = parseEmailAddress(typed);
    const known = await findAccountByLogin(trx, email);
    const joins = known !== undefined && (await assertMayBeInvited(trx, known.id, tenantId, act));
    const account =
      known ??
      (await createAccount(
        trx,
        { email, emailVerified: false, ...(name === undefined ? {} : { name }) },
        act.now,
      ));
    const { id: accountId } = account;
    if (known === undefined) {
      const details = { by: "administration", email };
      await act.recordInTenants(
        { type: "account.created", accountId, details },
        tenantId === undefined ? [] : [tenantId],
      );
    }
    const warnings = tenantId === undefined ? [] : await addMembership(act, account, { tenantId, role });
    const recipient = account.email ?? email;
    await countInvitation(trx, { recipient, inviter: act.inNameOf ?? act.tenantId }, act.now);
    const details = joins ? { joined: "yes" } : {};
    const mail = await createMail(
      trx,
      { kind: "invitation", recipient, accountId, tenantId, details },
      act.now,
    );
    // To one organization, it is that one's; the others learn nothing of it.
    const tenantIds = tenantId === undefined ? await listTenantIdsOfAccount(trx, accountId) : [tenantId];
    await act.recordInTenants(
      { type: "account.invited", accountId, details: { email: recipient } },
      tenantIds,
    );
    return { ...(await toUser(trx, account)), ...(warnings.length === 0 ? {} : { warnings }), mail };
  },
});

// Held, so that whoever sets a password or disables the account comes before or after.
/** @returns whether they have a password, and come to belong to the tenant */
async function assertMayBeInvited(
  trx: Database,
  accountId: string,
  tenantId: string | undefined,
  act: Pick<Act<MailContext, never, unknown>, "may">,
): Promise<boolean> {
  await lockAccount(trx, accountId);
  await assertPermitted(await permissionFor(trx, adminChange, { user: accountId }), act, trx);
  if ((await getAccount(trx, accountId)).disabledAtMs !== null) {
    throw new OperationError("account_disabled", "The account of this address is disabled.", {
      field: "email",
    });
  }
  if (!(await hasPassword(trx, accountId))) return false;
  if (tenantId === undefined || (await findRole(trx, tenantId, accountId)) !== undefined) {
    throw new OperationError("account_exists", "The person of this address has an account and a password.", {
      field: "email",
      fix: "Name a tenant they are to belong to. Who forgot the password asks for another on the sign-in page.",
    });
  }
  return true;
}

const user = z.string().describe("An e-mail address or a user id, also as `id:VALUE`.");

/**
 * Withdraws the invitations of a person: links that were mailed count no more, and what waits is not sent. Account and
 * memberships stay.
 * @throws OperationError account_not_found
 */
export const withdrawInvitation = operationsIn<MailContext>()({
  name: "user withdraw-invitation",
  summary: "Withdraw the invitations of a user",
  permission: adminChange,
  events: ["account.invitation_withdrawn"],
  input: z.strictObject({ user }),
  output: z.strictObject({
    user: userShape,
    invitations: z.int().describe("How many there were: links that counted, and mails that waited."),
  }),
  http: [{ method: "post", path: "/v1/users/:user/withdraw-invitation" }],
  cli: {
    arguments: { USER: "user" },
    summary: "withdraw what a user was invited by",
    about: `Links that were mailed count no more, and what waits is not sent. The account and its
memberships stay: tti user delete takes both away.`,
    example: "ada@acme.example",
    show: ({ user, invitations }) => ({
      ...shownUser(user),
      say: [invitations === 0 ? "There was no invitation." : `Withdrawn: ${invitations}`],
    }),
  },
  async run(trx, { user: named }, act) {
    const account = await resolveUser(trx, named);
    const accountId = account.id;
    await lockAccount(trx, accountId);
    const invitations = await endInvitations(trx, accountId);
    if (invitations > 0) {
      const tenantIds = await listTenantIdsOfAccount(trx, accountId);
      const details = { invitations };
      await act.recordInTenants({ type: "account.invitation_withdrawn", accountId, details }, tenantIds);
    }
    return { user: await toUser(trx, account), invitations };
  },
});
