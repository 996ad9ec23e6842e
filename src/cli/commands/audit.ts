// The commands `tti audit …`.
import { listAuditEvents } from "../../audit/audit_store.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, parsePage } from "../command.ts";
import { formatTable } from "../terminal.ts";

const list = defineCommand({
  name: "audit list",
  summary: "list who did what, newest first",
  help: `Usage: tti audit list [--tenant ID] [--limit N]

  --tenant ID   only what concerns this tenant
  --limit N     at most N (default 100)
  --json        print one JSON document

Example:
  $ tti audit list --tenant acme --limit 20`,
  options: { tenant: { type: "string" }, limit: { type: "string" } },
  run({ values, terminal }) {
    const { limit } = parsePage(values);
    return withAdministration(async ({ db }) => {
      const events = await listAuditEvents(db, {
        ...(values.tenant === undefined ? {} : { tenantId: values.tenant }),
        ...(limit === undefined ? {} : { limit }),
      });
      if (events.length === 0) terminal.say("Nothing has been recorded here.");
      const rows = events.map((event) => ({
        TIME: new Date(event.atMs).toISOString(),
        EVENT: event.type,
        ACTOR: event.actor,
        TENANT: event.tenantId ?? "",
        ACCOUNT: event.accountId ?? "",
        DETAILS: Object.entries(event.details ?? {})
          .map(([name, value]) => `${name}=${value}`)
          .join(" "),
      }));
      terminal.result({ events }, rows.length === 0 ? "" : formatTable(rows));
      return 0;
    });
  },
});

export const auditCommands: readonly Command[] = [list];
