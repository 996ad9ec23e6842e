// The command `tti offboard`: a customer is ended here, and gets what they take away at AWS.
import { endedRightsText, many } from "../../admin/operations/ended_text.ts";
import { offboardTenant } from "../../admin/operations/offboarding.ts";
import type { PaperFile } from "../../onboarding/papers/paper_file.ts";
import type { EndedRights } from "../../provider/sessions/end_rights_store.ts";
import { type Command, defineCommand, requireOption } from "../command.ts";
import { withOnboarding } from "../onboarding_context.ts";
import { type WrittenPapers, writePapers, writtenText } from "../paper_files.ts";
import { formatFields } from "../terminal.ts";
import { issuerMembers, issuerOptions } from "./onboard.ts";

const offboard = defineCommand({
  name: "offboard",
  summary: "end a customer, and make what they take away at AWS",
  help: `Usage: tti offboard TENANT [--out DIR] [--yes] [--keep-enabled] [--replace]
           [--name NAME] [--role-arn ARN] [--issuer URL | --cognito-pool ID]

Ends a customer here, at once and on every instance: data accessors are forgotten, no back end
makes tokens any more (presence never), and grants, codes, tokens, vouched logins and agreements
end. The tenant is disabled: nobody signs in for it. With --keep-enabled its people go on
signing in, anew; their ID tokens still name your client at AWS, so AWS takes them until the
customer has removed the data accessor there. Domains, memberships and accounts stay either way:
tti tenant delete and tti user delete.

Writes what you send to the customer: a script that removes data accessor and trusted token
issuer, filled with what was forgotten, and a page that says what remains where. The papers are
written first: where they cannot be, nothing ends. Without --yes nothing happens: the command
says what would end, and exits with 1.

  TENANT              the customer's id: their External Id at AWS
  --out DIR           write the papers into this folder; must be given with --yes
  --yes               you mean it
  --keep-enabled      do not disable the tenant
  --replace           also over files there that differ
  --name NAME         the name customers know (default: TTI_PUBLIC_NAME)
  --role-arn ARN      the role registered with AWS (default: TTI_ROLE_ARN)
  --issuer URL        an issuer that is not this installation, of any OpenID Provider
  --cognito-pool ID   or an Amazon Cognito user pool
  --json              print one JSON document

Example:
  $ tti offboard acme --out acme-clean-up --yes`,
  options: { ...issuerOptions, yes: { type: "boolean" }, "keep-enabled": { type: "boolean" } },
  arguments: ["TENANT"],
  typedNames: { displayName: "--name", tenantId: "TENANT", tenant: "TENANT" },
  run({ values, arguments: [tenantId = ""], terminal }) {
    const dryRun = values.yes !== true;
    const folder = dryRun ? undefined : requireOption(values.out, "out", `${tenantId}-clean-up`);
    const given = { ...issuerMembers(values), tenantId, keepEnabled: values["keep-enabled"], dryRun };
    const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return withOnboarding(async (context) => {
      let written: WrittenPapers | undefined;
      // Within the transaction: what the papers are filled with is nowhere else once it is committed.
      const settled = async (_trx: unknown, answer: unknown) => {
        if (folder === undefined) return;
        const { files } = answer as { files: readonly PaperFile[] };
        written = writePapers(folder, files, values.replace === true);
      };
      const { files, ...told } = await offboardTenant({ ...context, settled }, input);
      const text = toldText(told, dryRun);
      if (folder === undefined || written === undefined) {
        terminal.result({ ...told, files }, text);
        terminal.say(`Nothing was done. If you mean it: tti offboard ${tenantId} --out DIR --yes`);
        return 1;
      }
      terminal.result(
        { ...told, papers: { folder, ...written } },
        `${text}\n\n${writtenText(folder, written)}`,
      );
      if (told.unchanged) terminal.say("It had ended already: nothing was done but the papers.");
      terminal.say(`Send the customer what is in ${folder}. What lets you in at AWS is theirs to take away.`);
      return 0;
    });
  },
});

interface Told {
  tenant: { id: string; name: string; disabledAtMs: number | null };
  ended: EndedRights;
  accessors: readonly string[];
}

function toldText({ tenant, ended, accessors }: Told, dryRun: boolean): string {
  const state = tenant.disabledAtMs === null ? "enabled" : "disabled";
  return formatFields([
    ["id", tenant.id],
    ["name", tenant.name],
    ["state", dryRun ? `would be ${state}` : state],
    ["presence", dryRun ? "would be never" : "never"],
    [dryRun ? "would be forgotten" : "forgotten", many(accessors.length, "data accessor")],
    [dryRun ? "would end" : "ended", endedRightsText(ended)],
  ]);
}

export const offboardCommands: readonly Command[] = [offboard];
