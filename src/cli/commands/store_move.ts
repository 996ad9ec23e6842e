// The command `tti store move`.
import { systemClock } from "../../clock.ts";
import { readConfig } from "../../config.ts";
import { findSecrets } from "../../provider/assembly/installation_secrets.ts";
import { keyPolicyOf } from "../../provider/keys/policy.ts";
import { settings } from "../../settings.ts";
import { type MoveReport, moveStore } from "../../upkeep/move.ts";
import { type UndoReport, undoMove } from "../../upkeep/move_undo.ts";
import { operatingSystemUser } from "../administration.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { formatFields, type Terminal } from "../terminal.ts";

const move = defineCommand({
  name: "store move",
  summary: "move everything from the embedded store to PostgreSQL",
  help: `Usage: tti store move [--to URL] [--json]
       tti store move --undo [--to URL] [--yes] [--without-database]

Copies every table of the embedded store (TTI_DATA_DIR) to an empty PostgreSQL database, and
compares both: rows, signing keys, audit trail. Stop the provider first. Killed half-way, the
same command goes on where it was. From its begin nothing serves from the embedded store any
more, and from the database only once everything is there; then set DATABASE_URL and start.

  --to URL  the database (default: DATABASE_URL, where no list of processes shows a password)
  --undo    give the move up: the database is closed, serves nobody from then on, and the
            embedded store is the store again
  --yes     with --undo, also where everything had arrived: what was written there since is lost
  --without-database
            with --undo, where the database is gone for good: it is not closed, so if it comes
            back, two stores can serve. Run --undo again then
  --json    print one JSON document

Example:
  $ DATABASE_URL=postgres://tti@db/tti tti store move`,
  options: {
    to: { type: "string" },
    undo: { type: "boolean" },
    yes: { type: "boolean" },
    "without-database": { type: "boolean" },
  },
  async run({ values, terminal }) {
    const config = readConfig();
    const { dataDir } = config;
    const databaseUrl = values.to === undefined ? config.databaseUrl : parseUrl(values.to);
    if (values.undo === true) {
      const report = await undoMove({
        ...{ dataDir, databaseUrl, now: systemClock(), policy: keyPolicyOf(config) },
        preparedStatements: config.preparedStatements,
        afterItsEnd: values.yes === true,
        withoutDatabase: values["without-database"] === true,
      });
      return tellUndone(report, dataDir, terminal);
    }
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
Back again, as long as nothing has served from it: tti store move --undo --yes, then unset DATABASE_URL
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

function tellUndone(report: UndoReport | undefined, dataDir: string, terminal: Terminal): number {
  if (report === undefined) {
    terminal.result({ undone: false }, "This store was not being moved.");
    return 0;
  }
  const { to, database, before } = report;
  const here = `${dataDir} is the store again${before === true ? ", since an earlier call" : ""}.`;
  const there = {
    closed: `What is in ${to} serves nobody and is administered by nobody; a later move from here may go there again.`,
    empty: `In ${to} is nothing of this move.`,
    left: `${to} was NOT closed: who starts with its DATABASE_URL serves from it, beside this store, and what one of the two takes the
other never learns. Take DATABASE_URL out of every instance's settings and drop that database; or, if it answers again, run
\`tti store move --undo --yes\` with its DATABASE_URL, which closes it.`,
  }[database];
  terminal.result({ undone: true, ...report }, `${here}\n${there}`);
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
