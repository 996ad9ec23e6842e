// A process that migrates and is killed with SIGKILL before its nth statement: `up` or `down`, N, and where the store is.
import { connectDatabase, type StoreLocation } from "../../src/db/connect.ts";
import { migrationLimits } from "../../src/db/dialects.ts";
import { migrateDown, migrateUp } from "../../src/db/migrate.ts";
import { beforeStatements } from "../support/dying_connection.ts";

const [direction, nth, location = ""] = process.argv.slice(2);
const db = connectDatabase(JSON.parse(location) as StoreLocation, migrationLimits);
beforeStatements(db, (count) => {
  if (count === Number(nth)) process.kill(process.pid, "SIGKILL");
});
await (direction === "down" ? migrateDown(db) : migrateUp(db));
await db.destroy();
