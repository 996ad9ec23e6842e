// Owns "now": whoever takes a right away ends what came of it in the same transaction, through this one function,
// and the trail says what was ended.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { AuditEventType } from "../../audit/event_types.ts";
import type { Database } from "../../db/connect.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { deleteSignIns, deleteSignInsOfTenant, type EndedSignIns } from "./end_sign_ins_store.ts";

/** Whose sign-ins end, and why. */
export interface SignInsToEnd {
  accountId: string;
  /** Only what is for this tenant; undefined: everything, the browser sessions too. */
  tenantId?: string | undefined;
  /** The browser session in which the person does it themselves: it goes on, with the logins it has. */
  keptSessionUid?: string | undefined;
  /** A sign-in under way in which the person does it themselves: it goes on, as far as it has come. */
  keptInteractionUid?: string | undefined;
  /** The act that takes the right away. */
  reason: AuditEventType;
  /** Who does it. */
  actor: string;
}

/**
 * Ends a person's sign-ins: sessions, codes, access and refresh tokens, sign-ins under way. From the moment the
 * transaction is committed none of them opens anything, on any instance; what is cached nowhere needs no waiting.
 *
 * An ID token that left already cannot be called back: it lives for `TTI_ID_TOKEN_TTL`, and AWS keeps what it was
 * exchanged for up to an hour.
 *
 * @param trx the transaction of the act itself
 * @returns how much was ended
 */
export async function endSignIns(trx: Database, end: SignInsToEnd, now: Date): Promise<EndedSignIns> {
  const { accountId, tenantId, keptSessionUid, keptInteractionUid, reason, actor } = end;
  const ended =
    tenantId === undefined
      ? await deleteSignIns(trx, accountId, now, {
          sessionUid: keptSessionUid,
          interactionUid: keptInteractionUid,
        })
      : await deleteSignInsOfTenant(trx, accountId, tenantId, now);
  if (ended.sessions + ended.grants + ended.tokens === 0) return ended;
  const trails = tenantId === undefined ? await listTenantIdsOfAccount(trx, accountId) : [tenantId];
  const details = { reason, ...ended };
  await createAuditEventInTenants(trx, { type: "session.ended", actor, accountId, details }, trails, now);
  return ended;
}
