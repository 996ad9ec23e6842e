// The commands `tti audit …`.
import { type AuditPage, listEvents } from "../../admin/operations/audit.ts";
import { createLoginNames } from "../../audit/login_names.ts";
import type { Config } from "../../config.ts";
import { loadSecrets } from "../../provider/assembly/installation_secrets.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, parsePage, UsageError } from "../command.ts";
import { formatTable } from "../terminal.ts";

const list = defineCommand({
  name: "audit list",
  summary: "list who did what, newest first",
  help: `Usage: tti audit list [options]

  --tenant ID      only what concerns this tenant
  --account NAME   only what concerns this account: its id, its address, or a name typed at
                   a sign-in, also one that nobody has (needs the provider's TTI_SECRETS)
  --client ID      only what concerns this client
  --address IP     only what came from this address
  --type TYPE      only events of this type (docs/audit-events.md)
  --from TIME      not before this moment (2026-11-25 or 2026-11-25T08:00:00Z)
  --before CURSOR  go on after another page: the cursor it ended with
  --limit N        at most N (default 100)
  --json           print one JSON document

Example:
  $ tti audit list --tenant acme --type sign_in.refused --limit 20`,
  options: {
    tenant: { type: "string" },
    account: { type: "string" },
    client: { type: "string" },
    address: { type: "string" },
    type: { type: "string" },
    from: { type: "string" },
    before: { type: "string" },
    limit: { type: "string" },
  },
  run({ values, terminal }) {
    const { limit } = parsePage(values);
    const query = {
      tenantId: values.tenant,
      account: values.account,
      clientId: values.client,
      address: values.address,
      type: values.type,
      fromMs: values.from === undefined ? undefined : parseFrom(values.from),
      cursor: values.before,
      limit,
    };
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
    return withAdministration(async (context, config) => {
      const secrets = values.account === undefined ? [] : secretsAtHand(config);
      if (values.account !== undefined && secrets.length === 0) {
        terminal.say("TTI_SECRETS is not set here, so names that nobody has are not found.");
      }
      const page = await listEvents({ ...context, loginNames: createLoginNames(secrets) }, given);
      const lost = secrets.length === 0 ? undefined : page.namesLostBeforeMs;
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
      const rows = page.events.map(rowOf);
      terminal.result(page, rows.length === 0 ? "" : formatTable(rows));
      if (page.cursor !== undefined) terminal.say(`There is more: --before ${page.cursor}`);
      return 0;
    });
  },
});

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

// Without the provider's secrets nothing is made up: a secret of this folder would find nothing.
function secretsAtHand(config: Config): readonly Uint8Array[] {
  if (config.secrets.length > 0) return config.secrets;
  return config.databaseUrl === undefined && config.mode === "development" ? loadSecrets(config) : [];
}

function parseFrom(text: string): number {
  const atMs = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(atMs) && atMs >= 0) return atMs;
  throw new UsageError(
    "--from is no moment",
    "Write it like --from 2026-11-25 or --from 2026-11-25T08:00:00Z",
  );
}

export const auditCommands: readonly Command[] = [list];
