// Owns which organizations of a person an address opens: where domains have to be proven, a sign-in is checked for it, and so is
// each act that would break it.
import type { Database } from "../../db/connect.ts";
import { domainOfAddress } from "./domain_name.ts";
import { findDomain } from "./domain_store.ts";
import { listMembershipsOfAccount } from "./membership_store.ts";

/** What another address does to where a person signs in. */
export interface AddressReach {
  /** Organizations, by name, that the one there is opens and the other does not. */
  lost: readonly string[];
  /** How many the other opens. */
  kept: number;
}

/** Tells whether a tenant has proven the domain of an address. */
export async function provesDomainOf(db: Database, tenantId: string, address: string): Promise<boolean> {
  const domain = await findDomain(db, tenantId, domainOfAddress(address));
  return domain !== undefined && domain.verifiedAtMs !== null;
}

/**
 * Compares the address of an account with another.
 * @param requireVerifiedDomain whether tenants have to prove the domains of addresses; else nothing is lost
 */
export async function reachOfAddress(
  db: Database,
  { id, email }: { id: string; email: string | null },
  wanted: string,
  requireVerifiedDomain: boolean,
): Promise<AddressReach> {
  const memberships = await listMembershipsOfAccount(db, id);
  if (!requireVerifiedDomain) return { lost: [], kept: memberships.length };
  const lost: string[] = [];
  let kept = 0;
  for (const { tenantId, tenantName, email: said } of memberships) {
    // What an application said of the person there counts before the account's own.
    if (said !== null || (await provesDomainOf(db, tenantId, wanted))) kept += 1;
    else if (email !== null && (await provesDomainOf(db, tenantId, email))) lost.push(tenantName);
  }
  return { lost, kept };
}

/** Whether an address would leave a person with no organization to sign in to, who has one. Pure. */
export const leavesNone = ({ lost, kept }: AddressReach): boolean => lost.length > 0 && kept === 0;
