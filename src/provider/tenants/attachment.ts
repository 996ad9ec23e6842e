// Owns the rule by which a client may make an existing account a member of one more tenant. Pure.
//
// Subjects are the ISV's own ids, so whoever may speak for one customer can name another customer's user. A client
// that could attach that user to its own tenant would have a say in an account it has no right to: so it may only
// if it may act for every tenant the account belongs to already, or belonged to. Whom an operator made and put nowhere is
// left to a client for all tenants, and whoever administers the installation to no client.
import { OperationError } from "../../errors.ts";

// No tenant has this id: a client may act for it if its right is for all of them.
const everyTenant = "*";

/** What is known when a client wants an account to be a member of a tenant. */
export interface Attachment {
  /** The tenant the account is to be a member of. The caller has checked that the client may act for it. */
  tenantId: string;
  /** Every tenant the account belongs to, disabled ones included; empty for a new account. */
  memberOf: readonly string[];
  /** Every tenant it was removed from: who is nobody's any more does not become anybody's. */
  formerlyOf: readonly string[];
  /** Whether it was made here: by an operator, an import or a person, and not by the ISV's word. */
  madeHere: boolean;
  /** Whether it administers the installation: no back end's word makes an administrator a customer's user. */
  administers: boolean;
  /** Whether the client may act for a tenant, by the right it is using now (handoff or minting). */
  mayActFor(tenantId: string): boolean;
}

/**
 * Refuses to attach an account whose other memberships, former ones included, are out of the client's reach, one that was
 * made here and belongs nowhere unless the client is for all tenants, and an administrator's. An account that is a member
 * already is not attached, so nothing is refused.
 *
 * Call it before anything is written, in the transaction that writes.
 *
 * @throws OperationError tenant_not_allowed; it does not say which tenant stands against it
 */
export function assertMayAttach(attachment: Attachment): void {
  const { tenantId, memberOf, formerlyOf, madeHere, administers, mayActFor } = attachment;
  if (memberOf.includes(tenantId)) return;
  const places = [...memberOf, ...formerlyOf];
  // "Every" of none would hold for anybody.
  const needed = madeHere && places.length === 0 ? [everyTenant] : places;
  if (!administers && needed.every(mayActFor)) return;
  throw new OperationError(
    "tenant_not_allowed",
    `The client may not make this user a member of the tenant ${tenantId}: it may not act for every tenant the user belongs to or belonged to, or nobody but an operator puts the user anywhere.`,
    {
      field: "subject",
      fix: "Name another user, or let a client act that may act for all of the user's tenants, or an operator: tti user add.",
    },
  );
}
