// The commands `tti migrate …`.
import { readConfig } from "../../config.ts";
import { connectDatabase, type Database, storeLocationOf } from "../../db/connect.ts";
import { migrationLimits } from "../../db/dialects.ts";
import { migrateDown, migrateUp, readMigrationStatus, unlockMigrations } from "../../db/migrate.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";

async function withDatabase(work: (db: Database) => Promise<number>): Promise<number> {
  const db = connectDatabase(storeLocationOf(readConfig()), migrationLimits);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

const up = defineCommand({
  name: "migrate up",
  summary: "bring the database to this version's schema",
  help: `Usage: tti migrate up

Applies every migration the database lacks, each by itself. Run it before the new
version starts; several processes may run it at once: one migrates, the others wait
for a minute. If it was killed, run it again: what was applied stays, nothing is
half-done, and no lock is left.

Example:
  $ DATABASE_URL=postgres://tti@db/tti tti migrate up`,
  options: {},
  run: ({ terminal }) =>
    withDatabase(async (db) => {
      const applied = await migrateUp(db);
      terminal.result(
        { applied },
        applied.length === 0 ? "Nothing to do." : applied.map((name) => `applied ${name}`).join("\n"),
      );
      return 0;
    }),
});

const down = defineCommand({
  name: "migrate down",
  summary: "take the newest migration back (loses its data)",
  help: `Usage: tti migrate down --yes

Takes back the newest migration, one a call. What its tables and columns hold is lost.
Stop the version that needs it first.

  --yes   you mean it

Example:
  $ tti migrate down --yes`,
  options: { yes: { type: "boolean" } },
  run: ({ values, terminal }) => {
    if (!values.yes) {
      throw new UsageError("this loses data", "Add --yes if you mean it: tti migrate down --yes");
    }
    return withDatabase(async (db) => {
      const removed = await migrateDown(db);
      terminal.result({ removed }, removed.map((name) => `took back ${name}`).join("\n") || "Nothing to do.");
      return 0;
    });
  },
});

const status = defineCommand({
  name: "migrate status",
  summary: "say which migrations the database has",
  help: `Usage: tti migrate status

Exits 0 if the database has every migration, 1 if some are missing.

Example:
  $ tti migrate status || tti migrate up`,
  options: {},
  run: ({ terminal }) =>
    withDatabase(async (db) => {
      const { applied, pending, newer } = await readMigrationStatus(db);
      const lines = [
        ...applied.map((name) => `applied  ${name}${newer.includes(name) ? "  (by a newer version)" : ""}`),
        ...pending.map((name) => `pending  ${name}`),
      ];
      terminal.result({ applied, pending, newer }, lines.join("\n"));
      return pending.length === 0 ? 0 : 1;
    }),
});

const unlock = defineCommand({
  name: "migrate unlock",
  summary: "release a lock that an older version left behind",
  help: `Usage: tti migrate unlock

A migration that is killed leaves no lock. One that an older version took back
(migrate down) and that was killed half-way does; a later one waits for a minute, then
fails. Make sure that none runs, then release it.

Example:
  $ tti migrate unlock && tti migrate up`,
  options: {},
  run: ({ terminal }) =>
    withDatabase(async (db) => {
      const unlocked = await unlockMigrations(db);
      terminal.result({ unlocked }, unlocked ? "The lock is released." : "No lock was held.");
      return 0;
    }),
});

export const migrateCommands: readonly Command[] = [up, down, status, unlock];
