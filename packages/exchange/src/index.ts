// The published surface of tti-exchange.

export {
  type AuthorizationRequest,
  beginAuthorization,
  buildAuthorizeUrl,
  readAuthorizationCallback,
} from "./authorization_code.ts";
export type { SessionCredentials } from "./aws/assume_role.ts";
export { externalIdTagKey, identityCenterContextProvider } from "./aws/assume_role.ts";
export type { AwsClientOptions } from "./aws/aws_clients.ts";
export type { RequestHandler } from "./aws/request_handler.ts";
export type { SearchPage } from "./aws/search_relevant_content.ts";
export type { Clock } from "./clock.ts";
export {
  type Connection,
  type ConnectionMethod,
  parseConnection,
  parseSearchConnection,
  type SearchConnection,
} from "./connection.ts";
export { type CredentialProcessOutput, toCredentialProcess } from "./credential_process.ts";
export { DataAccessor, type DataAccessorOptions, type SearchRequest } from "./data_accessor.ts";
export {
  type DecodedError,
  decodeError,
  type ErrorExplanation,
  explainCode,
  mostErrorCharacters,
} from "./decoder/decode_error.ts";
export { dropSecrets, type SecretKind, type TextWithoutSecrets } from "./decoder/dropped_secrets.ts";
export type { DecodedStep } from "./decoder/known_operations.ts";
export { type SetUpCode, type SetUpRow, setUpFailures } from "./decoder/set_up_failures.ts";
export type {
  AuthorizationCodeFault,
  AwsStepCode,
  ExchangeErrorCode,
  IdTokenCode,
  SettingsCode,
} from "./error_codes.ts";
export {
  type AnyExchangeError,
  AuthorizationError,
  AwsStepError,
  type ConnectionFault,
  ExchangeDeadlineError,
  ExchangeError,
  ExchangeSettingsError,
  type ExchangeStep,
  IdTokenError,
  RefreshTokenStoreError,
  SignInRequiredError,
} from "./errors.ts";
export { type CredentialRequest, ExchangeClient } from "./exchange_client.ts";
export {
  type CacheState,
  type ExchangeEvent,
  type ExchangeEventListener,
  type ExchangeLogger,
  exchangeChannelName,
} from "./exchange_events.ts";
export type { ExchangeClientOptions } from "./exchange_options.ts";
export type { AuthorizationCode, ExchangedSession } from "./exchange_request.ts";
export { type AwsFailure, readAwsFailure } from "./failures/aws_failure.ts";
export { explainFailure, type FailureExplanation } from "./failures/explain_failure.ts";
export { failureCatalogue } from "./failures/failure_catalogue.ts";
export type { FailureContext, FailureRow, Recovery, TokenSummary } from "./failures/failure_row.ts";
export {
  type FromTrustedTokenIssuerOptions,
  fromTrustedTokenIssuer,
  type TrustedTokenIssuerProvider,
} from "./from_trusted_token_issuer.ts";
export type { IdToken, IdTokenClaims, IdTokenExpectations } from "./id_token/id_token.ts";
export { decodeIdToken } from "./id_token/id_token.ts";
export type { IdTokenRequest, IdTokenSource, TrustedTokenIssuer } from "./id_token/id_token_intake.ts";
export { type IdTokenVerdict, idTokenRules, judgeIdToken } from "./id_token/id_token_rules.ts";
export { judgeSignature, type SignatureFault } from "./id_token/key_faults.ts";
export type {
  IdTokenAdvice,
  IdTokenAdviceName,
  IdTokenRule,
  IdTokenRuleName,
  JudgedIdToken,
} from "./id_token/rule_row.ts";
export type { LimiterOptions } from "./instance_limiter.ts";
export { type AwsProbe, type AwsProbeOptions, probeAws } from "./probe_aws.ts";
export {
  memoryRefreshTokenStore,
  type RefreshTokenKey,
  type RefreshTokenStore,
} from "./refresh_token_store.ts";
export { roleSessionName } from "./session_name.ts";
export { fromFile } from "./token_sources/from_file.ts";
export { type FromRefreshTokenOptions, fromRefreshToken } from "./token_sources/from_refresh_token.ts";
export {
  type FromTtiProviderOptions,
  fromTtiProvider,
  type UserDescription,
} from "./token_sources/from_tti_provider.ts";
export type {
  ClientAuthentication,
  PrivateKey,
  TokenEndpointOptions,
} from "./token_sources/token_endpoint.ts";
