// Owns deleting a tenant with all that is its own. What stays: its id, which nobody else ever gets (customers typed it at
// AWS), the audit trail, and its people's accounts, because a person is not a customer's thing.
import { z } from "zod";
import { deleteTracesOfTenant } from "../../provider/sessions/end_rights_store.ts";
import { getAnyTenant, lockTenant } from "../../provider/tenants/tenant_store.ts";
import { adminOwn } from "../administrators/roles.ts";
import { endedRightsText, many } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { endedRightsShape } from "./shapes.ts";

const count = z.int().min(0);

/**
 * Deletes a tenant for good: memberships, domains, data accessors, agreements, grants, codes and tokens. From then on it
 * is as if there were none, on every instance; its id is given to nobody again.
 * @throws OperationError tenant_not_found
 */
export const deleteTenant = operation({
  name: "tenant delete",
  summary: "Delete a tenant with all that is its own; `?dryRun=true` only counts",
  permission: adminOwn,
  events: ["tenant.deleted"],
  input: z.strictObject({
    id: z.string().describe("The tenant's id."),
    dryRun: z.boolean().optional().describe("Only say what would be deleted."),
  }),
  output: z.strictObject({
    id: z.string().describe("The tenant's id, which nobody gets again."),
    deleted: endedRightsShape.extend({
      members: count.describe("Memberships."),
      leftAlone: count.describe(
        "Members who belong to no other tenant: their accounts stay, and get no token.",
      ),
      domains: count.describe("Domains it had claimed or proven."),
      accessors: count.describe("Data accessors."),
    }),
  }),
  http: [{ method: "delete", path: "/v1/tenants/:tenant", params: { tenant: "id" } }],
  revises: {
    async hold(trx, { id }) {
      await lockTenant(trx, id);
      return getAnyTenant(trx, id);
    },
  },
  cli: {
    arguments: { ID: "id" },
    summary: "delete a customer with all that is its own",
    about: `Deletes the tenant: memberships, domains, data accessors, agreements, and grants, codes and
tokens for it, at once and on every instance. Accounts stay, also of people who belong
nowhere else; tti user delete erases a person. The id is never given again. Without --yes
nothing happens: the command says what would be deleted, and exits with 1.`,
    example: "acme --yes",
    show({ id, deleted }, { dryRun }) {
      const { members, leftAlone, domains, accessors } = deleted;
      return {
        fields: [
          ["id", id],
          ["state", dryRun === true ? "would be deleted" : "deleted"],
          [
            "with",
            [many(members, "membership"), many(domains, "domain"), many(accessors, "data accessor")].join(
              ", ",
            ),
          ],
          ["ended", endedRightsText(deleted)],
          ["accounts that belong nowhere else", String(leftAlone)],
        ],
        say:
          leftAlone === 0 || dryRun === true
            ? []
            : ["Their accounts stay, and get no token. Erase a person: tti user delete USER"],
      };
    },
  },
  async run(trx, { id }, act) {
    const deleted = await deleteTracesOfTenant(trx, id, act.now);
    await act.record({ type: "tenant.deleted", tenantId: id, details: { ...deleted } });
    return { id, deleted };
  },
});
