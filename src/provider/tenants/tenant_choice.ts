// Owns the decision which tenant a sign-in is for. Pure. A request may narrow the choice, never widen it:
// only the memberships the session speaks for count.
import type { Membership } from "./membership_store.ts";

/** What is known when the choice is to be made. */
export interface TenantChoiceFacts {
  /** The memberships the session speaks for (subjects/places.ts). */
  memberships: readonly Membership[];
  /** Authorization parameter `tenant`: this tenant or none. */
  required?: string | undefined;
  /** Picked by the person on the page of this very request. */
  picked?: string | undefined;
  /** Authorization parameter `tenant_hint`: this tenant if the session speaks for it. */
  hinted?: string | undefined;
  /** The tenant of this browser session's last sign-in to the same client. */
  current?: string | undefined;
}

/** The outcome: a tenant, a question to the person, or a refusal. */
export type TenantDecision =
  | { kind: "chosen"; tenantId: string }
  | { kind: "undecided" }
  | { kind: "refused"; reason: "no_membership" | "not_a_member" };

/** Decides which tenant a sign-in is for. */
export function decideTenant(facts: TenantChoiceFacts): TenantDecision {
  const { memberships, required } = facts;
  const isMember = (tenantId: string | undefined): tenantId is string =>
    memberships.some((membership) => membership.tenantId === tenantId);
  if (required !== undefined) {
    return isMember(required)
      ? { kind: "chosen", tenantId: required }
      : { kind: "refused", reason: "not_a_member" };
  }
  const [first, second] = memberships;
  if (!first) return { kind: "refused", reason: "no_membership" };
  if (!second) return { kind: "chosen", tenantId: first.tenantId };
  const wished = [facts.picked, facts.hinted, facts.current].find(isMember);
  return wished === undefined ? { kind: "undecided" } : { kind: "chosen", tenantId: wished };
}
