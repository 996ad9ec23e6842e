// Owns whom the introspection endpoint (RFC 7662) tells what. A resource's own server learns of tokens for its resource,
// as they are now: what ended them a moment ago, on whatever instance, has ended them here. Of every other token it
// learns no more than of one that does not exist.
import type { AccessToken, Client, ClientCredentials, KoaContextWithOIDC, RefreshToken } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import type { InstallationPart } from "../../installation.ts";
import { rightOfToken } from "../library/resource_rights.ts";
import { loginBehind, tenantOfGrant } from "../sessions/tenant_grant.ts";
import { resourceClaims } from "../subjects/claims.ts";
import { getSubjectClaims } from "../subjects/subject.ts";
import { findStandingRight } from "./resource_store.ts";

type Introspected = AccessToken | ClientCredentials | RefreshToken;
type Deps = InstallationPart<"db" | "clock" | "requireVerifiedDomain" | "tenantClaim">;

/**
 * Makes the library's policy. Session, grant and the issuing client's generation were asked by the library and the store.
 * Where the answer is yes, the token's scope and claims are what they are now.
 */
export function introspectionPolicy(deps: Deps) {
  return async (ctx: KoaContextWithOIDC, client: Client, token: Introspected): Promise<boolean> => {
    if (client.clientAuthMethod === "none" || token.kind === "RefreshToken") return false;
    const found = token as AccessToken | ClientCredentials;
    const { aud, clientId } = found;
    if (typeof aud !== "string" || clientId === undefined) return false;
    if (!(await findStandingRight(deps.db, aud, client.clientId))?.introspects) return false;
    // The right by which the token was made, of a client that may be used now.
    const right = await findStandingRight(deps.db, aud, clientId);
    if (right === undefined || right.rightId !== rightOfToken(found)) return false;
    return found.kind === "ClientCredentials" || isOfPersonNow(deps, ctx, found as AccessToken);
  };
}

// Account, tenant, membership, address and login are asked as for a new token.
async function isOfPersonNow(deps: Deps, ctx: KoaContextWithOIDC, token: AccessToken): Promise<boolean> {
  const grant = ctx.oidc.entities.Grant;
  const { accountId, clientId = "" } = token;
  if (grant === undefined) return false;
  const request = {
    accountId,
    tenantId: tenantOfGrant(grant),
    clientId,
    present: true,
    login: loginBehind(grant, token.scopes),
    sessionUid: token.expiresWithSession ? token.sessionUid : undefined,
  };
  try {
    token.extra = resourceClaims(await getSubjectClaims(deps, request), deps.tenantClaim);
    return true;
  } catch (error) {
    if (error instanceof OperationError && error.status < 500) return false;
    throw error;
  }
}
