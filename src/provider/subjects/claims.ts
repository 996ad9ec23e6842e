// Owns the content of every ID token: facts in, claims or a refusal out. Pure. Every flow asks here, and
// nothing elsewhere may decide whose address or which tenant a token names.
import { OperationError } from "../../errors.ts";
import { personScope } from "../../grants_and_scopes.ts";
import { domainOfAddress } from "../tenants/domain_name.ts";
import { addressIn, nameIn } from "../tenants/person_in_tenant.ts";
import type { SubjectFacts } from "./subject_store.ts";

/** What the operator decided about tokens. */
export interface ClaimsPolicy {
  /** Whether an address may reach a token only if its domain is proven for the tenant. */
  requireVerifiedDomain: boolean;
}

/** The part of a token that says who it is about. `tenantId` leaves under the configured claim name. */
export interface SubjectClaims {
  sub: string;
  email: string;
  email_verified: true;
  name?: string;
  tenantId: string;
  /** What the person is in the tenant. No ID token carries it unless it was asked for. */
  roles: readonly string[];
}

/**
 * Decides what a token may say of an account in a tenant, or that there may be none.
 *
 * Identity Center matches users by e-mail address, and every customer trusts the same issuer and audience: an
 * unproven address, or one from a tenant the account does not belong to, would be somebody else there.
 *
 * @param facts read for this very token; a membership that ended a second ago ends here
 * @throws OperationError tenant_not_found, tenant_disabled, account_not_found, account_disabled, not_a_member,
 *   email_not_verified, email_domain_not_verified
 */
export function decideSubjectClaims(
  facts: Pick<SubjectFacts, "account" | "tenant" | "membership" | "verifiedDomains">,
  policy: ClaimsPolicy,
): SubjectClaims {
  const { account, tenant, membership } = facts;
  // The tenant first: where it takes nobody, nothing is told of the account.
  if (!tenant) throw new OperationError("tenant_not_found", "No tenant was chosen, or it no longer exists.");
  if (tenant.disabledAtMs !== null) {
    throw new OperationError("tenant_disabled", `The tenant ${tenant.id} is disabled.`);
  }
  if (!account) throw new OperationError("account_not_found", "The account no longer exists.");
  if (account.disabledAtMs !== null) {
    throw new OperationError("account_disabled", "The account is disabled.");
  }
  if (membership?.accountId !== account.id || membership.tenantId !== tenant.id) {
    throw new OperationError("not_a_member", `The account is no member of the tenant ${tenant.id}.`);
  }
  // What the ISV proved for this tenant counts before what the account proved for itself.
  const email = addressIn(account, membership);
  if (email === null || (membership.email === null && account.emailVerifiedAtMs === null)) {
    throw new OperationError("email_not_verified", "The account's e-mail address is not proven.");
  }
  if (policy.requireVerifiedDomain && !facts.verifiedDomains.includes(domainOfAddress(email))) {
    throw new OperationError(
      "email_domain_not_verified",
      `The address's domain is not proven for the tenant ${tenant.id}.`,
    );
  }
  const name = nameIn(account, membership);
  return {
    sub: account.id,
    email,
    email_verified: true,
    ...(name === null ? {} : { name }),
    tenantId: tenant.id,
    roles: [membership.role],
  };
}

/**
 * The claims as they stand in an ID token (docs/tti-profile.md).
 * @param tenantClaim configured name of the claim that carries the tenant
 */
export function idTokenClaims(
  claims: SubjectClaims,
  tenantClaim: string,
): { sub: string; [name: string]: unknown } {
  const { tenantId, roles: _unasked, ...standard } = claims;
  return { ...standard, [tenantClaim]: tenantId };
}

/**
 * The same with what the scope `roles` asks for, which the library takes away where it was not granted. The client
 * registered with AWS never gets it: its tokens have the profile that Identity Center is known to take.
 */
export function claimsByScope(
  claims: SubjectClaims,
  tenantClaim: string,
  clientId: string,
  awsClientId: string,
): { sub: string; [name: string]: unknown } {
  const told = idTokenClaims(claims, tenantClaim);
  return clientId === awsClientId ? told : { ...told, roles: [...claims.roles] };
}

/**
 * What an access token for a resource says beside `sub`: an API decides by it (RFC 9068 section 2.2.3.1).
 * @param tenantClaim configured name of the claim that carries the tenant
 */
export function resourceClaims(claims: SubjectClaims, tenantClaim: string): Record<string, unknown> {
  return { roles: [...claims.roles], [tenantClaim]: claims.tenantId };
}

/** Who an ID token is for, as far as it decides what the token tells. */
export interface Audience {
  clientId: string;
  /** The ISV's own client, whose users are not asked. */
  firstParty: boolean;
}

/**
 * Decides which of a person's details an ID token tells its audience, beside who they are and for which tenant.
 *
 * Identity Center matches by the address, so the client registered with AWS gets it whatever was asked for; the
 * ISV's own clients are the ISV. Everybody else is told what the person allowed: the address with `email`, the name
 * with `profile` (OpenID Connect Core 1.0 section 5.4). The consent page is written from here.
 *
 * @param awsClientId the client whose ID tokens AWS accepts
 * @param scopes granted, and asked for in this very request
 */
export function disclosedDetails(
  audience: Audience,
  awsClientId: string,
  scopes: ReadonlySet<string>,
): { email: boolean; name: boolean } {
  if (audience.firstParty || audience.clientId === awsClientId) return { email: true, name: true };
  return { email: scopes.has(personScope.email), name: scopes.has(personScope.profile) };
}

/**
 * The claims as the userinfo endpoint answers them: the tenant always, the rest by scope
 * (OpenID Connect Core 1.0 section 5.4).
 */
export function userinfoClaims(
  claims: SubjectClaims,
  tenantClaim: string,
  scope: string,
): { sub: string; [name: string]: unknown } {
  const scopes = new Set(scope.split(" "));
  return {
    sub: claims.sub,
    ...(scopes.has(personScope.email) ? { email: claims.email, email_verified: claims.email_verified } : {}),
    ...(scopes.has(personScope.profile) && claims.name !== undefined ? { name: claims.name } : {}),
    ...(scopes.has(personScope.roles) ? { roles: [...claims.roles] } : {}),
    [tenantClaim]: claims.tenantId,
  };
}
