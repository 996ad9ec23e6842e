// The command `tti user delete`.
import { deleteUser } from "../../admin/operations/user_deletion.ts";
import { withAdministration } from "../administration.ts";
import { defineCommand } from "../command.ts";
import { formatFields } from "../terminal.ts";
import { many } from "./ended_text.ts";

export const userDelete = defineCommand({
  name: "user delete",
  summary: "erase a user for good",
  help: `Usage: tti user delete USER [--yes]

Deletes the account with its memberships and agreements, and ends its sessions, codes and
tokens, at once and on every instance. The audit trail keeps the account's id; addresses
and names are taken out of it. Without --yes nothing happens: the command says what would
be deleted, and exits with 1.

USER is an e-mail address or a user id.

  --yes   you mean it

Example:
  $ tti user delete ada@acme.example --yes`,
  options: { yes: { type: "boolean" } },
  arguments: ["USER"],
  run: ({ values, arguments: [user], terminal }) =>
    withAdministration(async (context) => {
      const dryRun = values.yes !== true;
      const told = await deleteUser(context, { user, dryRun });
      const { memberships, consents, sessions, grants, tokens, events } = told.deleted;
      terminal.result(
        { ...told, ...(dryRun ? { dryRun } : {}) },
        formatFields([
          ["id", told.id],
          ["state", dryRun ? "would be deleted" : "deleted"],
          ["with", `${many(memberships, "membership")}, ${many(consents, "agreement")}`],
          [
            "ended",
            `${many(sessions, "browser session")}, ${many(grants, "application grant")}, ${many(tokens, "token")}`,
          ],
          ["audit trail", `${many(events, "event")} without address and name`],
        ]),
      );
      if (dryRun) terminal.say(`Nothing was done. If you mean it: tti user delete ${user} --yes`);
      return dryRun ? 1 : 0;
    }),
});
