// Every code an error of this package can have. Codes are a contract: new ones may come, none changes its meaning.
// Those of failed AWS calls stand with their causes and fixes in failures/; the others are told here.

/** Codes of an AwsStepError; failures/failure_catalogue.ts explains each. */
export type AwsStepCode =
  | "assume_role_denied"
  | "assume_role_invalid"
  | "authorization_code_rejected"
  | "aws_error"
  | "aws_unavailable"
  | "base_credentials_expired"
  | "base_credentials_missing"
  | "base_credentials_refused"
  | "connection_failed"
  | "credentials_expired"
  | "duration_too_long"
  | "exchange_invalid"
  | "exchange_not_permitted"
  | "grant_not_configured"
  | "idc_application_unknown"
  | "identity_context_expired"
  | "kms_denied"
  | "license_inactive"
  | "refresh_token_expired"
  | "request_clock_skewed"
  | "search_denied"
  | "search_invalid"
  | "search_target_not_found"
  | "set_context_denied"
  | "slow_down"
  | "sts_region_disabled"
  | "tag_session_denied"
  | "tagged_session_refused"
  | "token_already_redeemed"
  | "token_rejected"
  | "too_many_requests"
  | "user_not_assigned"
  | "wrong_idc_region";

/** What every other code means: one sentence each, as the documentation prints it. */
export const otherCodes = {
  options_invalid: "An option is wrong, or there is none of that name; the message names each.",
  connection_invalid: "A field of the connection is not as AWS hands it out; the message names each.",
  connection_method: "The connection is by trusted token issuer, and a sign-in in the browser was asked for.",
  user_invalid: "The user is no text of 1 to 1024 characters.",
  search_request_invalid: "The search has no query, or a number that cannot be.",
  token_source_options_invalid: "The token source was given an option that cannot be.",
  id_token_source_missing: "The connection needs ID tokens, and no idTokenSource was given.",
  trusted_token_issuer_missing: "The connection needs ID tokens, and no trustedTokenIssuer was given.",
  client_closed: "The client was closed with destroy() before or during the call.",
  deadline_exceeded: "deadlineSeconds passed; the step, and what was waited for, stand in the message.",
  sign_in_required: "An authorization-code connection: this user must sign in to AWS in the browser.",
  authorization_state_mismatch: "The browser came back with a state it was not sent with.",
  authorization_refused: "Identity Center sent the browser back without a code.",
  refresh_token_store_failed: "The RefreshTokenStore threw, or did not answer within attemptTimeoutSeconds.",
  id_token_source_failed: "The token source threw something that is no ExchangeError; it is the cause.",
  id_token_source_timeout: "The token source gave nothing within attemptTimeoutSeconds.",
  id_token_source_refused: "The token endpoint refused; oauthError and oauthErrorDescription tell why.",
  id_token_source_unreachable: "The token endpoint did not answer.",
  id_token_source_no_login: "There is no refresh token for this user at the token source.",
  id_token_malformed: "What the source returned is no signed JWT, or one that demands extensions.",
  id_token_too_large: "The token is larger than maxTokenBytes.",
  id_token_algorithm: "The token is not signed with RS256.",
  id_token_kid_missing: "The token's header names no key.",
  id_token_issuer: "iss is not the issuer, byte for byte.",
  id_token_audience: "aud is not the one audience, as a string.",
  id_token_sub_missing: "sub is missing or no text.",
  id_token_mapped_claim_missing: "The claim AWS maps to a user is missing or no single text.",
  id_token_jti_missing: "jti is missing; see requireJti.",
  id_token_claim_malformed: "email_verified, iat, nbf or auth_time has a type it must not have.",
  id_token_email_unverified: "The token itself says that its address is not verified.",
  id_token_exp_missing: "exp is missing or no number of seconds.",
  id_token_clocks_differ: "This machine's clock and the issuer's differ by more than the tolerance.",
  id_token_expired: "The token has expired, or will before it arrives.",
  id_token_not_yet_valid: "nbf lies in the future.",
  id_token_tenant_missing: "The token names no tenant.",
  id_token_tenant_mismatch: "The token belongs to another tenant than was asked for.",
  id_token_user_mismatch: "The token is for another user than was asked for.",
  id_token_presented_before: "This token, or one with its jti, was presented to AWS before.",
  id_token_expired_waiting: "The token expired while it waited for its turn.",
  id_token_key_not_found: "The issuer publishes no key with the token's kid; it was asked anew.",
  id_token_key_ambiguous: "The issuer publishes several different keys with this kid.",
  id_token_key_unusable: "The key with this kid cannot verify RS256: wrong kind, use or size.",
  id_token_signature: "The key is there and did not make this signature.",
  id_token_keys_unavailable: "The issuer's keys could not be fetched, and no good ones are left.",
  id_token_keys_invalid: "The issuer answered, but not with a key set of its own.",
} as const satisfies Readonly<Record<string, string>>;

/** Codes of errors that come from no AWS call. */
export type OtherCode = keyof typeof otherCodes;

/** Every code an error of this package can have. */
export type ExchangeErrorCode = AwsStepCode | OtherCode;

/** Codes of an ExchangeSettingsError. */
export type SettingsCode =
  | "options_invalid"
  | "connection_invalid"
  | "connection_method"
  | "user_invalid"
  | "search_request_invalid"
  | "token_source_options_invalid"
  | "id_token_source_missing"
  | "trusted_token_issuer_missing"
  | "client_closed";

/** Codes of an AuthorizationError. */
export type AuthorizationCodeFault = "authorization_state_mismatch" | "authorization_refused";

/** Codes of an IdTokenError. */
export type IdTokenCode = Exclude<Extract<OtherCode, `id_token_${string}`>, SettingsCode>;
