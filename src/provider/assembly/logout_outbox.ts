// Owns telling applications that sessions of them ended (OpenID Connect Back-Channel Logout 1.0): an instance takes what is due,
// tells, and says what became of it. Nothing is lost: what an instance had taken when it ended is taken by another once the
// lease is over.
import type Provider from "oidc-provider";
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { StoreAndClock } from "../../installation.ts";
import type { Log } from "../../log.ts";
import { inBackgroundSpan } from "../../observability/background_spans.ts";
import { type AttemptPolicy, nextAttemptAt } from "../../outbox/attempts.ts";
import { type Outbox, startWorkingOff } from "../../outbox/work_off.ts";
import { errorTypeOf, type Span } from "../../tracing/active_span.ts";
import { findClientToTell } from "../clients/served_client_store.ts";
import { LogoutNotTaken, tellLogout } from "../library/logout_tokens.ts";
import {
  claimLogout,
  deleteLogout,
  isLogoutDue,
  isSignedInAnew,
  saveLogoutDelayed,
  saveLogoutFailed,
  sessionOfLogout,
  type WaitingLogout,
} from "../storage/told_logout_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";

/** How the outbox works; times in milliseconds. */
export interface LogoutPolicy extends AttemptPolicy {
  /** How often an instance looks for what is due. */
  intervalMs: number;
  /** How long one attempt has a row to itself: longer than the library waits for an answer. */
  leaseMs: number;
  atOnce: number;
}

/** The defaults. */
export const logoutPolicy: LogoutPolicy = {
  intervalMs: 2_000,
  leaseMs: 60_000,
  atOnce: 8,
  firstWaitMs: 5_000,
  longestWaitMs: 3_600_000,
  mostAttempts: 12,
  spread: 0.25,
};

/** What the outbox works with. */
export interface LogoutDeps extends StoreAndClock {
  log: Log;
  /** The Provider whose keys sign now. */
  current(): Provider;
  /** Whether this process looks for what is due; absent: it does. */
  onDuty?: (() => boolean) | undefined;
}

/** Starts telling. Several instances may work one store's outbox off. */
export function startLogoutOutbox(deps: LogoutDeps, policy: LogoutPolicy = logoutPolicy): Outbox {
  const { db, clock, log } = deps;

  async function tell(logout: WaitingLogout, span: Span | undefined): Promise<void> {
    const { id, clientId } = logout;
    try {
      if (clock().getTime() >= logout.giveUpAtMs) {
        return await giveUp(logout, logout.fault ?? "it was not told in time");
      }
      const metadata = await findClientToTell(db, clientId);
      if (metadata === undefined || (await isSignedInAnew(db, logout))) return await deleteLogout(db, id);
      await tellLogout(deps.current(), metadata, logout);
    } catch (error) {
      span?.fail(errorTypeOf(error));
      return putOff(logout, error);
    }
    await deleteLogout(db, id);
    log.info({ logout: id, clientId }, "an application was told of a logout");
  }

  async function putOff(logout: WaitingLogout, error: unknown): Promise<void> {
    const { id, clientId } = logout;
    const known = error instanceof LogoutNotTaken;
    if (!known)
      log.error({ err: error, logout: id, clientId }, "an application could not be told of a logout");
    const fault = known ? error.message : "it could not be tried; the log says why";
    const nowMs = clock().getTime();
    const nextMs = nextAttemptAt(logout, nowMs, policy);
    if (nextMs === undefined) return giveUp(logout, fault);
    log.warn({ logout: id, clientId, fault }, "an application was not told of a logout and is told again");
    await saveLogoutDelayed(db, logout, { nextMs, othersMs: nowMs + policy.firstWaitMs, nowMs, fault });
  }

  async function giveUp(logout: WaitingLogout, fault: string): Promise<void> {
    const { id, clientId, accountId, attempts } = logout;
    await db.transaction(async (trx) => {
      const now = clock();
      if (!(await saveLogoutFailed(trx, logout, { nowMs: now.getTime(), fault }))) return;
      const details = { session: sessionOfLogout(logout), fault, attempts };
      await createAuditEventInTenants(
        trx,
        { type: "logout.failed", actor: "system", accountId, clientId, details },
        await listTenantIdsOfAccount(trx, accountId),
        now,
      );
      log.error({ logout: id, clientId, fault }, "an application could not be told of a logout: given up");
    });
  }

  const { intervalMs, atOnce, leaseMs } = policy;
  return startWorkingOff<WaitingLogout>({
    ...{ log, intervalMs, atOnce, onDuty: deps.onDuty },
    name: "the outbox of logouts",
    claim: () => claimLogout(db, { nowMs: clock().getTime(), leaseMs }),
    isDue: () => isLogoutDue(db, clock().getTime()),
    handle: (logout) =>
      inBackgroundSpan(
        db,
        ["logout", "logout tell"],
        {
          "tti.outbox.id": logout.id,
          "tti.client.id": logout.clientId,
          "tti.outbox.attempt": logout.attempts,
        },
        (span) => tell(logout, span),
      ),
  });
}
