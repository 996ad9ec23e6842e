// The command `tti store move`.
import { systemClock } from "../../clock.ts";
import { readConfig } from "../../config.ts";
import { findSecrets } from "../../provider/assembly/installation_secrets.ts";
import { settings } from "../../settings.ts";
import { type MoveReport, moveStore, undoMove } from "../../upkeep/move.ts";
import { operatingSystemUser } from "../administration.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { formatFields, type Terminal } from "../terminal.ts";

const move = defineCommand({
  name: "store move",
  summary: "move everything from the embedded store to PostgreSQL",
  help: `Usage: tti store move [--to URL] [--json]
       tti store move --undo [--yes]

Copies every table of the embedded store (TTI_DATA_DIR) to an empty PostgreSQL database, and
compares both: rows, signing keys, audit trail. Stop the provider first. Killed half-way, the
same command goes on where it was. From its begin nothing serves from the embedded store any
more, and from the database only once everything is there; then set DATABASE_URL and start.

  --to URL  the database (default: DATABASE_URL, where no list of processes shows a password)
  --undo    give the move up: the embedded store is the store again
  --yes     with --undo, also where everything had arrived: what was written there since is lost
  --json    print one JSON document

Example:
  $ DATABASE_URL=postgres://tti@db/tti tti store move`,
  options: { to: { type: "string" }, undo: { type: "boolean" }, yes: { type: "boolean" } },
  async run({ values, terminal }) {
    const config = readConfig();
    const { dataDir } = config;
    if (values.undo === true) return undo(dataDir, values.yes === true, terminal);
    const databaseUrl = values.to === undefined ? config.databaseUrl : parseUrl(values.to);
    if (databaseUrl === undefined) {
      throw new UsageError(
        "--to is missing, and DATABASE_URL is not set",
        "Name the database: DATABASE_URL=… tti store move",
      );
    }
    const report = await moveStore({
      ...{ dataDir, databaseUrl, now: systemClock, actor: `cli:${operatingSystemUser()}` },
      preparedStatements: config.preparedStatements,
      secrets: findSecrets({ ...config, databaseUrl: undefined }),
      say: (line) => terminal.say(line),
    });
    terminal.result(report, formatFields(fieldsOf(report)));
    if (!report.trailIntact) {
      terminal.say("The audit trail is NOT intact, here as there: tti audit verify says what is wrong.");
    }
    terminal.say(`Now set DATABASE_URL to that database, and start. TTI_SECRETS and everything else stays.
Back again, as long as nothing has served from it: tti store move --undo --yes
The embedded store stays where it is. Delete it, and its backups, once the other has one.`);
    return 0;
  },
});

function parseUrl(text: string): string {
  try {
    return settings.databaseUrl.parse(text, "production") ?? text;
  } catch {
    // Without the value: it may hold a password.
    throw new UsageError(
      "--to is no URL that begins with postgres://",
      "Write the whole URL, as DATABASE_URL has it",
    );
  }
}

async function undo(dataDir: string, yes: boolean, terminal: Terminal): Promise<number> {
  const mark = await undoMove(dataDir, yes);
  terminal.result(
    { undone: mark !== undefined, ...(mark === undefined ? {} : { to: mark.place }) },
    mark === undefined
      ? "This store was not being moved."
      : `${dataDir} is the store again. What is in ${mark.place} serves nobody: make that database anew before it is used.`,
  );
  return 0;
}

function fieldsOf({ from, to, tables, rows, keys, anchor, unchanged }: MoveReport): [string, string][] {
  const { tenants, accounts, clients, audit_events: events } = tables;
  return [
    ["from", from],
    ["to", to],
    ["state", unchanged === true ? "had moved before" : "moved, and compared"],
    [
      "holds",
      `${tenants} tenants, ${accounts} people, ${clients} clients, ${events} events; ${rows} rows in all`,
    ],
    ["signing keys", `${keys.sealed} sealed, opened; ${keys.kms} in AWS KMS`],
    ["anchor", anchor ?? "nothing of the trail is sealed yet"],
  ];
}

export const storeMoveCommands: readonly Command[] = [move];
