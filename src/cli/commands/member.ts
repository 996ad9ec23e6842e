// The commands `tti member …`.
import { removeMember } from "../../admin/operations/user_access.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, requireOption } from "../command.ts";
import { tellUser } from "./user_text.ts";

const remove = defineCommand({
  name: "member remove",
  summary: "end a user's membership of a tenant",
  help: `Usage: tti member remove USER --tenant ID

Ends the membership, what the user agreed to there, and their codes, access and refresh
tokens for this tenant, at once and on every instance. Other tenants are not touched, and
the account stays.

USER is an e-mail address or a user id.

Example:
  $ tti member remove ada@acme.example --tenant globex`,
  options: { tenant: { type: "string" } },
  arguments: ["USER"],
  async run({ values, arguments: [user], terminal }) {
    const tenantId = requireOption(values.tenant, "tenant", "acme");
    return withAdministration(async (context) => {
      const removed = await removeMember(context, { user, tenantId });
      tellUser(terminal, removed.user, undefined, removed.ended);
      return 0;
    });
  },
});

export const memberCommands: readonly Command[] = [remove];
