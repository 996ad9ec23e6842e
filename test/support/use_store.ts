// Owns a store for all tests of a file or a suite: there before the first, gone after the last.
import { after, before } from "node:test";
import { openTestDatabase, type StoreKind, type TestDatabase } from "./databases.ts";
import { standIn } from "./stand_in.ts";

/**
 * Gives the tests that follow, at this level and below, a migrated store of their own.
 * @param furnish what stands in it before the first test
 * @returns the store; not to be asked before the first test or hook
 */
export function useStore(kind: StoreKind, furnish?: () => Promise<void>): TestDatabase {
  let store: TestDatabase | undefined;
  before(async () => {
    store = await openTestDatabase(kind);
    await furnish?.();
  });
  after(() => store?.close());
  return standIn("the store", () => store);
}
