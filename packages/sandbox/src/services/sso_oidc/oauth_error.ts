// Errors of CreateTokenWithIAM on the wire: an OAuth code and description, no message member (contract 6.3).
import type { AwsError } from "../../ground/errors.ts";
import { refusing, type Told } from "../../operation/refuse.ts";

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

/** What an exchange is refused for. */
export type Grounds = Told & {
  /** `error_description` when AWS is known to say something particular. */
  description?: string;
  /** Further modelled members, e.g. `region`. */
  members?: Record<string, string>;
};

const refuseAs = refusing<OAuthErrorName>("sso-oidc", statusesOf(ERRORS));

/** A refused exchange: the words are fixed by the name, there is no message. */
export function refuse(name: OAuthErrorName, { description, members, ...told }: Grounds): AwsError {
  const { error, description: usual } = ERRORS[name];
  return refuseAs(name, "", told, { error, error_description: description ?? usual, ...members });
}

function statusesOf(errors: typeof ERRORS): Record<OAuthErrorName, number> {
  const entries = Object.entries(errors).map(([name, { status }]) => [name, status]);
  return Object.fromEntries(entries) as Record<OAuthErrorName, number>;
}
