// The command `tti audit list`; the other commands `tti audit …` are in audit_chain.ts.
import { type AuditPage, listEvents } from "../../admin/operations/audit.ts";
import { findAccountNamed } from "../../provider/accounts/account_name_store.ts";
import { filterHelp, filterOptions, filtersOf, whatIsGiven, withTrail } from "../audit_trail.ts";
import { type Command, defineCommand, parsePage } from "../command.ts";
import { formatTable } from "../terminal.ts";
import { auditChainCommands } from "./audit_chain.ts";

const list = defineCommand({
  name: "audit list",
  summary: "list who did what, newest first",
  help: `Usage: tti audit list [options]

${filterHelp}
  --before CURSOR  go on after another page: the cursor it ended with
  --limit N        at most N (default 100)
  --json           print one JSON document

Example:
  $ tti audit list --tenant acme --outcome refused --limit 20`,
  options: { ...filterOptions, before: { type: "string" }, limit: { type: "string" } },
  run({ values, terminal }) {
    const { limit } = parsePage(values);
    const given = { ...filtersOf(values), ...whatIsGiven({ cursor: values.before, limit }) };
    return withTrail({ account: values.account }, terminal, async (context) => {
      const page = await listEvents(context, given);
      const lost = context.loginNames.keyIds.length > 0 ? page.namesLostBeforeMs : undefined;
      if (lost !== undefined) {
        const before = new Date(lost).toISOString();
        terminal.say(
          `Names typed before ${before} can be matched no more: TTI_SECRETS, as it is set here, lacks a key they were hashed with.`,
        );
      }
      if (page.events.length === 0) {
        terminal.say(
          lost === undefined ? "Nothing has been recorded here." : "Nothing else has been recorded here.",
        );
      }
      if (page.events.length === 0 && values.account !== undefined) {
        // The same of an address that was changed, that was erased and that never was: the trail tells none apart.
        const known = await findAccountNamed(context.db, values.account);
        if (known === undefined) terminal.say(noSuchName);
      }
      const rows = page.events.map(rowOf);
      terminal.result(page, rows.length === 0 ? "" : formatTable(rows));
      if (page.cursor !== undefined) terminal.say(`There is more: --before ${page.cursor}`);
      return 0;
    });
  },
});

const noSuchName =
  "No account has this id or address now. What was recorded before an address changed is found by the account's id, or its present address.";

function rowOf(event: AuditPage["events"][number]) {
  const details = { ...(event.times === undefined ? {} : { times: event.times }), ...event.details };
  return {
    TIME: new Date(event.atMs).toISOString(),
    EVENT: event.type,
    ACTOR: event.actor,
    TENANT: event.tenantId ?? "",
    ACCOUNT: event.accountId ?? "",
    ADDRESS: event.address ?? "",
    DETAILS: Object.entries(details)
      .map(([name, value]) => `${name}=${value}`)
      .join(" "),
  };
}

export const auditCommands: readonly Command[] = [list, ...auditChainCommands];
