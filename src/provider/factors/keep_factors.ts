// Owns what a person does with second factors they have: the authenticator app's end, new recovery codes; and that nobody removes
// what an organization of theirs requires. None of it ends a sign-in: what was proven was proven.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { levelRequired, reaches } from "../../login_levels.ts";
import { createMail } from "../../mail/outbox_store.ts";
import type { FactorThing } from "../../views/mail_facts.ts";
import type { Account } from "../accounts/account_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { deleteRecoveryCodes, replaceRecoveryCodes } from "./recovery_code_store.ts";
import { listRequirements, listSecondFactors } from "./second_factor_store.ts";
import { hasSecondFactor, levelWithin, type SecondFactors } from "./second_factors.ts";
import { deleteTotp } from "./totp_store.ts";

/** The person who acts, and in which browser, as `browserFamily` names it. */
export interface FactorAct {
  account: Pick<Account, "id" | "email">;
  browser?: string | undefined;
}

/**
 * Removes the authenticator app, and the recovery codes where they stand in for nothing any more.
 * @param trx a transaction that holds the account
 * @param options.another another app comes in its place in the same transaction, so nothing is lacking
 * @returns whether there was one
 * @throws OperationError factor_needed
 */
export async function removeTotp(
  trx: Database,
  act: FactorAct,
  now: Date,
  options: { another?: boolean } = {},
): Promise<boolean> {
  const accountId = act.account.id;
  const before = await listSecondFactors(trx, accountId);
  if (!(await deleteTotp(trx, accountId))) return false;
  if (options.another !== true) {
    const needed = "An organization of the person requires a second factor, and this is the last.";
    await settleRemoval(trx, accountId, before, new OperationError("factor_needed", needed));
  }
  const event = { type: "factor.removed", ...partiesOf(act), details: { factor: "totp" } } as const;
  await createAuditEventInTenants(trx, event, await listTenantIdsOfAccount(trx, accountId), now);
  await tell(trx, "factor_removed", "authenticator app", act, now);
  return true;
}

/**
 * Makes sure that what a person removed is not what an organization of theirs requires, and that with the last factor the
 * recovery codes go.
 * @param trx the transaction that removed it, which holds the account
 * @param before what they could use until then
 * @param refusal thrown where it is required
 */
export async function settleRemoval(
  trx: Database,
  accountId: string,
  before: SecondFactors,
  refusal: OperationError,
): Promise<void> {
  const after = await listSecondFactors(trx, accountId);
  const [had, has] = [levelWithin(before), levelWithin(after)];
  const levels = (await listRequirements(trx, accountId)).map((required) => levelRequired[required]);
  if (levels.some((level) => reaches(had, level) && !reaches(has, level))) throw refusal;
  if (!hasSecondFactor(after)) await deleteRecoveryCodes(trx, accountId);
}

/**
 * Makes new recovery codes; those there were count no more.
 * @param trx a transaction that holds the account
 * @returns them, as they are shown: they are kept nowhere. Undefined: there is no factor that they could stand in for
 */
export async function renewRecoveryCodes(
  trx: Database,
  act: FactorAct,
  now: Date,
): Promise<string[] | undefined> {
  const accountId = act.account.id;
  if (!hasSecondFactor(await listSecondFactors(trx, accountId))) return undefined;
  const codes = await replaceRecoveryCodes(trx, accountId, now);
  const event = { type: "factor.codes_renewed", ...partiesOf(act) } as const;
  await createAuditEventInTenants(trx, event, await listTenantIdsOfAccount(trx, accountId), now);
  await tell(trx, "factor_added", "recovery codes", act, now);
  return codes;
}

const partiesOf = ({ account: { id } }: FactorAct) => ({ actor: `account:${id}`, accountId: id });

async function tell(
  trx: Database,
  kind: "factor_added" | "factor_removed",
  what: FactorThing,
  { account: { id: accountId, email }, browser }: FactorAct,
  now: Date,
): Promise<void> {
  if (email === null) return;
  const details = { what, by: "person", ...(browser === undefined ? {} : { browser }) };
  await createMail(trx, { kind, recipient: email, accountId, details }, now);
}
