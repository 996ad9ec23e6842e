// Errors of CreateTokenWithIAM on the wire: an OAuth code and description, no message member (contract 6.3).
import { AwsError } from "../../ground/errors.ts";
import type { OperationContext } from "../../operation/operation.ts";

const ERRORS = {
  InvalidRequestException: { error: "invalid_request", status: 400, description: "Invalid request" },
  InvalidClientException: { error: "invalid_client", status: 401, description: "Invalid client provided" },
  InvalidGrantException: { error: "invalid_grant", status: 400, description: "Invalid grant provided" },
  UnauthorizedClientException: {
    error: "unauthorized_client",
    status: 400,
    description: "Unauthorized client",
  },
  UnsupportedGrantTypeException: {
    error: "unsupported_grant_type",
    status: 400,
    description: "Unsupported grant type",
  },
  InvalidScopeException: { error: "invalid_scope", status: 400, description: "Invalid scope provided" },
  SlowDownException: { error: "slow_down", status: 400, description: "Too many requests" },
  AccessDeniedException: { error: "access_denied", status: 400, description: "Access denied" },
  ExpiredTokenException: { error: "expired_token", status: 400, description: "Token is expired" },
  InvalidRequestRegionException: { error: "invalid_request", status: 400, description: "Invalid region" },
  // Not modelled; the name some AWS services use for the same refusal.
  ThrottlingException: { error: "slow_down", status: 400, description: "Rate exceeded" },
} as const;

/** Exception names of CreateTokenWithIAM. */
export type OAuthErrorName = keyof typeof ERRORS;

/** What went wrong, for the log. */
export type Refusal = {
  name: OAuthErrorName;
  /** Rule that refused, e.g. `token.audience`. */
  rule: string;
  why: string;
  fix: string;
  /** `error_description` when AWS is known to say something particular. */
  description?: string;
  /** Further modelled members, e.g. `region`. */
  members?: Record<string, string>;
};

/** Records the failed check and builds the error to throw. */
export function refuse(context: Pick<OperationContext, "check">, refusal: Refusal): AwsError {
  const { error, status, description } = ERRORS[refusal.name];
  context.check(refusal.rule, false, refusal.why, refusal.fix);
  return new AwsError({
    code: refusal.name,
    status,
    members: { error, error_description: refusal.description ?? description, ...refusal.members },
    rule: refusal.rule,
    reason: `${refusal.why}.`,
    fix: refusal.fix,
  });
}
