// Owns by what right somebody acts in the portal: as an administrator of one tenant, through the browser session they are
// signed in with. It is read from the store at every question, so that a role that was taken, a tenant that was disabled
// or a session that ended is noticed by every instance at once, in the middle of what was begun, too.
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import type { InstallationPart } from "../installation.ts";
import { readSignedIn } from "../provider/self_service/signed_in.ts";
import type { SessionKey } from "../provider/sessions/voucher_store.ts";
import { findRecordByUid } from "../provider/storage/record_store.ts";
import type { Place } from "../provider/subjects/places.ts";
import { lockTenant } from "../provider/tenants/tenant_store.ts";

/** Whose right, and for which tenant. */
export interface PortalRight {
  session: SessionKey;
  tenantId: string;
}

type RightDeps = InstallationPart<"db" | "clock" | "requireVerifiedDomain">;

/** Tells whether a place is administered by the person of its session. Pure. */
export function isAdministered({ membership, voucher }: Pick<Place, "membership" | "voucher">): boolean {
  return voucher !== undefined && membership.role === "admin";
}

/**
 * Asserts the right, as the store says now.
 * @param deps `db`: the transaction of the act, where there is one
 * @throws OperationError unauthenticated
 */
export async function assertAdministers(deps: RightDeps, { session, tenantId }: PortalRight): Promise<void> {
  const stored = await findRecordByUid(deps.db, "Session", session.sessionUid);
  const stands = stored?.accountId === session.accountId && (stored.exp ?? 0) * 1000 > deps.clock().getTime();
  const person = stands ? await readSignedIn(deps, session) : undefined;
  const place = person?.places.find(({ tenant }) => tenant.id === tenantId);
  if (place !== undefined && isAdministered(place)) return;
  throw new OperationError("unauthenticated", "This sign-in administers the organization no longer.", {
    fix: "Sign in again, with the account of an administrator of the organization.",
  });
}

/**
 * Takes hold of the tenant until the transaction ends, so that of administrators who take each other's role away one
 * comes first, and the other finds that theirs is gone.
 */
export async function holdTenant(trx: Database, { tenantId }: Pick<PortalRight, "tenantId">): Promise<void> {
  await lockTenant(trx, tenantId);
}
