// Owns reading who signs in, once they have proven to be it, in one statement: what they can use as a second factor, their address,
// the language they chose, and whether they have signed in before, at all and from there.
import { runStatement } from "../../db/statement.ts";
import { OperationError } from "../../errors.ts";
import type { StoreAndClock } from "../../installation.ts";
import { type DeviceOrigin, deviceMarksOf, type PersonHere } from "../accounts/new_device.ts";
import { type FactorRow, factorColumns, factorsOf } from "./second_factor_store.ts";
import type { SecondFactors } from "./second_factors.ts";

/** Who signs in. */
export interface SigningPerson extends PersonHere {
  /** The language they chose last, as it is kept; null: none. */
  language: string | null;
  factors: SecondFactors;
}

interface PersonRow extends FactorRow {
  email: string | null;
  language: string | null;
  first_signed_in_at_ms: number | null;
  known: number;
}

/**
 * Reads a person.
 * @param origin from where they sign in
 * @throws OperationError account_not_found
 */
export async function getSigningPerson(
  { db, clock }: StoreAndClock,
  accountId: string,
  origin: DeviceOrigin,
): Promise<SigningPerson> {
  const { address, browser = null } = deviceMarksOf(accountId, origin);
  const [row] = await runStatement<PersonRow>(
    db,
    "signing_person",
    `select email, language, first_signed_in_at_ms, case when exists
       (select 1 from sign_in_attempts where key_hash in (?, ?) and until_ms > ?) then 1 else 0 end as known,
       ${factorColumns("accounts.id")}
     from accounts where id = ?`,
    [address, browser, clock().getTime(), accountId],
  );
  if (row === undefined)
    throw new OperationError("account_not_found", "No account has this id.", { field: "user" });
  const { email, language, first_signed_in_at_ms: firstMs, known } = row;
  const here = { id: accountId, email, hasSignedIn: firstMs !== null, isKnownHere: known === 1 };
  return { ...here, language, factors: factorsOf(row) };
}
