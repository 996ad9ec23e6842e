// Owns what a back end may ask of a minted token: nothing but what it is. One decision for every grant that mints.
import { errors } from "oidc-provider";
import { personScope, tokenTypes } from "../../grants_and_scopes.ts";

/** Parameters that are looked at only to be refused, or to say what is so anyway (RFC 8693 section 2.1). */
export const requestedTokenParameters = [
  "requested_token_type",
  "audience",
  "resource",
  "scope",
  "actor_token",
  "actor_token_type",
] as const;

/**
 * Refuses a request for any other token than the ID token for AWS.
 * @param params the request's parameters
 * @throws InvalidRequest, InvalidTarget, InvalidScope
 */
export function assertAsksForIdToken(params: Record<string, string | undefined>, awsClientId: string): void {
  if (params["actor_token"] !== undefined || params["actor_token_type"] !== undefined) {
    throw new errors.InvalidRequest("actor_token is not supported: the authenticated client is the actor");
  }
  if (params["resource"] !== undefined) {
    throw new errors.InvalidTarget(
      "resource is not supported: the audience is the client id registered with AWS",
    );
  }
  if (params["audience"] !== undefined && params["audience"] !== awsClientId) {
    throw new errors.InvalidTarget("audience can only be the client id registered with AWS; leave it out");
  }
  if ((params["requested_token_type"] ?? tokenTypes.idToken) !== tokenTypes.idToken) {
    throw new errors.InvalidRequest(`requested_token_type must be ${tokenTypes.idToken}`);
  }
  if (params["scope"] !== undefined && params["scope"] !== personScope.openid) {
    throw new errors.InvalidScope(`scope can only be ${personScope.openid}; leave it out`, params["scope"]);
  }
}
