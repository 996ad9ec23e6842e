// Owns reading what a person can use as a second factor, of every kind, in one statement, and what their organizations require.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { type RequiredFactor, readRequiredFactor } from "../../login_levels.ts";
import type { SecondFactors } from "./second_factors.ts";

/** Lists what a person can use, in one statement. */
export async function listSecondFactors(db: Database, accountId: string): Promise<SecondFactors> {
  const [row] = await runStatement<FactorRow>(
    db,
    "second_factors_list_2",
    `select ${factorColumns("asked.id")} from (select cast(? as text) as id) asked`,
    [accountId],
  );
  return factorsOf(row ?? { totp: 0, passkeys: 0, copied: 0, codes: 0 });
}

/** The columns of a {@link FactorRow}. @param accountId a column of the statement they are part of */
export const factorColumns = (
  accountId: string,
): string => `(select count(*) from totp_factors where account_id = ${accountId}) as totp,
  (select count(*) from passkeys where account_id = ${accountId} and cloned_at_ms is null) as passkeys,
  (select count(*) from passkeys where account_id = ${accountId} and cloned_at_ms is not null) as copied,
  (select count(*) from recovery_codes where account_id = ${accountId}) as codes`;

/** What a person can use, as it is read. */
export interface FactorRow {
  totp: number;
  passkeys: number;
  copied: number;
  codes: number;
}

/** What a person can use, of its row. */
export function factorsOf({ totp, passkeys, copied, codes }: FactorRow): SecondFactors {
  return { totp: totp > 0, passkeys: Number(passkeys), copied: Number(copied), recoveryCodes: codes };
}

/**
 * Finds since when a person has the oldest of their second factors.
 * @returns epoch milliseconds; undefined: they have none
 */
export async function findFactorSince(db: Database, accountId: string): Promise<number | undefined> {
  const [row] = await runStatement<{ since_ms: number | null }>(
    db,
    "second_factor_since",
    `select min(created_at_ms) as since_ms from (
       select created_at_ms from totp_factors where account_id = ?
       union all select created_at_ms from passkeys where account_id = ? and cloned_at_ms is null) factors`,
    [accountId, accountId],
  );
  return row?.since_ms ?? undefined;
}

/** Lists what the enabled organizations of a person require of those who sign in here. */
export async function listRequirements(db: Database, accountId: string): Promise<RequiredFactor[]> {
  const rows = await runStatement<{ required_factor: string }>(
    db,
    "factor_requirements_list",
    `select distinct tenants.required_factor from memberships
       join tenants on tenants.id = memberships.tenant_id
     where memberships.account_id = ? and tenants.disabled_at_ms is null and tenants.login_method <> 'handoff'`,
    [accountId],
  );
  return rows.map((row) => readRequiredFactor(row.required_factor));
}

/**
 * Removes every second factor of a person, and the codes that stand in for one.
 * @param trx a transaction that holds the account
 * @returns how many there were of each
 */
export async function deleteSecondFactors(
  trx: Database,
  accountId: string,
): Promise<{ apps: number; passkeys: number; recoveryCodes: number }> {
  const apps: number = await trx("totp_factors").where("account_id", accountId).delete();
  const passkeys: number = await trx("passkeys").where("account_id", accountId).delete();
  const recoveryCodes: number = await trx("recovery_codes").where("account_id", accountId).delete();
  return { apps, passkeys, recoveryCodes };
}
