// Owns which client may have its access tokens bound to a key it holds (DPoP, RFC 9449): one that has it turned on, and
// no other. Whether it must is the library's to hold it to, by `dpop_bound_access_tokens`.
import { errors, type KoaContextWithOIDC } from "oidc-provider";

/** Whether a client may prove a key to which its tokens are bound, or must. */
export const keyBoundChoices = ["off", "allowed", "required"] as const;
export type KeyBoundTokens = (typeof keyBoundChoices)[number];

/** The members of a client's metadata that say so. */
export function keyBoundMembers(wanted: KeyBoundTokens = "off") {
  return {
    ...(wanted === "off" ? {} : { dpop: wanted }),
    ...(wanted === "required" ? { dpop_bound_access_tokens: true } : {}),
  };
}

/**
 * Refuses a proof of a client that has it not turned on. Where no client has proven itself, at userinfo, it is asked only
 * whether the token is bound to the key.
 * @throws UnauthorizedClient
 */
export function assertMayProveKey({ oidc }: KoaContextWithOIDC): void {
  const { client } = oidc;
  if (client === undefined || client["dpop"] === "allowed" || client["dpop"] === "required") return;
  throw new errors.UnauthorizedClient("DPoP is not turned on for this client");
}
