// Owns what a refused sign-in on our own page leaves behind: a counted event that an operator finds by account, by
// name and by address, and a line of the log that names the same.
//
// How much anybody can write by it is bounded: attempts that were let through are as many as the rates of sign-in
// admit, and those turned away for being too many are one row a minute for each address, whatever names they tried.
import { countAuditEvent } from "../../audit/audit_store.ts";
import type { LoginNames } from "../../audit/login_names.ts";
import type { OperationError } from "../../errors.ts";
import type { InstallationPart } from "../../installation.ts";
import { findAccountByLogin } from "../accounts/account_store.ts";
import type { provenBy } from "../sessions/voucher.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { recordAttack } from "./attack_record.ts";

/**
 * Records a refused sign-in, and the attack it may be part of.
 * @param attempt the name that was typed, the application, the browser's address
 */
export async function recordSignInRefusal(
  { db, clock, log, loginNames }: InstallationPart<"db" | "clock" | "log"> & { loginNames: LoginNames },
  attempt: { login: string; clientId: string; clientAddress: string },
  error: OperationError,
): Promise<void> {
  await recordRefused({ db, clock, log, loginNames }, attempt, error);
  await recordAttack({ db, clock, loginNames }, attempt);
}

/**
 * Records that somebody who proved who they are does not come into the organization they want to enter.
 * @param refused.tenantId of the person's own; absent: it is none of theirs
 */
export async function recordTenantRefusal(
  { db, clock, log }: InstallationPart<"db" | "clock" | "log">,
  {
    error: { code: reason },
    by,
    ...who
  }: {
    error: OperationError;
    by: ReturnType<typeof provenBy> | undefined;
    accountId: string | undefined;
    clientId: string;
    tenantId?: string;
  },
): Promise<void> {
  const { accountId, clientId, tenantId } = who;
  const details = { by: by ?? "password", reason };
  const event = { type: "sign_in.refused", actor: "nobody", accountId, clientId, tenantId, details } as const;
  await countAuditEvent(db, event, clock());
  log.info({ reason, accountId, clientId, tenantId }, "sign-in refused");
}

type Attempt = Parameters<typeof recordAttack>[1];

async function recordRefused(
  { db, clock, log, loginNames }: InstallationPart<"db" | "clock" | "log"> & { loginNames: LoginNames },
  { clientId, login, clientAddress }: Attempt,
  error: OperationError,
): Promise<void> {
  const reason = error.code;
  const details = { by: "password", reason };
  const base = { type: "sign_in.refused", actor: "nobody", clientId, details } as const;
  const now = clock();
  if (reason === "too_many_attempts") {
    await countAuditEvent(db, base, now);
    log.info({ reason, clientId, address: clientAddress }, "sign-in refused");
    return;
  }
  const loginHash = loginNames.hash(login);
  // Asked for every name alike, so that the time it takes tells nobody which names exist.
  const account = await findAccountByLogin(db, login);
  const tenantIds = await listTenantIdsOfAccount(db, account?.id ?? "");
  const named = account === undefined ? base : { ...base, accountId: account.id };
  await db.transaction(async (trx) => {
    for (const tenantId of tenantIds.length === 0 ? [undefined] : tenantIds) {
      await countAuditEvent(trx, { ...named, tenantId }, now, loginHash);
    }
  });
  const who = account === undefined ? { loginHash } : { accountId: account.id };
  log.info({ reason, ...who, clientId, address: clientAddress }, "sign-in refused");
}
