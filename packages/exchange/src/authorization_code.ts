// The browser's part of an authorization-code connection: where to send the user, and what to make of what returns.
// For customers who want each user's consent in AWS instead of trusting the ISV's issuer.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Connection } from "./connection.ts";
import { AuthorizationError, ExchangeSettingsError } from "./errors.ts";
import type { AuthorizationCode } from "./exchange_request.ts";
import { otherFixes } from "./failures/other_fixes.ts";
import { sentence } from "./sentence.ts";

/** Keep `state` and `codeVerifier` in the user's own session until the browser returns; send the browser to `url`. */
export interface AuthorizationRequest {
  readonly url: string;
  readonly state: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

export interface AuthorizeUrlOptions {
  readonly connection: Connection;
  /** One of the redirect URLs registered with AWS. */
  readonly redirectUri: string;
  readonly state: string;
  /** S256 of the verifier (RFC 7636). */
  readonly codeChallenge: string;
  /** Replaces `https://oidc.<region>.amazonaws.com`, for the sandbox. */
  readonly endpoint?: string | undefined;
}

/**
 * Begins a sign-in: a fresh state and PKCE verifier, and the URL to send the browser to.
 *
 * @see https://docs.aws.amazon.com/amazonq/latest/qbusiness-ug/isv.html
 */
export function beginAuthorization(options: {
  readonly connection: Connection;
  readonly redirectUri: string;
  readonly endpoint?: string | undefined;
}): AuthorizationRequest {
  const state = randomBytes(32).toString("base64url");
  const codeVerifier = randomBytes(32).toString("base64url");
  const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url");
  const { redirectUri } = options;
  return { url: buildAuthorizeUrl({ ...options, state, codeChallenge }), state, codeVerifier, redirectUri };
}

/** The authorize URL of the customer's Identity Center. */
export function buildAuthorizeUrl(options: AuthorizeUrlOptions): string {
  const { connection, redirectUri, state, codeChallenge, endpoint } = options;
  if (connection.method !== "auth-code") {
    throw new ExchangeSettingsError({
      code: "connection_method",
      step: "authorize",
      message: `Tenant ${connection.tenantId} is connected by a trusted token issuer; there is no sign-in in the browser.`,
      fix: otherFixes.connection_method,
    });
  }
  const url = new URL("/authorize", endpoint ?? `https://oidc.${connection.idcRegion}.amazonaws.com`);
  url.searchParams.set("response_type", "code");
  url.searchParams.set("client_id", connection.idcApplicationArn);
  url.searchParams.set("redirect_uri", redirectUri);
  url.searchParams.set("state", state);
  url.searchParams.set("code_challenge", codeChallenge);
  url.searchParams.set("code_challenge_method", "S256");
  return url.toString();
}

/**
 * Reads the URL the browser came back with.
 *
 * @param callbackUrl the whole request URL, or its path with the query
 * @returns what `redeemCode` takes
 * @throws AuthorizationError `authorization_state_mismatch` (somebody else's sign-in), `authorization_refused`
 */
export function readAuthorizationCallback(
  callbackUrl: string,
  request: Pick<AuthorizationRequest, "state" | "codeVerifier" | "redirectUri">,
): AuthorizationCode {
  const parameters = new URL(callbackUrl, request.redirectUri).searchParams;
  const [state, ...repeated] = parameters.getAll("state");
  if (state === undefined || repeated.length > 0 || !sameText(state, request.state)) {
    throw new AuthorizationError({
      code: "authorization_state_mismatch",
      step: "authorize",
      message: "The browser came back with another state than the one it was sent with.",
      fix: otherFixes.authorization_state_mismatch,
    });
  }
  const code = parameters.get("code");
  if (code === null || code === "" || parameters.has("error")) {
    const error = parameters.get("error") ?? "no code";
    const safe = error.replace(/[^\w .-]/g, "").slice(0, 80);
    throw new AuthorizationError({
      code: "authorization_refused",
      step: "authorize",
      message: `Identity Center did not authorize the sign-in: ${sentence(safe)}`,
      fix: otherFixes.authorization_refused,
    });
  }
  return { code, redirectUri: request.redirectUri, codeVerifier: request.codeVerifier };
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
