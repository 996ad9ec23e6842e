// Owns the rule by which a client may make an existing account a member of one more tenant. Pure.
//
// Subjects are the ISV's own ids, so whoever may speak for one customer can name another customer's user. A client
// that could attach that user to its own tenant would have a say in an account it has no right to: so it may only
// if it may act for every tenant the account belongs to already, or belonged to.
import { OperationError } from "../../errors.ts";

/** What is known when a client wants an account to be a member of a tenant. */
export interface Attachment {
  /** The tenant the account is to be a member of. The caller has checked that the client may act for it. */
  tenantId: string;
  /** Every tenant the account belongs to, disabled ones included; empty for a new account. */
  memberOf: readonly string[];
  /** Every tenant it was removed from: who is nobody's any more does not become anybody's. */
  formerlyOf: readonly string[];
  /** Whether the client may act for a tenant, by the right it is using now (handoff or minting). */
  mayActFor(tenantId: string): boolean;
}

/**
 * Refuses to attach an account whose other memberships, former ones included, are out of the client's reach. An account that is a member
 * already is not attached, so nothing is refused.
 *
 * Call it before anything is written, in the transaction that writes.
 *
 * @throws OperationError tenant_not_allowed; it does not say which tenant stands against it
 */
export function assertMayAttach({ tenantId, memberOf, formerlyOf, mayActFor }: Attachment): void {
  if (memberOf.includes(tenantId)) return;
  if ([...memberOf, ...formerlyOf].every(mayActFor)) return;
  throw new OperationError(
    "tenant_not_allowed",
    `The client may not make this user a member of the tenant ${tenantId}: it may not act for every tenant the user belongs to or belonged to.`,
    {
      field: "subject",
      fix: "Name another user, or let a client act that may act for all of the user's tenants.",
    },
  );
}
