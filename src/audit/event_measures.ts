// Owns what is counted of each recorded event: the audit trail and the metrics tell of the same acts. Pure, but for the telling.
import type { Database } from "../db/connect.ts";
import { grantTypes } from "../grants_and_scopes.ts";
import { one, type Point } from "../observability/metric_table.ts";
import { isObserved, tellOnceKept } from "../observability/recorder.ts";
import { type AttackKind, attacks } from "../observability/throttle_kinds.ts";
import type { NewAuditEvent } from "./event_types.ts";

/**
 * Has an event counted, once it stands. The same event in the trails of several tenants counts once.
 * @param db the transaction it was recorded in
 */
export function measureEvent(db: Database, event: NewAuditEvent): void {
  if (!isObserved(db)) return;
  const points = pointsOf(event);
  if (points.length === 0) return;
  const { tenantId: _inWhichTrail, ...same } = event;
  tellOnceKept(db, JSON.stringify(same), points);
}

/** What is counted of an event. */
function pointsOf(event: NewAuditEvent): readonly Point[] {
  const { by, reason, of, refused, step } = (event.details ?? {}) as Readonly<Record<string, unknown>>;
  const code = String(reason ?? "other");
  const method = String(by ?? "other");
  switch (event.type) {
    case "sign_in.succeeded":
      return [one("tti_sign_ins_total", { outcome: "succeeded", method })];
    case "sign_in.continued":
      return [one("tti_sign_ins_total", { outcome: "continued", method: "session" })];
    case "sign_in.rejected":
      return [one("tti_sign_ins_total", { outcome: "refused", method: "handoff" })];
    case "sign_in.refused":
      return [refusedProof(method, event.accountId), one("tti_refusals_total", { at: "sign_in", code })];
    case "sign_in.attacked":
    case "attack.noticed":
      return isAttack(of) ? [one("tti_attacks_total", { kind: of })] : [];
    case "token.issued":
      return [one("tti_tokens_issued_total", { grant: method })];
    case "token.issued_to_client":
      return [one("tti_tokens_issued_total", { grant: grantTypes.clientCredentials })];
    case "token.minted":
      return [one("tti_tokens_minted_total", { by: method })];
    case "search.made":
      return [
        refused === undefined
          ? one("tti_search_pages_total", { outcome: "answered", step: "none" })
          : one("tti_search_pages_total", { outcome: "refused", step: String(step) }),
      ];
    case "token.refused":
      return [one("tti_refusals_total", { at: "token", code })];
    case "client.refused":
      return [one("tti_refusals_total", { at: "client", code })];
    case "admin.refused":
      return [one("tti_refusals_total", { at: "administration", code })];
    case "code.reused":
      return [one("tti_token_reuses_total", { kind: "code" })];
    case "refresh_token.reused":
      return [one("tti_token_reuses_total", { kind: "refresh_token" })];
    case "mail.failed":
      return [one("tti_mails_total", { outcome: "failed" })];
    default:
      return [];
  }
}

// A passkey names its account only where a password was proven before: then it is the second step.
function refusedProof(method: string, accountId: string | undefined): Point {
  const isSecond =
    method === "totp" || method === "recovery_code" || (method === "passkey" && accountId !== undefined);
  return isSecond
    ? one("tti_second_steps_total", { outcome: "refused", method })
    : one("tti_sign_ins_total", { outcome: "refused", method });
}

const isAttack = (of: unknown): of is AttackKind => typeof of === "string" && Object.hasOwn(attacks, of);
