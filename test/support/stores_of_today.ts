// Owns on which stores a suite runs today: on SQLite each day, on PostgreSQL each second day and at night. For suites whose
// subject is not the store: what reads and writes, what must hold of races, keys, endings and security runs on both each day.
import { basename } from "node:path";
import { type StoreKind, storeKinds } from "./databases.ts";
import { notToday } from "./share_of_day.ts";

/**
 * The stores to run a suite on.
 * @param suite its `import.meta.url`: by its name suites take different days, so that each day has as many on PostgreSQL
 */
export function storesOfToday(suite: string): readonly StoreKind[] {
  const place = [...basename(suite)].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return notToday(place, 2) === false ? storeKinds : ["sqlite"];
}
