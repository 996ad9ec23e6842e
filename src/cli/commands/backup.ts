// The command `tti backup`.
import { systemClock } from "../../clock.ts";
import { type Config, readConfig } from "../../config.ts";
import { findSecrets, secretName } from "../../provider/assembly/installation_secrets.ts";
import { type BackupReport, makeBackup } from "../../upkeep/backup.ts";
import { backupElsewhere } from "../../upkeep/postgres_programs.ts";
import { operatingSystemUser } from "../administration.ts";
import { type Command, defineCommand, requireOption } from "../command.ts";
import { formatFields } from "../terminal.ts";
import { productVersion } from "../version.ts";

const backup = defineCommand({
  name: "backup",
  summary: "copy the embedded store into a file, while the provider serves",
  help: `Usage: tti backup --out FILE [--json]

Copies the embedded store as it is at one moment into one file, readable by its owner alone;
nobody who signs in waits for it. The copy is verified before it gets its name, and nothing is
overwritten. It says what the file holds and what it does not: TTI_SECRETS, without which its
signing keys cannot be opened, and keys in AWS KMS. Note the anchor that it prints elsewhere:
with it \`tti restore\` proves that the sealed part of its audit trail is the one of then, and
no more: whoever could write to the file could change other rows. Note its SHA-256 as well.

On PostgreSQL use pg_dump: \`tti backup\` says the line for your database.

  --out FILE  the file to make
  --json      print one JSON document

Example:
  $ tti backup --out /var/backups/tti-2026-11-27.backup`,
  options: { out: { type: "string" } },
  async run({ values, terminal }) {
    const config = readConfig();
    // First: it is the line to run instead, and nobody needs a file's name to be told it.
    if (config.databaseUrl !== undefined) throw backupElsewhere(config.databaseUrl);
    const out = requireOption(values.out, "out", "tti.backup");
    const secrets = findSecrets(config);
    const report = await makeBackup({
      ...{ dataDir: config.dataDir, out, secrets, actor: `cli:${operatingSystemUser()}` },
      note: { madeAtMs: systemClock().getTime(), version: productVersion(), ...installationIn(config) },
      say: (line) => terminal.say(line),
    });
    const without = notHeld(report, config);
    terminal.result(
      { ...report, notHeld: without },
      formatFields([...fieldsOf(report), ...without.map((what) => ["not in it", what] as const)]),
    );
    if (report.holds?.trail.intact === false) {
      terminal.say(
        "The audit trail is NOT intact, here as in the backup: tti audit verify says what is wrong.",
      );
    }
    return 0;
  },
});

// What a developer's machine fills in by itself says nothing of an installation.
const installationIn = ({ mode, issuer, clientId }: Config) =>
  mode === "production" ? { issuer, clientId } : {};

function fieldsOf({ file, bytes, madeAtMs, schema, holds }: BackupReport): [string, string][] {
  const fields: [string, string][] = [
    ["file", file],
    ["size", `${bytes} bytes`],
    ["made", new Date(madeAtMs).toISOString()],
    ["schema", schema],
  ];
  if (holds === undefined)
    return [...fields, ["holds", "a schema that this version does not read: tti migrate up"]];
  const { tables, rows, keys, anchor } = holds;
  const { tenants, accounts, clients, audit_events: events } = tables;
  const opened = keys.opened === true ? "opened with TTI_SECRETS" : "not tried: TTI_SECRETS is not set here";
  return [
    ...fields,
    [
      "holds",
      `${tenants} tenants, ${accounts} people, ${clients} clients, ${events} events; ${rows} rows in all`,
    ],
    ["signing keys", `${keys.sealed} sealed (${keys.sealed === 0 ? "nothing to open" : opened})`],
    ["anchor", anchor ?? "nothing of the trail is sealed yet"],
  ];
}

function notHeld({ holds, otherFiles }: BackupReport, config: Config): string[] {
  const kms = holds?.keys.kms ?? 0;
  const inFile = config.secrets.length === 0 && otherFiles.includes(secretName);
  return [
    inFile
      ? `the secret that opens its keys: ${secretName} in ${config.dataDir}, which this machine made`
      : "TTI_SECRETS, which opens its keys: keep it elsewhere",
    "the other settings, TTI_ISSUER and TTI_CLIENT_ID above all",
    ...(kms === 0 ? [] : [`the private halves of ${kms} signing keys: they are in AWS KMS`]),
    ...otherFiles.filter((name) => name !== secretName).map((name) => `${name} in ${config.dataDir}`),
  ];
}

export const backupCommands: readonly Command[] = [backup];
