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
  context: Pick<OperationContext, "world" | "clock" | "check">,
  input: RedeemCodeInput,
): RedeemedCode {
  const { world, clock } = context;
  const { clientId, code, redirectUri, codeVerifier } = input;
  if (code === undefined) throw missing(context, "code", "Send the code of the redirect.");
  if (redirectUri === undefined) {
    throw missing(context, "redirectUri", "Send the redirect_uri of the authorization request.");
  }

  const held = world.authorizationCodes.get(code);
  if (held === undefined || held.applicationArn !== clientId) {
    const whose = held === undefined ? "was never issued here" : "was issued to another application";
    const fix = "Present the code of this sign-in, with the clientId the sign-in began with.";
    throw refused(context, "code.known", `the code ${whose}`, fix);
  }
  context.check("code.known", true, "the code was issued to this application");

  if (held.redeemedAtMs !== null) {
    const reason = "the code was used before; a code is good for one exchange, also when that failed";
    const fix = "Send the browser to /authorize again; do not repeat an exchange.";
    throw refused(context, "code.unused", reason, fix);
  }
  context.check("code.unused", true, "the code is used for the first time");
  const nowMs = clock().getTime();
  world.authorizationCodes.set(code, { ...held, redeemedAtMs: nowMs });

  const expiry = new Date(held.expiresAtMs).toISOString();
  if (nowMs >= held.expiresAtMs) {
    const fix = "Exchange the code as soon as the browser brings it.";
    throw refused(context, "code.lifetime", `the code expired at ${expiry}`, fix);
  }
  context.check("code.lifetime", true, `the code is good until ${expiry}`);

  if (redirectUri !== held.redirectUri) {
    const reason = `redirectUri is "${redirectUri}"; the sign-in had "${held.redirectUri}"`;
    const fix = "Send exactly the redirect_uri of the authorization request.";
    throw refused(context, "code.redirectUri", reason, fix);
  }
  context.check("code.redirectUri", true, "redirectUri is that of the sign-in");

  const fault = findVerifierFault(held, codeVerifier);
  if (fault !== undefined) throw refused(context, "code.pkce", fault.reason, fault.fix);
  context.check(
    "code.pkce",
    true,
    `the sign-in ${held.codeChallenge === null ? "had no" : "and codeVerifier agree on the"} code challenge`,
  );
  return { userId: held.userId, scopes: held.scopes };
}

function findVerifierFault(
  { codeChallenge }: AuthorizationCode,
  codeVerifier: string | undefined,
): { reason: string; fix: string } | undefined {
  if (codeChallenge === null) {
    if (codeVerifier === undefined) return undefined;
    // Accepting it would let an attacker strip the challenge from the request unseen (RFC 9700 section 2.1.1).
    return {
      reason: "codeVerifier was sent, but the sign-in had no code challenge",
      fix: "Send code_challenge with the authorization request, or no codeVerifier.",
    };
  }
  const fix = "Send the code_verifier the code_challenge was made from (43 to 128 characters).";
  if (codeVerifier === undefined) {
    return { reason: "the sign-in had a code challenge, but codeVerifier is missing", fix };
  }
  const expected = Buffer.from(codeChallenge);
  const presented = Buffer.from(createHash("sha256").update(codeVerifier).digest("base64url"));
  const wellFormed = /^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier);
  if (wellFormed && expected.length === presented.length && timingSafeEqual(expected, presented))
    return undefined;
  return { reason: "codeVerifier does not answer the code challenge of the sign-in", fix };
}

function refused(context: Pick<OperationContext, "check">, rule: string, why: string, fix: string): AwsError {
  return refuse(context, { name: "InvalidGrantException", rule, why, fix });
}

function missing(context: Pick<OperationContext, "check">, member: string, fix: string): AwsError {
  const why = `the member ${member} is missing for this grant type`;
  return refuse(context, { name: "InvalidRequestException", rule: `exchange.${member}`, why, fix });
}
