// Owns what a grant says of where it comes from: the tenant it was made for, and the login that opened it.
import type Provider from "oidc-provider";
import type { Grant } from "oidc-provider";
import { readVouchMethod, type Vouched, type VouchMethod } from "./voucher.ts";

/** A grant names the tenant it was made for, once and for all, and the login by which the person opened it. */
export interface TenantGrant extends Grant {
  tenantId?: string;
  vouchedBy?: VouchMethod;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  signInGeneration?: number;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  memberSinceMs?: number | null;
}

/** The login a grant is made by: as it opened the grant's tenant. */
export type GrantLogin = Pick<Vouched, "method" | "generation" | "memberSinceMs">;

/** The members in which a grant keeps it, stored beside the library's own. */
export const tenantGrantMembers = [
  "tenantId",
  "vouchedBy",
  "signInGeneration",
  "memberSinceMs",
] as const satisfies readonly (keyof TenantGrant)[];

/** Reads the tenant a grant was made for. */
export function tenantOfGrant(grant: Grant | undefined): string | undefined {
  return (grant as TenantGrant | undefined)?.tenantId;
}

/**
 * Reads the login a grant came from.
 * @returns undefined for a grant without one (made before logins were recorded): no token comes of it
 */
export function loginOfGrant(grant: Grant | undefined): Vouched | undefined {
  const { tenantId, vouchedBy, signInGeneration, memberSinceMs } = (grant ?? {}) as TenantGrant;
  const method = readVouchMethod(vouchedBy);
  if (method === undefined || tenantId === undefined) return undefined;
  return {
    method,
    tenantId: method === "password" ? null : tenantId,
    generation: signInGeneration ?? 0,
    memberSinceMs: memberSinceMs ?? null,
  };
}

/**
 * Makes an unsaved grant for one account, client and tenant; without a tenant, or a login that opened it, no token
 * comes of it.
 */
export function createGrant(
  provider: Provider,
  names: {
    accountId: string;
    clientId: string;
    tenantId: string | undefined;
    login: GrantLogin | undefined;
  },
): TenantGrant {
  const grant: TenantGrant = new provider.Grant({ accountId: names.accountId, clientId: names.clientId });
  if (names.tenantId !== undefined) grant.tenantId = names.tenantId;
  if (names.login !== undefined) keepLogin(grant, names.login);
  return grant;
}

/** Writes into an unsaved grant by which login it is. */
export function keepLogin(grant: TenantGrant, login: GrantLogin): void {
  grant.vouchedBy = login.method;
  grant.signInGeneration = login.generation;
  grant.memberSinceMs = login.memberSinceMs;
}
