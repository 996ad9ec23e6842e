// Owns erasing a person: the account and everything that says something of them. What stays is the audit trail, in
// which they are an id that leads nowhere any more.
import { z } from "zod";
import { erasePerson } from "../../provider/sessions/erase_person.ts";
import { assertAdminRemains } from "../../provider/sessions/last_admin.ts";
import { assertOwnerRemains } from "../administrators/administrator_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { assertAnother } from "./administrators.ts";
import { many } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { allowNoAdmin } from "./last_admin.ts";
import { holdUser, resolveUser } from "./user_view.ts";

/**
 * Deletes a user for good, administration included. If the ISV names the same id again, it is a new account that has nothing of this one.
 * @throws OperationError account_not_found, oneself, last_admin, last_owner
 */
export const deleteUser = operation({
  name: "user delete",
  summary: "Erase a user for good; `?dryRun=true` only counts",
  permission: adminChange,
  events: ["account.deleted"],
  input: z.strictObject({
    user: z.string().describe("An e-mail address or a user id, also as `id:VALUE`."),
    allowNoAdmin,
    dryRun: z.boolean().optional().describe("Only say what would be deleted."),
  }),
  output: z.strictObject({
    id: z.string().describe("The account's id, which stays in the audit trail."),
    deleted: z.strictObject({
      memberships: z.int(),
      consents: z.int(),
      sessions: z.int(),
      grants: z.int(),
      tokens: z.int(),
      events: z.int().describe("Events of the audit trail whose address or name was taken out."),
    }),
    withoutAdmin: z
      .array(z.string())
      .optional()
      .describe("Tenants that nobody who can sign in administers afterwards; absent: none."),
  }),
  http: [{ method: "delete", path: "/v1/users/:user" }],
  revises: { hold: (trx, { user }) => holdUser(trx, user) },
  cli: {
    arguments: { USER: "user" },
    summary: "erase a user for good",
    about: `Deletes the account with its memberships and agreements, and ends its sessions, codes and
tokens, at once and on every instance. The audit trail keeps the account's id; addresses
and names are taken out of it. The last administrator of a tenant stays, unless you say
--allow-no-admin. Without --yes nothing happens: the command says what would be deleted,
and exits with 1.`,
    example: "ada@acme.example --yes",
    show({ id, deleted, withoutAdmin }, { dryRun }) {
      const { memberships, consents, sessions, grants, tokens, events } = deleted;
      return {
        fields: [
          ["id", id],
          ["state", dryRun === true ? "would be deleted" : "deleted"],
          ["with", `${many(memberships, "membership")}, ${many(consents, "agreement")}`],
          [
            "ended",
            `${many(sessions, "browser session")}, ${many(grants, "application grant")}, ${many(tokens, "token")}`,
          ],
          ["audit trail", `${many(events, "event")} without address and name`],
          ...(withoutAdmin === undefined
            ? []
            : [["without an administrator", withoutAdmin.join(", ")] as const]),
        ],
      };
    },
  },
  async run(trx, { user, ...said }, act) {
    const { id } = await resolveUser(trx, user);
    assertAnother(act, id);
    const alone = await assertAdminRemains(trx, id, undefined, said.allowNoAdmin);
    await assertOwnerRemains(trx, id);
    const { tenantIds, deleted } = await erasePerson(trx, id, act.now);
    await act.recordInTenants({ type: "account.deleted", accountId: id, details: deleted }, tenantIds);
    return { id, deleted, ...(alone.length === 0 ? {} : { withoutAdmin: alone }) };
  },
});
