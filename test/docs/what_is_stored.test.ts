// docs/what-is-stored.md names every table of the store, and no other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { storedTables } from "../../scripts/stored_page.ts";
import { openTestDatabase } from "../support/databases.ts";

test("every table of a migrated store stands on the page that says what is stored", async () => {
  const store = await openTestDatabase("sqlite");
  try {
    const rows = (await store.db.raw(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
    )) as { name: string }[];
    const tables = rows.map(({ name }) => name).filter((name) => !name.includes("migrations"));
    assert.deepEqual(tables.toSorted(), Object.keys(storedTables).toSorted());
  } finally {
    await store.close();
  }
});
