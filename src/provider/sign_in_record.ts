// Owns remembering a completed sign-in: the membership's last login, which presence policies count from, and the
// audit trail.
import type { KoaContextWithOIDC } from "oidc-provider";
import { createAuditEvent } from "../audit/audit_store.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/connect.ts";
import { membershipsOf } from "./account.ts";
import { handoffAcr } from "./handoff/login_handoff.ts";
import { tenantOfGrant } from "./internals.ts";
import { saveLastLogin } from "./tenants/membership_store.ts";

/**
 * Remembers the sign-in an authorization request ended in; does nothing for any other request. To be called when
 * the answer is made but not sent: a sign-in that cannot be remembered does not happen.
 */
export async function recordSignIn(
  deps: { db: Database; clock: Clock },
  { oidc }: KoaContextWithOIDC,
): Promise<void> {
  const { account, client, session, grant, authorizationCode, result } = oidc;
  const tenantId = tenantOfGrant(grant);
  const loginAtMs = (session?.authTime() ?? 0) * 1000;
  if (!authorizationCode || !account || !client || tenantId === undefined) return;
  const { accountId } = account;
  const membership = membershipsOf(account).find((one) => one.tenantId === tenantId);
  // A session that already counted for this tenant costs no statement.
  if ((membership?.lastLoginAtMs ?? 0) < loginAtMs) {
    await saveLastLogin(deps.db, { tenantId, accountId }, loginAtMs);
  }
  // A handoff left its own trace when the ISV answered it.
  if (result?.login === undefined || session?.acr === handoffAcr) return;
  const { clientId } = client;
  const event = { actor: `account:${accountId}`, accountId, tenantId, clientId, details: { by: "password" } };
  await createAuditEvent(deps.db, { type: "sign_in.succeeded", ...event }, deps.clock());
}
