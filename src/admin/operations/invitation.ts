// Owns the operation that invites a person: an account without a password, where there is none yet, and a mail with a link by
// which the person chooses one. The link proves the address, so nobody vouches for it before.
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { loginKeyOf, parseEmailAddress } from "../../input/email_address.ts";
import { createMail } from "../../mail/outbox_store.ts";
import {
  createAccount,
  findAccountByLogin,
  getAccount,
  hasPassword,
  lockAccount,
} from "../../provider/accounts/account_store.ts";
import type { AttemptRate } from "../../provider/accounts/attempt_rates.ts";
import { countAttempt } from "../../provider/accounts/sign_in_attempt_store.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { permissionFor } from "../administrators/permission_for.ts";
import { adminChange } from "../administrators/roles.ts";
import { type Act, assertPermitted, operationsIn } from "./entry.ts";
import { assertSendsMail, type MailContext } from "./mail.ts";
import { addMembership, memberRole } from "./members.ts";
import { displayName } from "./operation.ts";
import { userShape } from "./shapes.ts";
import { shownUser, toUser, type User } from "./user_view.ts";

/** How often one address may be invited: a mailbox is nobody's to fill. */
const mailboxRate: AttemptRate = { burst: 5, intervalMs: 600_000 };

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
password yet is invited again in the same way. tti mail list tells what became of the mail.`,
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
    if (known !== undefined) await assertMayBeInvited(trx, known.id, act);
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
    await countMail(trx, recipient, act.now);
    const mail = await createMail(trx, { kind: "invitation", recipient, accountId, tenantId }, act.now);
    const tenantIds = await listTenantIdsOfAccount(trx, accountId);
    await act.recordInTenants(
      { type: "account.invited", accountId, details: { email: recipient } },
      tenantIds,
    );
    return { ...(await toUser(trx, account)), ...(warnings.length === 0 ? {} : { warnings }), mail };
  },
});

// Held, so that whoever sets a password or disables the account comes before or after.
async function assertMayBeInvited(
  trx: Database,
  accountId: string,
  act: Pick<Act<MailContext, never, unknown>, "may">,
): Promise<void> {
  await lockAccount(trx, accountId);
  await assertPermitted(await permissionFor(trx, adminChange, { user: accountId }), act, trx);
  if ((await getAccount(trx, accountId)).disabledAtMs !== null) {
    throw new OperationError("account_disabled", "The account of this address is disabled.", {
      field: "email",
    });
  }
  if (await hasPassword(trx, accountId)) {
    throw new OperationError("account_exists", "The person of this address has an account and a password.", {
      field: "email",
      fix: "Add them to a tenant with `tti user add`. Who forgot the password asks for another on the sign-in page.",
    });
  }
}

async function countMail(trx: Database, recipient: string, now: Date): Promise<void> {
  const keyHash = createHash("sha256")
    .update(JSON.stringify(["invitation mailbox", loginKeyOf(recipient)]))
    .digest("base64url");
  const { waitMs } = await countAttempt(trx, { kind: "invitation", keyHash, rate: mailboxRate }, now);
  if (waitMs === undefined) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw new OperationError("too_many_attempts", "This address was invited often enough for now.", {
    field: "email",
    fix: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}; the mails before may lie in the folder for unwanted mail.`,
    retryAfterSeconds: seconds,
  });
}
