// The commands `tti tenant …` that take a customer's access away, or give it back.
import type { OperationContext } from "../../admin/operations/operation.ts";
import { disableTenant, enableTenant, type TenantWithEnded } from "../../admin/operations/tenant_access.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand } from "../command.ts";
import { formatFields } from "../terminal.ts";
import { endedRightsText } from "./ended_text.ts";

function defineAccessCommand(
  word: string,
  texts: { summary: string; what: string },
  operation: (context: OperationContext, input: unknown) => Promise<TenantWithEnded>,
): Command {
  return defineCommand({
    name: `tenant ${word}`,
    summary: texts.summary,
    help: `Usage: tti tenant ${word} ID

${texts.what}

Example:
  $ tti tenant ${word} acme`,
    options: {},
    arguments: ["ID"],
    run: ({ arguments: [id], terminal }) =>
      withAdministration(async (context) => {
        const told = await operation(context, { id });
        terminal.result(
          told,
          formatFields([
            ["id", told.tenant.id],
            ["name", told.tenant.name],
            ["state", told.tenant.disabledAtMs === null ? "enabled" : "disabled"],
            ["ended", endedRightsText(told.ended)],
          ]),
        );
        return 0;
      }),
  });
}

const disable = defineAccessCommand(
  "disable",
  {
    summary: "keep a customer from everything",
    what: `Nothing is issued for the tenant any more; logins and searches for it are refused. Grants,
codes and tokens for it, logins your page vouched for and agreements of its people end at
once, on every instance. Nobody's account is touched, nor what they hold elsewhere.`,
  },
  disableTenant,
);

const enable = defineAccessCommand(
  "enable",
  {
    summary: "let a disabled customer in again",
    what: `Enables the tenant. Nothing comes back by itself: each of its people signs in once more.`,
  },
  enableTenant,
);

export const tenantAccessCommands: readonly Command[] = [disable, enable];
