// Owns proving a second factor that is typed: a code of the authenticator app, or a recovery code. Counted, judged, then used
// up in one transaction with the half-done sign-in it completes: of parallel tries one wins, and of a lost race nothing is
// used.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { InstallationPart } from "../../installation.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { one } from "../../observability/metric_table.ts";
import { tell } from "../../observability/recorder.ts";
import { getAccount } from "../accounts/account_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { countFactorTry, type FactorTrier, type TypedFactor } from "./factor_attempts.ts";
import type { FactorSeals } from "./factor_seals.ts";
import { useRecoveryCode } from "./recovery_code_store.ts";
import { stepOfCode } from "./totp.ts";
import { findTotp, resealTotp, useTotpStep } from "./totp_store.ts";

/** What proving needs. */
export type FactorDeps = InstallationPart<"db" | "clock" | "log" | "issuer"> & { seals: FactorSeals };

/**
 * Proves a factor by what was typed.
 * @param proof.browserName the browser as `browserFamily` names it: who used a recovery code up is told by mail
 * @param then what it is proven for, in the same transaction; what it throws takes the use back
 * @returns what `then` answered
 * @throws OperationError too_many_attempts, factor_code_wrong, factor_code_used, factor_unreadable, and what `then` throws
 */
export async function proveFactor<Result>(
  deps: FactorDeps,
  kind: TypedFactor,
  { typed, browserName, ...trier }: FactorTrier & { typed: string; browserName?: string | undefined },
  then: (trx: Database, now: Date) => Promise<Result>,
): Promise<Result> {
  const { accountId } = trier;
  const refund = await countFactorTry(deps, kind, trier);
  const use =
    kind === "totp" ? await codeOf(deps, accountId, typed) : recoveryCodeOf(accountId, typed, browserName);
  const result = await deps.db.transaction(async (trx) => {
    const now = deps.clock();
    await use(trx, now);
    return then(trx, now);
  });
  tell(deps.db, one("tti_second_steps_total", { outcome: "succeeded", method: kind }));
  await refund();
  return result;
}

type Use = (trx: Database, now: Date) => Promise<void>;

async function codeOf({ db, clock, seals, log }: FactorDeps, accountId: string, typed: string): Promise<Use> {
  const totp = await findTotp(db, accountId);
  if (totp === undefined) throw wrong();
  const { sealedSecret } = totp;
  const secret = seals.open("kept", accountId, sealedSecret);
  if (secret === undefined) {
    log.error(
      { accountId },
      "the secret of an authenticator app was sealed with a secret that TTI_SECRETS does not hold",
    );
    throw new OperationError("factor_unreadable", "The authenticator app's secret cannot be read.");
  }
  const step = stepOfCode(secret, typed, clock().getTime());
  if (step === undefined) throw wrong();
  return async (trx, now) => {
    if (!(await useTotpStep(trx, { accountId, sealedSecret, step }, now))) {
      throw new OperationError("factor_code_used", "This code was used already.");
    }
    if (seals.isOld("kept", accountId, sealedSecret)) {
      await resealTotp(trx, accountId, sealedSecret, seals.seal("kept", accountId, secret));
    }
  };
}

const recoveryCodeOf =
  (accountId: string, typed: string, browser: string | undefined): Use =>
  async (trx, now) => {
    const { used, left } = await useRecoveryCode(trx, accountId, typed);
    if (!used) throw wrong();
    const event = {
      type: "factor.recovery_used",
      actor: `account:${accountId}`,
      accountId,
      details: { left },
    } as const;
    await createAuditEventInTenants(trx, event, await listTenantIdsOfAccount(trx, accountId), now);
    const { email } = await getAccount(trx, accountId);
    if (email === null) return;
    const mail = { kind: "recovery_code_used", recipient: email, accountId } as const;
    const told = { left: String(left), ...(browser === undefined ? {} : { browser }) };
    await createMail(trx, { ...mail, details: told }, now);
  };

function wrong(): OperationError {
  return new OperationError("factor_code_wrong", "This code is not right.");
}
