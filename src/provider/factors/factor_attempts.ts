// Owns how often a second factor may be tried, and what a wrong try leaves behind. It is counted by the account, and only
// after the first half was proven: whoever does not know the password uses nothing of it up.
import { createHash } from "node:crypto";
import { countAuditEvent } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import type { InstallationPart, StoreAndClock } from "../../installation.ts";
import type { RatedKey } from "../accounts/attempt_rates.ts";
import { countAttempt, uncountAttempt } from "../accounts/sign_in_attempt_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";

/** What is typed as a second factor. */
export type TypedFactor = "totp" | "recovery_code";

/**
 * How often each kind may be tried. Of a million codes three are right at a time: whoever has the password is right within
 * a day by chance once in a thousand, and each wrong try stands in the audit trail.
 */
export const factorRates = {
  totp: { burst: 5, intervalMs: 300_000 },
  recovery_code: { burst: 5, intervalMs: 300_000 },
} as const;

/**
 * Counts one try, before it is looked at.
 * @returns takes it back, for a try that was right
 * @throws OperationError too_many_attempts
 */
export async function countFactorTry(
  { db, clock }: StoreAndClock,
  kind: TypedFactor,
  accountId: string,
): Promise<() => Promise<void>> {
  const key = keyOf(kind, accountId);
  const { waitMs } = await countAttempt(db, key, clock());
  if (waitMs === undefined) return () => uncountAttempt(db, key);
  const seconds = Math.ceil(waitMs / 1000);
  throw new OperationError("too_many_attempts", "Too many codes were tried.", {
    fix: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then try again.`,
    retryAfterSeconds: seconds,
  });
}

/** Records a try that was refused, in the trail of each tenant of the person. */
export async function recordFactorRefusal(
  { db, clock, log }: InstallationPart<"db" | "clock" | "log">,
  kind: TypedFactor,
  {
    accountId,
    clientId,
    clientAddress,
  }: { accountId: string; clientId: string | undefined; clientAddress: string },
  reason: string,
): Promise<void> {
  const now = clock();
  const event = { type: "sign_in.refused", actor: "nobody", accountId, clientId } as const;
  const tenantIds = await listTenantIdsOfAccount(db, accountId);
  await db.transaction(async (trx) => {
    for (const tenantId of tenantIds.length === 0 ? [undefined] : tenantIds) {
      await countAuditEvent(trx, { ...event, tenantId, details: { by: kind, reason } }, now);
    }
  });
  log.info({ reason, accountId, clientId, address: clientAddress }, "second factor refused");
}

function keyOf(kind: TypedFactor, accountId: string): RatedKey {
  const keyHash = createHash("sha256")
    .update(JSON.stringify(["second factor", kind, accountId]))
    .digest("base64url");
  return { kind: "factor", keyHash, rate: factorRates[kind] };
}
