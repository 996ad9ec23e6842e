// Redeems an authorization code once: application, redirect URI and PKCE must fit (RFC 6749 section 4.1.3, RFC 7636).
import { createHash } from "node:crypto";
import type { OperationContext } from "../services.ts";
import type { AuthorizationCode, IdentityCenterApplication } from "../state/index.ts";
import { refuse } from "./oauth_error.ts";

/** @throws AwsError InvalidGrantException; a code that fails is used up nevertheless */
export function redeemAuthorizationCode(
  input: { code: string; redirectUri: string; codeVerifier?: string },
  application: IdentityCenterApplication,
  context: OperationContext,
): AuthorizationCode {
  const known = context.world.authorizationCodes.get(input.code);
  const now = context.clock().getTime();
  const fault = known === undefined ? unknownCode : findFault(known, input, application, now);
  if (known !== undefined)
    context.world.authorizationCodes.set(input.code, { ...known, redeemedAtMs: known.redeemedAtMs ?? now });
  if (known === undefined || fault !== null) {
    throw refuse(context, { name: "InvalidGrantException", ...(fault ?? unknownCode) });
  }
  context.check("code.redeemed", true, "the code is fresh and fits application, redirect URI and PKCE");
  return known;
}

const unknownCode = {
  rule: "code.known",
  why: "there is no such authorization code",
  fix: "Use the code of the redirect, once.",
};

function findFault(
  known: AuthorizationCode,
  input: { redirectUri: string; codeVerifier?: string },
  application: IdentityCenterApplication,
  now: number,
) {
  if (known.redeemedAtMs !== null) {
    return {
      rule: "code.replay",
      why: "the code was already used",
      fix: "Each code is good for one exchange.",
    };
  }
  if (known.expiresAtMs <= now) {
    return {
      rule: "code.expiry",
      why: `the code expired at ${new Date(known.expiresAtMs).toISOString()}`,
      fix: "Exchange the code at once.",
    };
  }
  if (known.applicationArn !== application.applicationArn) {
    return {
      rule: "code.client",
      why: `the code was issued to ${known.applicationArn}`,
      fix: "Send that clientId.",
    };
  }
  if (known.redirectUri !== input.redirectUri) {
    return {
      rule: "code.redirectUri",
      why: `the code was issued for redirect URI ${known.redirectUri}, the request says ${input.redirectUri}`,
      fix: "Send the same redirectUri as at /authorize.",
    };
  }
  return findPkceFault(known, input.codeVerifier);
}

function findPkceFault(known: AuthorizationCode, verifier: string | undefined) {
  const fix = "Send the codeVerifier whose S256 hash was the code_challenge.";
  if (known.codeChallenge === null) {
    return verifier === undefined
      ? null
      : { rule: "code.pkce", why: "a codeVerifier came, but no code_challenge was given at /authorize", fix };
  }
  const hashed =
    known.codeChallengeMethod === "S256"
      ? createHash("sha256")
          .update(verifier ?? "")
          .digest("base64url")
      : verifier;
  return verifier !== undefined && hashed === known.codeChallenge
    ? null
    : { rule: "code.pkce", why: "the codeVerifier does not match the code_challenge", fix };
}
