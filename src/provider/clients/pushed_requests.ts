// Owns which client may push its authorization requests (RFC 9126): one that has it turned on, and no other. Whether it
// must is the library's to hold it to, by `require_pushed_authorization_requests`.
import type Provider from "oidc-provider";
import { errors, type KoaContextWithOIDC } from "oidc-provider";

/** Whether a client may push its requests, or must: in place of carrying them through the browser. */
export const pushedRequestChoices = ["off", "allowed", "required"] as const;
export type PushedRequests = (typeof pushedRequestChoices)[number];

/** The members of a client's metadata that say so. */
export function pushedRequestMembers(wanted: PushedRequests = "off") {
  return {
    ...(wanted === "off" ? {} : { pushed_requests: wanted }),
    ...(wanted === "required" ? { require_pushed_authorization_requests: true } : {}),
  };
}

/**
 * Refuses to take a pushed request, or to go on with one, of a client that has none turned on.
 * @throws UnauthorizedClient
 */
export function assertMayPush({ oidc }: KoaContextWithOIDC): void {
  const pushed =
    oidc.route === "pushed_authorization_request" || oidc.entities.PushedAuthorizationRequest !== undefined;
  const { client } = oidc;
  if (!pushed || client?.["pushed_requests"] === "allowed" || client?.["pushed_requests"] === "required")
    return;
  throw new errors.UnauthorizedClient("pushed authorization requests are not turned on for this client");
}

/**
 * Keeps the address out of the discovery documents. Several libraries push each request wherever a document names it:
 * clients that may not would be shut out. Those that may are told it (docs/connecting-an-application.md).
 */
export function withholdFromDiscovery(provider: Provider): void {
  provider.use(async function withhold(ctx, next) {
    await next();
    if ((ctx as KoaContextWithOIDC).oidc?.route !== "discovery") return;
    const { pushed_authorization_request_endpoint: _unoffered, ...offered } = ctx.body as Record<
      string,
      unknown
    >;
    ctx.body = offered;
  });
}
