// Builds the URL an authorization response goes to (RFC 6749 sections 4.1.2 and 4.1.2.1). Pure.
import type { RedirectTarget } from "./authorize_request.ts";

/**
 * Adds the response's parameters and the request's state to the redirect URI, leaving the URI as it was registered.
 */
export function buildRedirect(target: RedirectTarget, parameters: Record<string, string>): string {
  const { redirectUri, state } = target;
  const query = new URLSearchParams({ ...parameters, ...(state === undefined ? {} : { state }) });
  const [base = "", fragment] = redirectUri.split("#", 2);
  const joined = `${base}${base.includes("?") ? "&" : "?"}${query}`;
  return fragment === undefined ? joined : `${joined}#${fragment}`;
}

/**
 * The `form-action` of a page whose form ends in this redirect: browsers apply the policy to the redirect too.
 */
export function formActionFor(redirectUri: string): string {
  if (!URL.canParse(redirectUri)) return "'self'";
  const { origin, protocol } = new URL(redirectUri);
  return `'self' ${origin === "null" ? protocol : origin}`;
}
