// The command `tti restore`.
import { parseAnchor } from "../../audit/chain/anchor.ts";
import { systemClock } from "../../clock.ts";
import { readConfig } from "../../config.ts";
import { findSecrets } from "../../provider/assembly/installation_secrets.ts";
import { restoreElsewhere } from "../../upkeep/postgres_programs.ts";
import { type RestoreReport, restoreBackup } from "../../upkeep/restore.ts";
import { operatingSystemUser } from "../administration.ts";
import { type Command, defineCommand } from "../command.ts";
import { formatFields } from "../terminal.ts";
import { endedFields, sinceLines } from "../undone_text.ts";

const restore = defineCommand({
  name: "restore",
  summary: "put a backup in the place of the embedded store",
  help: `Usage: tti restore FILE [--replace] [--anchor NUMBER:HASH] [--trail FILE]
                   [--keep-sessions] [--json]

Restores what \`tti backup\` made. The provider must be stopped. The backup is judged first: is
it whole, of this issuer and this client, of no newer version, and does TTI_SECRETS open its
signing keys? A store that is there stays, beside, under another name.

A backup is an earlier store: codes and links that were used count again, sessions that ended
stand. So everything that had been given out ends: everybody signs in anew and agrees anew.
Whoever was removed since the backup is back; the exported trail says who.

  --replace          a store that is there may be replaced
  --anchor BLOCK     the anchor that the backup printed: the trail up to it must be that one
  --trail FILE       what \`tti audit export\` wrote since: the command lists what to do again
  --keep-sessions    nothing ends: only where nobody was served since the backup was made
  --json             print one JSON document

Example:
  $ tti restore /var/backups/tti-2026-11-27.backup --trail audit.jsonl`,
  options: {
    replace: { type: "boolean" },
    anchor: { type: "string" },
    trail: { type: "string" },
    "keep-sessions": { type: "boolean" },
  },
  arguments: ["FILE"],
  async run({ values, arguments: [file = ""], terminal }) {
    const config = readConfig();
    if (config.databaseUrl !== undefined) throw restoreElsewhere(config.databaseUrl);
    const { dataDir, mode, issuer, clientId } = config;
    const report = await restoreBackup({
      ...{ file, dataDir, secrets: findSecrets(config) },
      ...{ replace: values.replace === true, keep: values["keep-sessions"] === true },
      ...{ actor: `cli:${operatingSystemUser()}`, now: systemClock() },
      ...(mode === "production" ? { installation: { issuer, clientId } } : {}),
      ...(values.anchor === undefined ? {} : { anchor: parseAnchor(values.anchor) }),
      ...(values.trail === undefined ? {} : { trail: values.trail }),
      say: (line) => terminal.say(line),
    });
    terminal.result(report, [formatFields(fieldsOf(report)), ...sinceLines(report.since)].join("\n"));
    if (!report.holds.trail.intact) {
      terminal.say("The audit trail of the backup is NOT intact: tti audit verify says what is wrong.");
    }
    return 0;
  },
});

function fieldsOf(report: RestoreReport): [string, string][] {
  const { note, holds, migrated, aside } = report;
  const { tenants, accounts, clients, audit_events: events } = holds.tables;
  return [
    [
      "backup of",
      note === undefined ? "unknown: not made by tti backup" : new Date(note.madeAtMs).toISOString(),
    ],
    ["holds", `${tenants} tenants, ${accounts} people, ${clients} clients, ${events} events`],
    ["signing keys", `${holds.keys.sealed} sealed, opened; ${holds.keys.kms} in AWS KMS`],
    ["anchor", holds.anchor ?? "nothing of the trail is sealed"],
    ...(migrated.length === 0 ? [] : [["migrated", migrated.join(", ")] satisfies [string, string]]),
    ...endedFields(report),
    ...(aside === undefined ? [] : [["former store", aside] satisfies [string, string]]),
  ];
}

export const restoreCommands: readonly Command[] = [restore];
