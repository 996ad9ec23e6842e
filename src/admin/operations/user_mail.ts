// Owns the operations on mail and one person: whether they are invited and mail reaches them, and saying by hand that it does not.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { findInvitationEnd } from "../../provider/accounts/account_link_store.ts";
import { hasPassword, lockAccount } from "../../provider/accounts/account_store.ts";
import {
  deleteMailReturned,
  findMailReturned,
  saveMailReturned,
} from "../../provider/accounts/mail_returned_store.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { unchanged, userShape } from "./shapes.ts";
import { resolveUser, shownUser, toUser } from "./user_view.ts";

const user = z.string().describe("An e-mail address or a user id, also as `id:VALUE`.");

/** Tells what mail has to do with a user: whether they have a password, and are invited. @throws OperationError account_not_found */
export const showUserMail = operation({
  name: "user mail",
  summary: "Show what mail has to do with a user",
  permission: adminRead,
  events: [],
  input: z.strictObject({ user }),
  output: z.strictObject({
    id: z.string(),
    hasPassword: z.boolean().describe("Whether they have a password here; who has none may be invited."),
    invitedUntilMs: z.int().nullable().describe("Until when an invitation counts; null: none does."),
    returnedAtMs: z
      .int()
      .nullable()
      .describe("Since when mail to their address comes back; null: nothing is known of that."),
  }),
  http: [{ method: "get", path: "/v1/users/:user/mail" }],
  cli: {
    arguments: { USER: "user" },
    summary: "show whether a user is invited, and whether mail reaches them",
    example: "ada@acme.example",
    show: ({ id, hasPassword: has, invitedUntilMs, returnedAtMs }) => {
      const moment = (ms: number) => new Date(ms).toISOString();
      return {
        fields: [
          ["id", id],
          ["password", has ? "chosen" : "none yet"],
          ["invited", invitedUntilMs === null ? "no" : `until ${moment(invitedUntilMs)}`],
          ["mail", returnedAtMs === null ? "nothing came back" : `comes back since ${moment(returnedAtMs)}`],
        ],
      };
    },
  },
  async run(db, { user: named }, { now }) {
    const { id } = await resolveUser(db, named);
    return {
      id,
      hasPassword: await hasPassword(db, id),
      invitedUntilMs: (await findInvitationEnd(db, id, now.getTime())) ?? null,
      returnedAtMs: (await findMailReturned(db, id)) ?? null,
    };
  },
});

/**
 * Says that mail to the address of a user comes back, or that it arrives again. A mail server that refuses the address says the
 * first by itself; what comes back later is known to whoever reads the mailbox of TTI_MAIL_FROM.
 * @throws OperationError account_not_found; invalid_input for a user without an address here
 */
export const setMailReturned = operation({
  name: "user mail-returned",
  summary: "Say that mail to a user comes back, or arrives again",
  permission: adminChange,
  events: ["account.mail_returned"],
  input: z.strictObject({
    user,
    returned: z.boolean().optional().describe("false: it arrives again. Without it: it comes back."),
  }),
  output: userShape.extend({ unchanged }),
  http: [{ method: "post", path: "/v1/users/:user/mail-returned" }],
  cli: {
    arguments: { USER: "user" },
    switches: ["returned"],
    summary: "say that mail to a user comes back, or arrives again",
    about: `The user reads on the account's page that mail does not reach them. Mail is sent all the same. The mark
goes when they use a link from a mail, or get another address.`,
    example: "ada@acme.example",
    show: (told) => shownUser(told),
  },
  async run(trx, { user: named, returned = true }, act) {
    const account = await resolveUser(trx, named);
    const { id: accountId, email } = account;
    await lockAccount(trx, accountId);
    if (email === null || account.externalAtMs !== null) {
      throw new OperationError("invalid_input", "The user has no address here.", { field: "user" });
    }
    const changed = returned
      ? await saveMailReturned(trx, { accountId, address: email }, act.now)
      : await deleteMailReturned(trx, accountId);
    if (changed) {
      const details = { email, returned };
      const tenantIds = await listTenantIdsOfAccount(trx, accountId);
      await act.recordInTenants({ type: "account.mail_returned", accountId, details }, tenantIds);
    }
    return { ...(await toUser(trx, account)), ...(changed ? {} : { unchanged: true as const }) };
  },
});
