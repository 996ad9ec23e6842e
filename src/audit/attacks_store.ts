// Owns counting refused sign-ins by what the audit trail keeps of them, so that all instances tell the same.
import type { Database } from "../db/connect.ts";
import { type AttackKind, attacks } from "../observability/throttle_kinds.ts";
import type { AuditEventType } from "./event_types.ts";

/** Of whom: an account, a sign-in name nobody has, or a network address. */
export interface RefusedOf {
  accountId?: string | undefined;
  loginHash?: string | undefined;
  address?: string | undefined;
}

/**
 * Counts attempts to sign in that were refused. One that stands in the trails of several tenants is one.
 * @param sinceMs from when on, epoch milliseconds; what came within one minute counts by its first
 * @param of whose; absent: everybody's
 */
export async function countRefusedSignIns(
  db: Database,
  sinceMs: number,
  of: RefusedOf = {},
): Promise<number> {
  const wanted = { account_id: of.accountId, login_hash: of.loginHash, address: of.address };
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const once = db("audit_events")
    .where({ type: "sign_in.refused", ...Object.fromEntries(given) })
    .where("at_ms", ">=", sinceMs)
    .groupBy("at_ms", "account_id", "login_hash", "client_id", "address", "details")
    .max({ times: "times" })
    .as("once");
  const row: { total: number | string | null } | undefined = await db
    .from(once)
    .sum({ total: "times" })
    .first();
  return Number(row?.total ?? 0);
}

/** The types of events that tell of an attack that goes on. */
const attackTypes = ["sign_in.attacked", "attack.noticed"] as const satisfies readonly AuditEventType[];

/**
 * Of which kind the attacks were that were told of. One that stands in the trails of several tenants is one; each account,
 * network, mailbox and client is told of once in ten minutes. A kind of a newer version is left out.
 * @param sinceMs from when on, epoch milliseconds
 */
export async function listAttackKinds(db: Database, sinceMs: number): Promise<AttackKind[]> {
  const rows: { details: string }[] = await db("audit_events")
    .whereIn("type", attackTypes)
    .where("at_ms", ">=", sinceMs)
    .distinct("type", "at_ms", "account_id", "login_hash", "client_id", "address", "details");
  return rows.flatMap(({ details }) => {
    const { of } = JSON.parse(details) as { of?: unknown };
    return typeof of === "string" && Object.hasOwn(attacks, of) ? [of as AttackKind] : [];
  });
}
