// Owns what an access token for a resource says of a person beside who they are (RFC 9068 section 2.2.3): the tenant
// they signed in to, and what they are in it.
import type { AccessToken, ClientCredentials, KoaContextWithOIDC } from "oidc-provider";
import type { SubjectClaims } from "../subjects/claims.ts";
import { resourceClaims } from "../subjects/claims.ts";
import { decidedSubjectOf } from "../subjects/decided_account.ts";

/**
 * The claims beside the library's own; none where the token is for no resource, or is a client's own.
 * @param tenantClaim configured name of the claim that carries the tenant
 */
export function claimsOfToken(
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
  tenantClaim: string,
): Record<string, unknown> | undefined {
  if (token.aud === undefined || token.kind !== "AccessToken") return undefined;
  const subject: SubjectClaims | undefined = decidedSubjectOf(ctx.oidc.account);
  if (subject?.sub !== token.accountId) {
    throw new Error("an access token for a resource is decided as every other token is");
  }
  return resourceClaims(subject, tenantClaim);
}
