// Owns telling of an attack while it goes on: that an account, or a network, has used up its rate of attempts stands in the
// audit trail, with how many were refused, once in ten minutes for each. Who only has a bad memory stays below these rates.
//
// How much anybody can write by it is bounded by the rates themselves: a name that nobody has takes as many attempts.
import { createHash } from "node:crypto";
import { countRefusedSignIns } from "../../audit/attacks_store.ts";
import { countAuditEvent } from "../../audit/audit_store.ts";
import type { LoginNames } from "../../audit/login_names.ts";
import type { Database } from "../../db/connect.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import type { InstallationPart } from "../../installation.ts";
import { attackToldForMs } from "../../observability/throttle_kinds.ts";
import { findAccountByLogin } from "../accounts/account_store.ts";
import { attemptKeysOf, type RatedKey } from "../accounts/attempt_rates.ts";
import { findExceeded, makeMark } from "../accounts/sign_in_attempt_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";

/**
 * Records an attack, if the refused attempt is part of one that was not told of yet. Of any number of instances one tells.
 * @param attempt the name that was typed, the application, the browser's address
 */
export async function recordAttack(
  { db, clock, loginNames }: InstallationPart<"db" | "clock"> & { loginNames: LoginNames },
  { login, clientId, clientAddress }: { login: string; clientId: string; clientAddress: string },
): Promise<void> {
  const now = clock();
  const { account, address } = attemptKeysOf(loginKeyOf(login), { clientAddress });
  const exceeded = await findExceeded(db, [account, address], now);
  const sinceMs = now.getTime() - attackToldForMs;
  const base = { type: "sign_in.attacked", actor: "nobody", clientId } as const;
  if (exceeded.has(address)) {
    await db.transaction(async (trx) => {
      if (!(await isNews(trx, address, now))) return;
      const attempts = await countRefusedSignIns(trx, sinceMs, { address: clientAddress });
      await countAuditEvent(trx, { ...base, details: { of: "network", attempts } }, now);
    });
  }
  if (exceeded.has(account)) {
    await db.transaction(async (trx) => {
      if (!(await isNews(trx, account, now))) return;
      const loginHash = loginNames.hash(login);
      const found = await findAccountByLogin(trx, login);
      const tenantIds = await listTenantIdsOfAccount(trx, found?.id ?? "");
      const attempts = await countRefusedSignIns(trx, sinceMs, { loginHash });
      const named = found === undefined ? base : { ...base, accountId: found.id };
      for (const tenantId of tenantIds.length === 0 ? [undefined] : tenantIds)
        await countAuditEvent(
          trx,
          { ...named, tenantId, details: { of: "account", attempts } },
          now,
          loginHash,
        );
    });
  }
}

function isNews(trx: Database, { keyHash }: RatedKey, now: Date): Promise<boolean> {
  const mark = createHash("sha256")
    .update(JSON.stringify(["attack told", keyHash]))
    .digest("base64url");
  const nowMs = now.getTime();
  return makeMark(trx, mark, { nowMs, untilMs: nowMs + attackToldForMs });
}
