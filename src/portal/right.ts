// Owns by what right somebody acts in the portal: as an administrator of one tenant, through the browser session they are
// signed in with. It is read from the store at every question, so that a role that was taken, a tenant that was disabled
// or a session that ended is noticed by every instance at once, in the middle of what was begun, too.
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import type { InstallationPart } from "../installation.ts";
import { findFactorSince } from "../provider/factors/second_factor_store.ts";
import { isProvenTwice } from "../provider/factors/standing_factor.ts";
import { readSignedIn, type SignedInPerson } from "../provider/self_service/signed_in.ts";
import type { SessionKey } from "../provider/sessions/voucher_store.ts";
import { findRecordByUid } from "../provider/storage/record_reader_store.ts";
import { type Place, readPlaces } from "../provider/subjects/places.ts";
import { lockTenant } from "../provider/tenants/tenant_store.ts";

/** Whose right, and for which tenant. */
export interface PortalRight {
  session: SessionKey;
  tenantId: string;
}

type RightDeps = InstallationPart<"db" | "clock" | "requireVerifiedDomain" | "portalFactor">;

const isAdministered = ({ membership }: Place): boolean => membership.role === "admin";

/** What a person administers in the portal. */
export interface Administered {
  /** What is open to them now. */
  open: readonly Place[];
  /** What they administer and have not proven a second factor for: it is asked for, and nothing else. */
  lacking: readonly Place[];
}

/**
 * Judges what a person who is signed in administers, as the store says now: asked at every page, and in the transaction of
 * every act. Where two factors are demanded, a login that was made here counts if it proved two and its person has the second
 * one still. The word of an application's own login page counts as it is: it says itself what was proven, and what a tenant
 * requires of it is asked by `opensTenant`.
 */
export async function readAdministered(deps: RightDeps, person: SignedInPerson): Promise<Administered> {
  const { vouchers, account } = person;
  const administered = person.places.filter(isAdministered);
  // What the tenant itself requires.
  const lacking = person.shut.filter(
    (place) => place.lacking?.method === "password" && isAdministered(place),
  );
  if (administered.length === 0 || deps.portalFactor === "optional") return { open: administered, lacking };
  const factorSinceMs = await findFactorSince(deps.db, account.id);
  const counting = vouchers.filter((one) => one.method !== "password" || isProvenTwice(one, factorSinceMs));
  if (counting.length === vouchers.length) return { open: administered, lacking };
  const { places } = await readPlaces(deps, account.id, counting);
  const open = places.filter((place) => place.voucher !== undefined && isAdministered(place));
  const isOpen = ({ tenant }: Place) => open.some((one) => one.tenant.id === tenant.id);
  return { open, lacking: [...administered.filter((place) => !isOpen(place)), ...lacking] };
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
  const administered = person && (await readAdministered(deps, person));
  if (administered?.open.some(({ tenant }) => tenant.id === tenantId)) return;
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
