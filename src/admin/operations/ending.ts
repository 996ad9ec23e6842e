// Owns how an act that ends something is done, or only tried: in one transaction, which a trial takes back, so that
// what it counts is what would have ended.
import type { Database } from "../../db/connect.ts";

class TriedOnly extends Error {
  override readonly name = "TriedOnly";
}

/**
 * Runs an act in a transaction of its own.
 * @param dryRun take everything back, and answer what would have been
 */
export async function runEnding<Result>(
  db: Database,
  dryRun: boolean | undefined,
  act: (trx: Database) => Promise<Result>,
): Promise<Result> {
  let result: { of: Result } | undefined;
  try {
    return await db.transaction(async (trx) => {
      result = { of: await act(trx) };
      if (dryRun === true) throw new TriedOnly();
      return result.of;
    });
  } catch (error) {
    if (error instanceof TriedOnly && result !== undefined) return result.of;
    throw error;
  }
}
