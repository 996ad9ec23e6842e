// Owns which client may have its access tokens bound to a key it holds (DPoP, RFC 9449): one that has it turned on, and
// no other. Whether it must is the library's to hold it to, by `dpop_bound_access_tokens`; what it was given while that was
// otherwise is judged here, whenever it is used.
import { type Client, errors, type KoaContextWithOIDC } from "oidc-provider";

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

/** What of a token is asked. */
export interface BoundOrNot {
  kind: string;
  /** The key it is bound to; undefined: none. */
  jkt?: string | undefined;
}

/**
 * Tells whether a token is bound as its client's registration has it now: the one that must have a key has no use of one that
 * anybody could present, the one that may not cannot prove its key. The refresh token of a client that proves itself is never
 * bound (RFC 9449 section 5).
 */
export function isBoundAsRegistered(client: Client, { kind, jkt }: BoundOrNot): boolean {
  switch (client["dpop"]) {
    case "allowed":
      return true;
    case "required":
      return jkt !== undefined || (kind === "RefreshToken" && client.clientAuthMethod !== "none");
    default:
      return jkt === undefined;
  }
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
