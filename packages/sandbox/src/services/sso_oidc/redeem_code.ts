// Redeems an authorization code at CreateTokenWithIAM (RFC 6749 section 4.1.3, RFC 7636 section 4.6).
import { createHash, timingSafeEqual } from "node:crypto";
import type { AwsError } from "../../ground/errors.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { AuthorizationCode } from "../../state/index.ts";
import { refuse } from "./oauth_error.ts";

/** The members of CreateTokenWithIAM that belong to `grantType=authorization_code`. */
export type RedeemCodeInput = {
  clientId: string;
  code?: string | undefined;
  redirectUri?: string | undefined;
  codeVerifier?: string | undefined;
};

/** Whom a redeemed code signs in, and for what. */
export type RedeemedCode = { userId: string; scopes: string[] };

/**
 * Redeems a code once. A code is bound to its application, its redirect URI and, with PKCE, its verifier. The first
 * presentation by its application uses it up, whether or not the rest is right (what AWS does is not published; this
 * is the stricter way). Who may exchange for whom is the caller's business.
 *
 * @throws AwsError `InvalidRequestException` for a missing member, `InvalidGrantException` for a code that is
 * unknown, used, too old, or of another application, redirect URI or verifier.
 */
export function redeemAuthorizationCode(
  context: Pick<OperationContext, "world" | "clock" | "passed">,
  input: RedeemCodeInput,
): RedeemedCode {
  const { world, clock } = context;
  const { clientId, code, redirectUri, codeVerifier } = input;
  if (code === undefined) throw missing("code", "Send the code of the redirect.");
  if (redirectUri === undefined) {
    throw missing("redirectUri", "Send the redirect_uri of the authorization request.");
  }

  const held = world.authorizationCodes.get(code);
  if (held === undefined || held.applicationArn !== clientId) {
    const whose = held === undefined ? "was never issued here" : "was issued to another application";
    const fix = "Present the code of this sign-in, with the clientId the sign-in began with.";
    throw refused("code.known", `the code ${whose}`, fix);
  }
  context.passed("code.known", "the code was issued to this application");

  if (held.redeemedAtMs !== null) {
    const why = "the code was used before; a code is good for one exchange, also when that failed";
    const fix = "Send the browser to /authorize again; do not repeat an exchange.";
    throw refused("code.unused", why, fix);
  }
  context.passed("code.unused", "the code is used for the first time");
  const nowMs = clock().getTime();
  world.authorizationCodes.set(code, { ...held, redeemedAtMs: nowMs });

  const expiry = new Date(held.expiresAtMs).toISOString();
  if (nowMs >= held.expiresAtMs) {
    const fix = "Exchange the code as soon as the browser brings it.";
    throw refused("authorize.codeSeconds", `the code expired at ${expiry}`, fix);
  }
  context.passed("authorize.codeSeconds", `the code is good until ${expiry}`);

  if (redirectUri !== held.redirectUri) {
    const why = `redirectUri is "${redirectUri}"; the sign-in had "${held.redirectUri}"`;
    const fix = "Send exactly the redirect_uri of the authorization request.";
    throw refused("code.redirectUri", why, fix);
  }
  context.passed("code.redirectUri", "redirectUri is that of the sign-in");

  const fault = findVerifierFault(held, codeVerifier);
  if (fault !== undefined) throw refused("code.pkce", fault.why, fault.fix);
  context.passed(
    "code.pkce",
    `the sign-in ${held.codeChallenge === null ? "had no" : "and codeVerifier agree on the"} code challenge`,
  );
  return { userId: held.userId, scopes: held.scopes };
}

function findVerifierFault(
  { codeChallenge }: AuthorizationCode,
  codeVerifier: string | undefined,
): { why: string; fix: string } | undefined {
  if (codeChallenge === null) {
    if (codeVerifier === undefined) return undefined;
    // Accepting it would let an attacker strip the challenge from the request unseen (RFC 9700 section 2.1.1).
    return {
      why: "codeVerifier was sent, but the sign-in had no code challenge",
      fix: "Send code_challenge with the authorization request, or no codeVerifier.",
    };
  }
  const fix = "Send the code_verifier the code_challenge was made from (43 to 128 characters).";
  if (codeVerifier === undefined) {
    return { why: "the sign-in had a code challenge, but codeVerifier is missing", fix };
  }
  const expected = Buffer.from(codeChallenge);
  const presented = Buffer.from(createHash("sha256").update(codeVerifier).digest("base64url"));
  const wellFormed = /^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier);
  if (wellFormed && expected.length === presented.length && timingSafeEqual(expected, presented))
    return undefined;
  return { why: "codeVerifier does not answer the code challenge of the sign-in", fix };
}

function refused(rule: string, why: string, fix: string): AwsError {
  return refuse("InvalidGrantException", { rule, why, fix });
}

function missing(member: string, fix: string): AwsError {
  const why = `the member ${member} is missing for this grant type`;
  return refuse("InvalidRequestException", { rule: `exchange.${member}`, why, fix });
}
