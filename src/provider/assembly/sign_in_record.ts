// Owns remembering a completed sign-in: the membership's last login, which presence policies count from, and the
// audit trail.
import type { KoaContextWithOIDC } from "oidc-provider";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { isFromTheFuture } from "../../input/moment.ts";
import type { StoreAndClock } from "../../installation.ts";
import { tenantOfGrant } from "../sessions/tenant_grant.ts";
import { provenBy } from "../sessions/voucher.ts";
import { noteUse } from "../sessions/voucher_store.ts";
import { openPlacesOf, vouchersOf } from "../subjects/signing_in_account.ts";
import { saveLastLogin } from "../tenants/last_login_store.ts";

/** Whether a request ended in a code of the application's, or in a device's being let in. */
export function endsInSignIn({ authorizationCode, deviceCode }: KoaContextWithOIDC["oidc"]): boolean {
  return authorizationCode !== undefined || deviceCode?.accountId !== undefined;
}

/**
 * Remembers the sign-in an authorization request ended in; does nothing for any other request. To be called when
 * the answer is made but not sent: a sign-in that cannot be remembered does not happen.
 */
export async function recordSignIn(deps: StoreAndClock, { oidc }: KoaContextWithOIDC): Promise<void> {
  const { account, client, grant, session, result } = oidc;
  const tenantId = tenantOfGrant(grant);
  // The token endpoint knows the code as well, but no session.
  if (!endsInSignIn(oidc) || !session || !account || !client || tenantId === undefined) return;
  const { accountId } = account;
  const place = openPlacesOf(account).find(({ tenant }) => tenant.id === tenantId);
  if (place === undefined) throw new Error("a code was made for a tenant the session does not speak for");
  const { voucher, membership, tenant } = place;
  // A session that already counted for this tenant costs no statement.
  const now = deps.clock();
  const lastMs = membership.lastLoginAtMs ?? 0;
  // One that was made to prove more is as old as the one it adds to.
  const isNew = lastMs < voucher.authTimeMs || result?.login !== undefined;
  if (isNew || isFromTheFuture(lastMs, now.getTime())) {
    const of = { signIns: voucher.generation, tenant: tenant.generation };
    await saveLastLogin(deps.db, { tenantId, accountId }, voucher.authTimeMs, now, of, voucher.level);
  }
  await noteUse(deps.db, session.uid, vouchersOf(account), now);
  if (result?.login === undefined) return;
  const actor = voucher.clientId === null ? `account:${accountId}` : `client:${voucher.clientId}`;
  const event = { actor, accountId, tenantId, clientId: client.clientId, details: { by: provenBy(voucher) } };
  await createAuditEvent(deps.db, { type: "sign_in.succeeded", ...event }, deps.clock());
}
