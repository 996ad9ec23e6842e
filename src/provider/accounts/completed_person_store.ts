// Owns reading for whom a sign-in is complete, in one statement: their address, the language they chose, and whether they have
// signed in before, at all and from there.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { OperationError } from "../../errors.ts";

/** A person whose sign-in is complete. */
export interface CompletedPerson {
  id: string;
  email: string | null;
  /** The language they chose last, as it is kept; null: none. */
  language: string | null;
  hasSignedIn: boolean;
  /** Whether the browser, or the address, has been seen at a sign-in of theirs. */
  isKnownHere: boolean;
}

/**
 * Reads a person.
 * @param marks of the browser and the address, as new_device.ts makes them
 * @throws OperationError account_not_found
 */
export async function getCompletedPerson(
  db: Database,
  accountId: string,
  marks: { address: string; browser: string | undefined },
  now: Date,
): Promise<CompletedPerson> {
  const [row] = await runStatement<{
    email: string | null;
    language: string | null;
    first_signed_in_at_ms: number | null;
    known: number;
  }>(
    db,
    "completed_person",
    `select email, language, first_signed_in_at_ms, case when exists
       (select 1 from sign_in_attempts where key_hash in (?, ?) and until_ms > ?) then 1 else 0 end as known
     from accounts where id = ?`,
    [marks.address, marks.browser ?? null, now.getTime(), accountId],
  );
  if (row === undefined)
    throw new OperationError("account_not_found", "No account has this id.", { field: "user" });
  const { email, language } = row;
  const hasSignedIn = row.first_signed_in_at_ms !== null;
  return { id: accountId, email, language, hasSignedIn, isKnownHere: row.known === 1 };
}
