// The defences of the store as a whole: what a restore lets in again, whose backup it is, and that a moved store serves nobody.
import type { Defence } from "./defence.ts";

const afterRestore = "test/upkeep/after_restore.test.ts";
const restore = "test/upkeep/restore.test.ts";
const move = "test/upkeep/move.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "restore-ends-what-was-given-out",
    promise:
      "After a restore no session, code, token or link of the backup opens anything, unless the operator keeps them.",
    file: "src/upkeep/after_restore.ts",
    find: "keep ? undefined : await endEverything(trx, now)",
    replace: "keep || trx ? undefined : await endEverything(trx, now)",
    test: restore,
    name: "has ended",
  },
  {
    id: "restore-begins-generations",
    promise: "What an instance that still runs writes during a restore counts for nothing.",
    file: "src/provider/sessions/end_all_store.ts",
    find: "  await beginGenerations(trx, now);\n",
    replace: "  void beginGenerations;\n",
    test: afterRestore,
    name: "all that had been given out ends",
  },
  {
    id: "restore-keeps-used-assertions",
    promise: "An assertion that a backup knows as used stays used after its restore.",
    file: "src/provider/sessions/end_all_store.ts",
    find: '.whereNot("model", "ReplayDetection")',
    replace: "",
    test: afterRestore,
    name: "all that had been given out ends",
  },
  {
    id: "restore-of-this-installation",
    promise: "A backup of an installation with another issuer or another client at AWS is not restored.",
    file: "src/upkeep/restore.ts",
    find: "  assertSameInstallation(note, order.installation);\n",
    replace: "  void assertSameInstallation;\n",
    test: restore,
    name: "may not be restored",
  },
  {
    id: "restore-with-keys-that-open",
    promise: "A backup whose signing keys nobody can open takes no store's place.",
    file: "src/upkeep/restore.ts",
    find: "  assertKeysOpen(holds);\n",
    replace: "  void assertKeysOpen;\n",
    test: restore,
    name: "may not be restored",
  },
  {
    id: "store-to-oneself",
    promise: "An embedded store that a process has open is neither replaced nor moved.",
    file: "src/upkeep/embedded_files.ts",
    find: '    await db.raw("pragma journal_mode = delete");\n    await db.raw("pragma locking_mode = exclusive");\n',
    replace: "",
    test: restore,
    name: "nor while somebody has it open",
  },
  {
    id: "no-password-in-told-commands",
    promise: "The commands that operators are told for PostgreSQL hold no password.",
    file: "src/upkeep/postgres_programs.ts",
    find: '  url.password = "";\n',
    replace: "",
    test: "test/upkeep/backup.test.ts",
    name: "without the password",
  },
  {
    id: "a-moved-store-serves-nobody",
    promise: "No instance starts on a store that was moved, or to which another is only half moved.",
    file: "src/provider/assembly/start_checks.ts",
    find: "  await assertStays(db);\n",
    replace: "  void assertStays;\n",
    test: move,
    name: "killed after each step",
  },
  {
    id: "a-moved-store-is-not-administered",
    promise: "No command writes into a store that was moved: it would be lost.",
    file: "src/cli/administration.ts",
    find: "    await assertStays(db);\n",
    replace: "    void assertStays;\n",
    test: move,
    name: "at the terminal",
  },
  {
    id: "an-undone-move-serves-nobody",
    promise: "A database whose move was undone serves nobody and is administered by nobody.",
    file: "src/upkeep/move_undo.ts",
    find: '    await saveMark(target, "arriving", { ...rest, undoneAtMs: now.getTime() }, now);\n',
    replace: "    void rest;\n",
    test: move,
    name: "that is undone closes the database",
  },
  {
    id: "a-move-is-compared",
    promise: "A store serves after a move only if each table has the same rows, to the byte, at both ends.",
    file: "src/upkeep/move.ts",
    find: "if (here.rows === there.rows && here.sum === there.sum) continue;",
    replace: "if (here.rows >= 0 && there.rows >= 0) continue;",
    test: move,
    name: "something else",
  },
];
