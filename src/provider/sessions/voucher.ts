// Owns what a login opens: who vouched for it, how, and for which tenants that counts. Pure. Every flow asks
// opensTenant, and nothing elsewhere may decide whether a session speaks for a tenant.
import type { LoginMethod } from "../tenants/tenant_store.ts";

/** How a login was proven: by a password here, or by the ISV's word. */
export const vouchMethods = ["password", "handoff"] as const;
export type VouchMethod = (typeof vouchMethods)[number];

/** What a login proves, where it is kept with something that outlives the login's own request. */
export interface Vouched {
  method: VouchMethod;
  /** The one tenant the ISV vouched for; null: this provider verified the person itself. */
  tenantId: string | null;
}

/** A login of a browser session. */
export interface Voucher extends Vouched {
  /** The client that vouched; null: this provider itself. */
  clientId: string | null;
  /** How the person proved who they are (RFC 8176). */
  amr: readonly string[];
  /** Class of the login; undefined: none. */
  acr: string | undefined;
  /** Epoch milliseconds. */
  authTimeMs: number;
}

/** A tenant, as far as logins go. */
export interface TenantDoor {
  tenantId: string;
  loginMethod: LoginMethod;
}

/**
 * Tells whether a login opens a tenant.
 *
 * A password opens the tenants whose users may log in here. A handoff opens exactly the tenant it was vouched for,
 * as long as that tenant takes the ISV's word. Membership, and whether a token may be made, are asked besides.
 */
export function opensTenant(vouched: Vouched, tenant: TenantDoor): boolean {
  switch (vouched.method) {
    case "password":
      return vouched.tenantId === null && tenant.loginMethod !== "handoff";
    case "handoff":
      return vouched.tenantId === tenant.tenantId && tenant.loginMethod !== "local";
  }
}

/**
 * The login by which a session speaks for a tenant: the newest that opens it.
 * @returns undefined if none does
 */
export function voucherFor(vouchers: readonly Voucher[], tenant: TenantDoor): Voucher | undefined {
  return vouchers
    .filter((voucher) => opensTenant(voucher, tenant))
    .reduce<Voucher | undefined>(
      (newest, one) => (newest === undefined || one.authTimeMs > newest.authTimeMs ? one : newest),
      undefined,
    );
}

/** Reads a stored method; one that cannot be read vouches for nothing. */
export function readVouchMethod(stored: unknown): VouchMethod | undefined {
  return vouchMethods.find((method) => method === stored);
}
