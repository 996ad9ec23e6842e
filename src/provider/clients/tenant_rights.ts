// Owns which tenants a client may act for, right by right: minting, answering login challenges, and searching each
// have a list of their own. Pure. Nobody reads the lists elsewhere, so no way can mix one right with another.
import { OperationError } from "../../errors.ts";
import { apiScope, mintingGrants } from "../../grants_and_scopes.ts";

/** What a client may do for a tenant's users. */
export const tenantRights = ["mint", "handoff", "search"] as const;
export type TenantRight = (typeof tenantRights)[number];

/** The metadata member that lists the tenants of each right; `*` stands for every tenant. */
export const tenantsMember = {
  mint: "mint_tenants",
  handoff: "handoff_tenants",
  search: "search_tenants",
} as const satisfies Record<TenantRight, string>;

/** The option that gives each right, for whoever is told what to do. */
const optionOf: Record<TenantRight, string> = {
  mint: "--mint-for",
  handoff: "--handoff-for",
  search: "--search-for",
};

/** A client as this file reads it: stored metadata, or oidc-provider's own object of it. */
export type RightsHolder = object;

/**
 * The tenants a client may act for by one right. Deny by default: no list, no tenant.
 *
 * Clients of before the lists were apart have one, `allowed_tenants`, for every right they hold. It is read in its
 * narrowest meaning: where a client holds several rights and the list names tenants beside `*`, nobody can tell
 * which right the `*` was meant for, so the named ones are all it has.
 */
export function tenantsOfRight(client: RightsHolder, right: TenantRight): readonly string[] {
  if (tenantRights.some((one) => memberOf(client, tenantsMember[one]) !== undefined)) {
    return textsOf(memberOf(client, tenantsMember[right]));
  }
  const held = tenantRights.filter((one) => holds(client, one));
  if (!held.includes(right)) return [];
  const allowed = textsOf(memberOf(client, "allowed_tenants"));
  const named = allowed.filter((tenant) => tenant !== "*");
  return held.length > 1 && named.length > 0 ? named : allowed;
}

/** Tells whether a client may act for a tenant by one right. */
export function mayActFor(client: RightsHolder, right: TenantRight, tenantId: string): boolean {
  const tenants = tenantsOfRight(client, right);
  return tenants.includes("*") || tenants.includes(tenantId);
}

/**
 * That a client may act for a tenant by one of its rights. Only {@link assertMayActFor} makes one, so whoever asks for
 * one cannot be reached without the assertion.
 */
export class MayAct {
  readonly clientId: string;
  // Private, so that no other value passes for one of these.
  readonly #tenantId: string;

  private constructor(clientId: string, tenantId: string) {
    this.clientId = clientId;
    this.#tenantId = tenantId;
  }

  /** The tenant the client may act for. */
  get tenantId(): string {
    return this.#tenantId;
  }

  /** See {@link assertMayActFor}. */
  static assert(client: ActingClient, right: TenantRight, tenantId: string): MayAct {
    if (mayActFor(client, right, tenantId)) return new MayAct(client.clientId, tenantId);
    throw new OperationError("tenant_not_allowed", "The client may not act for the tenant it names.", {
      field: "tenant",
      // For the operator's audit trail; no answer tells it.
      cause: { tenantId },
      fix: `Give the client the tenant: tti client update ID ${optionOf[right]} TENANT, beside those it has.`,
    });
  }
}

/** A client that acts. */
export interface ActingClient extends RightsHolder {
  clientId: string;
}

/**
 * Asserts that a client may act for a tenant by one right.
 * @throws OperationError tenant_not_allowed
 */
export function assertMayActFor(client: ActingClient, right: TenantRight, tenantId: string): MayAct {
  return MayAct.assert(client, right, tenantId);
}

// How a right was given while there was one list for all.
function holds(client: RightsHolder, right: TenantRight): boolean {
  const scope = memberOf(client, "scope");
  if (right !== "mint") return typeof scope === "string" && scope.split(" ").includes(apiScope[right]);
  const types = memberOf(client, "grant_types") ?? memberOf(client, "grantTypes");
  return textsOf(types).some((grant) => mintingGrants.includes(grant));
}

const memberOf = (client: RightsHolder, name: string): unknown => Reflect.get(client, name);

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
