// The defences against stores that somebody prepared: a backup or a database that holds more than rows.
import type { Defence } from "./defence.ts";

const schema = "test/upkeep/own_schema.test.ts";
const postgres = "test/upkeep/own_postgres.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "restore-of-our-schema-alone",
    promise:
      "A backup with a trigger, view, table, column, default or check that no migration makes is refused.",
    file: "src/upkeep/restore.ts",
    find: "  await assertOwnSchema(db, migrationNames);\n",
    replace: "  void [assertOwnSchema, migrationNames];\n",
    test: schema,
    name: "that no migration makes",
  },
  {
    id: "restore-of-nothing-beside",
    promise: "What lies beside a backup gets into no store.",
    file: "src/upkeep/backup_file.ts",
    find: "    for (const path of new Set([file, realpathSync(file)])) assertNothingBeside(path);\n",
    replace: "    void [realpathSync, assertNothingBeside];\n",
    test: schema,
    name: "a file beside a backup",
  },
  {
    id: "restore-of-a-regular-file",
    promise: "A restore waits for no pipe and reads no device.",
    file: "src/upkeep/backup_file.ts",
    find: "if (fstatSync(handle).isFile()) return handle;",
    replace: "if (fstatSync(handle).size >= 0) return handle;",
    test: schema,
    name: "no regular file",
  },
  {
    id: "move-to-our-schema-alone",
    promise:
      "A store moves to no database with a table, column, default, check, index, view or type that no migration makes.",
    file: "src/upkeep/move_ends.ts",
    find: "  await assertOwnPostgres(target);\n",
    replace: "  void assertOwnPostgres;\n",
    test: postgres,
    name: "no target",
  },
  {
    id: "move-to-where-nothing-acts",
    promise:
      "A store moves to no database with a trigger, rule, policy, function or operator in its schema, or an event trigger.",
    file: "src/upkeep/own_postgres_store.ts",
    find: "  if (first !== undefined) throw foreign(first);\n",
    replace: "  void first;\n",
    test: postgres,
    name: "no target",
  },
  {
    id: "move-ends-where-nothing-acts",
    promise: "A trigger that comes to the database while rows go over ends the move.",
    file: "src/upkeep/move.ts",
    find: "    await assertNothingActs(trx);\n",
    replace: "    void assertNothingActs;\n",
    test: postgres,
    name: "while rows go over",
  },
  {
    id: "move-counts-once-more",
    promise: "A move is recorded only if the record brought one row of the trail and none anywhere else.",
    file: "src/upkeep/move.ts",
    find: "      if (found[name] === expected) continue;\n",
    replace: "      if (found[name] !== expected || expected >= 0) continue;\n",
    test: postgres,
    name: "counted once more",
  },
];
