// The defences against stores that somebody prepared: a backup or a database that holds more than rows.
import type { Defence } from "./defence.ts";

const schema = "test/upkeep/own_schema.test.ts";

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
];
