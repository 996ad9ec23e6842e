// Owns by what right somebody acts who is no administrator of the organization but holds its onboarding link: what their
// browser was given when it used the link. It is read from the store at every question, so that a link that was revoked,
// followed by another or too old, and a tenant that was disabled, is noticed by every instance at once.
import { linkOver } from "../admin/operations/onboarding_links.ts";
import type { InstallationPart } from "../installation.ts";
import { findHeldLink, type OnboardingLink } from "../onboarding/link/link_store.ts";

/** Whose right, by which link, for which tenant. */
export interface LinkRight {
  /** The link's id. */
  id: string;
  /** What the browser brings. */
  session: string;
  tenantId: string;
}

/**
 * Asserts the right, as the store says now.
 * @param deps `db`: the transaction of the act, where there is one
 * @throws OperationError onboarding_link_over
 */
export async function assertLinkHeld(
  { db, clock }: InstallationPart<"db" | "clock">,
  { id, session, tenantId }: LinkRight,
): Promise<OnboardingLink> {
  const held = await findHeldLink(db, { id, session }, clock());
  if (held === undefined || held.tenantId !== tenantId) throw linkOver();
  return held;
}
