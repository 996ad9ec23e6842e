// The commands `tti store …`.
import { systemClock } from "../../clock.ts";
import { type Config, readConfig } from "../../config.ts";
import { connectDatabase, type Database, storeLocationOf } from "../../db/connect.ts";
import { migrationLimits } from "../../db/dialects.ts";
import { assertStays } from "../../db/store_mark_store.ts";
import { keyPolicyOf } from "../../provider/keys/policy.ts";
import { afterRestore, servingInstances } from "../../upkeep/after_restore.ts";
import { assertStoreIsThere } from "../../upkeep/embedded_files.ts";
import { readTrailSince } from "../../upkeep/trail_since.ts";
import { assertMigrated, operatingSystemUser } from "../administration.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { formatFields } from "../terminal.ts";
import { endedFields, sinceLines } from "../undone_text.ts";
import { storeMoveCommands } from "./store_move.ts";

// Ending what everybody holds takes longer than a request may.
async function withStore<T>(work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig();
  assertStoreIsThere(config);
  const db = connectDatabase(storeLocationOf(config), migrationLimits);
  try {
    await assertMigrated(db);
    await assertStays(db);
    return await work(db, config);
  } finally {
    await db.destroy();
  }
}

const after = defineCommand({
  name: "store after-restore",
  summary: "end what had been given out, in a store that was restored",
  help: `Usage: tti store after-restore --yes [--trail FILE] [--keep-sessions] [--json]

For a store that was restored by other means than \`tti restore\`: by pg_restore, by a snapshot
of its disk, to a point in time. Run it before the first instance starts.

Such a store is an earlier one: codes and links that were used count again, sessions that ended
stand. So everything that had been given out ends, for everybody: sessions, grants, codes,
tokens, agreements, one-time links, mails that wait. People sign in anew and agree anew. An
event says so. Whoever was removed since is back; the exported trail says who.

  --yes              you mean it
  --trail FILE       what \`tti audit export\` wrote since: the command lists what to do again
  --keep-sessions    nothing ends: only where nobody was served since the copy was made
  --json             print one JSON document

Example:
  $ tti store after-restore --trail audit.jsonl --yes`,
  options: { yes: { type: "boolean" }, trail: { type: "string" }, "keep-sessions": { type: "boolean" } },
  run: ({ values, terminal }) => {
    if (values.yes !== true) {
      throw new UsageError(
        "this signs everybody out and ends every token and link",
        "Add --yes if you mean it: tti store after-restore --yes",
      );
    }
    return withStore(async (db, config) => {
      const serving = await servingInstances(db, keyPolicyOf(config), systemClock());
      if (serving > 0) {
        terminal.say(
          `${serving} instances seem to serve from this store. Stop them, or they go on with what they hold in memory.`,
        );
      }
      const since = values.trail === undefined ? undefined : await readTrailSince(db, values.trail);
      const order = { actor: `cli:${operatingSystemUser()}`, keep: values["keep-sessions"] === true };
      const report = await afterRestore(db, order, systemClock());
      terminal.result(
        { ...report, ...(since === undefined ? {} : { since }) },
        [formatFields(endedFields(report)), ...sinceLines(since)].join("\n"),
      );
      return 0;
    });
  },
});

export const storeCommands: readonly Command[] = [after, ...storeMoveCommands];
