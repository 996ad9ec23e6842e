// Owns how a refusal of ours becomes a protocol error: code and cause in error_description, never a secret.
import { errors } from "oidc-provider";
import { StoreUnavailable } from "../../db/store_fault.ts";
import { OperationError } from "../../errors.ts";

/**
 * The `invalid_grant` answer to a client whose subject may have no token (RFC 6749 section 5.2).
 * @param error why not
 */
export function invalidGrant(error: OperationError): errors.OIDCProviderError {
  const refusal = new errors.InvalidGrant(error.code);
  refusal.error_description = describe(error);
  refusal.cause = error;
  return refusal;
}

/** The `invalid_token` answer to whoever presents an access token whose subject may have none any more. */
export function invalidToken(error: OperationError): errors.OIDCProviderError {
  const refusal = new errors.InvalidToken(error.code);
  refusal.error_description = describe(error);
  return refusal;
}

/** What cannot be done now and may work in a moment, as RFC 6749 section 4.1.2.1 spells it; HTTP 503. */
export class TemporarilyUnavailable extends errors.CustomOIDCProviderError {
  /**
   * @param description for the caller, in printable ASCII
   * @param cause for the log
   */
  constructor(description: string, cause: unknown) {
    super("temporarily_unavailable", description);
    this.status = 503;
    this.statusCode = 503;
    this.cause = cause;
  }
}

/** What a caller is told while the store cannot serve. */
export const storeTroubleAnswer = {
  error: "temporarily_unavailable",
  error_description: "the provider cannot serve this now, try again in a moment",
} as const;

/** Does work of the store; its trouble becomes an error the library answers as the protocol wants it. */
export async function tellingStoreTrouble<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new TemporarilyUnavailable(storeTroubleAnswer.error_description, error);
  }
}

/** Runs a decision and turns its refusal into a protocol error; every other failure passes unchanged. */
export async function refusingAs<T>(
  protocolError: (error: OperationError) => errors.OIDCProviderError,
  decision: Promise<T>,
): Promise<T> {
  try {
    return await decision;
  } catch (error) {
    // What the provider itself cannot do now is no fault of a grant: trying again may work.
    if (!(error instanceof OperationError) || error.status >= 500) throw error;
    throw protocolError(error);
  }
}

// RFC 6749 allows printable ASCII without " and \ in error_description.
function describe(error: OperationError): string {
  return `${error.code}: ${error.message} ${error.fix}`.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'");
}

// What the library keeps back, in the words it gives; a client that made the mistake may know it.
const explainable: ReadonlyMap<string, string> = new Map([
  [
    "authorization code not found",
    "The authorization code is unknown, was revoked or is long expired. Start a new sign-in.",
  ],
  ["authorization code is expired", "The authorization code is expired. Redeem a code within a minute."],
  [
    "authorization code already consumed",
    "The authorization code was used before, so every token made from it is revoked. Start a new sign-in.",
  ],
  [
    "authorization code redirect_uri mismatch",
    "redirect_uri is not the one of the authorization request. Send the same string.",
  ],
  [
    "code_verifier must be provided",
    "code_verifier is missing. Send the verifier whose S256 hash was the code_challenge.",
  ],
  [
    "code_verifier does not match code_challenge",
    "code_verifier does not belong to the code_challenge. Keep one verifier for each request.",
  ],
  ["client mismatch", "The code or token was issued to another client."],
  [
    "refresh token not found",
    "The refresh token is unknown, was revoked, or its session has ended. Start a new sign-in.",
  ],
  ["refresh token is expired", "The refresh token is expired. Start a new sign-in."],
  [
    "refresh token already used",
    "The refresh token was used before, so every token of its family is revoked. Start a new sign-in, and keep the newest refresh token only.",
  ],
  [
    "refresh token used at the same moment",
    "Another request used the refresh token and its successor at the same moment. Use the newest token, or start a new sign-in.",
  ],
  ["device code not found", "The device code is unknown, or what it was for has ended. Ask for another one."],
  [
    "device code already consumed",
    "The device code was used before, so every token made from it is revoked. Ask for another one.",
  ],
  ["grant not found", "The sign-in this came from was ended or revoked. Start a new sign-in."],
  ["grant is expired", "The sign-in this came from is too long ago. Start a new sign-in."],
]);

/** An error answer of the token endpoint (RFC 6749 section 5.2). */
export interface TokenErrorAnswer {
  error: string;
  error_description: string;
}

/**
 * The public answer where the library's own says too little, or names another code than RFC 6749 has.
 * @returns undefined where the library's answer stands and the reason stays in the log
 */
export function answerOfGrantError(error: errors.OIDCProviderError): TokenErrorAnswer | undefined {
  if (error.error === "invalid_request" && error.error_description === grantTypeRefusal) {
    return {
      error: "unauthorized_client",
      error_description:
        "The client was not registered for this grant_type. Use another, or register one that may.",
    };
  }
  if (error.error !== "invalid_grant" || error.error_detail === undefined) return undefined;
  const description = explainable.get(error.error_detail);
  return description === undefined ? undefined : { error: error.error, error_description: description };
}

const grantTypeRefusal = "requested grant type is not allowed for this client";
