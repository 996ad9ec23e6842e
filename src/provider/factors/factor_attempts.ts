// Owns how often a second factor may be tried, and what a wrong try leaves behind. It is counted by the account, and only
// after the first half was proven: whoever does not know the password uses nothing of it up. Whoever knows it uses up what
// browsers share in which nobody proved a second factor of the account; one in which somebody did has an allowance of its own.
import { createHash } from "node:crypto";
import { countAuditEvent } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { InstallationPart, StoreAndClock } from "../../installation.ts";
import { knownForMs, type RatedKey } from "../accounts/attempt_rates.ts";
import { countAttempt, findKnown, saveKnown, uncountAttempt } from "../accounts/sign_in_attempt_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";

/** What is typed as a second factor. */
export type TypedFactor = "totp" | "recovery_code";

/** Who types, and where. */
export interface FactorTrier {
  accountId: string;
  /** The random key of the browser; undefined: it has none. */
  browser: string | undefined;
}

/**
 * How often each kind may be tried. Of a million codes three are right at a time: whoever has the password is right within
 * a day by chance once in a thousand, and each wrong try stands in the audit trail.
 */
export const factorRates = {
  totp: { burst: 5, intervalMs: 300_000 },
  recovery_code: { burst: 5, intervalMs: 300_000 },
  set_up: { burst: 5, intervalMs: 300_000 },
} as const;

/**
 * Counts one try, before it is looked at.
 * @param kind `set_up`: a code of an app that is being set up. Whoever guesses it knows its secret, so that each browser is by itself
 * @returns takes it back, for a try that was right
 * @throws OperationError too_many_attempts
 */
export async function countFactorTry(
  { db, clock }: StoreAndClock,
  kind: TypedFactor | "set_up",
  trier: FactorTrier,
): Promise<() => Promise<void>> {
  const isOwn = kind === "set_up" || (await isKnown(db, trier, clock()));
  const key = keyOf(kind, { ...trier, browser: isOwn ? trier.browser : undefined });
  const { waitMs } = await countAttempt(db, key, clock());
  if (waitMs === undefined) return () => uncountAttempt(db, key);
  const seconds = Math.ceil(waitMs / 1000);
  throw new OperationError("too_many_attempts", "Too many codes were tried.", {
    fix: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then try again.`,
    retryAfterSeconds: seconds,
  });
}

/** Remembers that a second factor of an account was proven in a browser: as long as a browser counts as known. */
export async function rememberFactorBrowser(db: Database, trier: FactorTrier, now: Date): Promise<void> {
  const mark = markOf(trier);
  if (mark !== undefined) await saveKnown(db, mark, now.getTime() + knownForMs);
}

async function isKnown(db: Database, trier: FactorTrier, now: Date): Promise<boolean> {
  const mark = markOf(trier);
  return mark !== undefined && (await findKnown(db, [mark], now)).has(mark);
}

// Not the mark of a browser in which the password was right (accounts/sign_in.ts), nor that of a sign-in (accounts/new_device.ts):
// who stole the password has those.
const markOf = ({ accountId, browser }: FactorTrier): string | undefined =>
  browser === undefined ? undefined : hashOf("browser of a second factor", accountId, browser);

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

function keyOf(kind: TypedFactor | "set_up", { accountId, browser }: FactorTrier): RatedKey {
  const where = browser === undefined ? [] : [browser];
  const keyHash = hashOf("second factor", kind, accountId, ...where);
  return { kind: "factor", keyHash, rate: factorRates[kind] };
}

const hashOf = (...parts: string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
