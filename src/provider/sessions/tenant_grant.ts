// Owns what a grant says of where it comes from: the tenant it was made for, and the login that opened it.
import type Provider from "oidc-provider";
import type { Grant } from "oidc-provider";
import { personScope } from "../../grants_and_scopes.ts";
import type { LoginLevel } from "../../login_levels.ts";
import type { LoginLife } from "./login_life.ts";
import { readVouched, readVouchMethod, type Vouched, type VouchMethod } from "./voucher.ts";

/** A grant names the tenant it was made for, once and for all, and the login by which the person opened it. */
export interface TenantGrant extends Grant {
  tenantId?: string;
  vouchedBy?: VouchMethod;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  signInGeneration?: number;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  memberSinceMs?: number | null;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  membershipEndings?: number;
  /** As in {@link Vouched}; absent in a grant of before they were kept. */
  vouchingClientId?: string | null;
  vouchingGeneration?: number | null;
  tenantGeneration?: number | null;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  life?: LoginLife;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  loginLevel?: LoginLevel;
}

/** The login a grant is made by: as it opened the grant's tenant. */
export type GrantLogin = Omit<Vouched, "tenantId">;

/** The members in which a grant keeps it, stored beside the library's own. */
export const tenantGrantMembers = [
  "tenantId",
  "vouchedBy",
  "signInGeneration",
  "memberSinceMs",
  "membershipEndings",
  "vouchingClientId",
  "vouchingGeneration",
  "tenantGeneration",
  "life",
  "loginLevel",
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
  const kept = (grant ?? {}) as TenantGrant;
  const method = readVouchMethod(kept.vouchedBy);
  if (method === undefined || kept.tenantId === undefined) return undefined;
  return readVouched({
    method,
    tenantId: method === "password" ? null : kept.tenantId,
    generation: kept.signInGeneration ?? 0,
    memberSinceMs: kept.memberSinceMs ?? null,
    membershipEndings: kept.membershipEndings ?? 0,
    clientId: kept.vouchingClientId ?? null,
    clientGeneration: kept.vouchingGeneration ?? 0,
    // A grant is for one tenant, by whatever login.
    tenantGeneration: kept.tenantGeneration ?? 0,
    // Of before it was kept: older than any tenant has it.
    life: kept.life ?? { beganAtMs: 0, endsAtMs: null },
    level: kept.loginLevel ?? "pwd",
  });
}

/**
 * Reads the login that something came from which a grant made.
 * @param scopes what the token may: with `offline_access` the person let the application go on when the login is over,
 *   until the grant ends (OpenID Connect Core 1.0, section 11)
 * @returns as {@link loginOfGrant}
 */
export function loginBehind(grant: Grant | undefined, scopes: ReadonlySet<string>): Vouched | undefined {
  const login = loginOfGrant(grant);
  if (login === undefined || !scopes.has(personScope.offlineAccess)) return login;
  return { ...login, life: undefined };
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
  grant.membershipEndings = login.membershipEndings;
  grant.vouchingClientId = login.clientId;
  grant.vouchingGeneration = login.clientGeneration;
  grant.tenantGeneration = login.tenantGeneration;
  if (login.life === undefined) delete grant.life;
  else grant.life = login.life;
  grant.loginLevel = login.level;
}
