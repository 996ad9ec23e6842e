// The one class family every failure of the exchange library belongs to. Callers switch on `code`; people read
// `message`, `causes` and `fix`. No token, key or secret may enter any of these fields.

import type {
  AuthorizationCodeFault,
  AwsStepCode,
  ExchangeErrorCode,
  IdTokenCode,
  SettingsCode,
} from "./error_codes.ts";

/** Where in the flow a failure happened, in the order the flow runs. */
export type ExchangeStep =
  | "settings"
  | "id-token"
  | "assume-role-with-tag"
  | "create-token-with-iam"
  | "assume-role-with-context"
  | "search-relevant-content"
  | "authorize";

export interface ExchangeErrorDetails<Code extends ExchangeErrorCode = ExchangeErrorCode> {
  readonly code: Code;
  readonly step: ExchangeStep;
  readonly message: string;
  /** What to do about it, for a person. */
  readonly fix: string;
  /** Likely causes, the likeliest first. */
  readonly causes?: readonly string[];
  /** Whether the same call may succeed later without anybody changing a setting. */
  readonly retryable?: boolean;
  readonly awsRequestId?: string | undefined;
  /** RFC 6749 section 5.2, where an OAuth endpoint refused: the issuer's, or CreateTokenWithIAM's. */
  readonly oauthError?: string | undefined;
  readonly oauthErrorDescription?: string | undefined;
  readonly httpStatusCode?: number | undefined;
  readonly cause?: unknown;
}

/** Shared by all copies of this package in a process. */
const brand = Symbol.for("tti-exchange.ExchangeError");

/** Like `instanceof`, but also true of an error that another copy or version of this package threw. */
function isNamed(name: string, value: unknown): boolean {
  if (!(value instanceof Error) || Reflect.get(value, brand) !== true) return false;
  return name === familyName || value.name === name;
}

const familyName = "ExchangeError";

/** Base of the family: `{ code, step, cause, causes, retryable, awsRequestId, oauthError, fix }`. Never thrown itself. */
export abstract class ExchangeError<Code extends ExchangeErrorCode = ExchangeErrorCode> extends Error {
  /** Whether a value is an error of this family, also of another copy or version of this package. */
  static readonly isInstance: (value: unknown) => value is AnyExchangeError = (
    value,
  ): value is AnyExchangeError => isNamed(familyName, value);
  override readonly name: string = "ExchangeError";
  readonly code: Code;
  readonly step: ExchangeStep;
  readonly fix: string;
  readonly causes: readonly string[];
  readonly retryable: boolean;
  readonly awsRequestId: string | undefined;
  readonly oauthError: string | undefined;
  readonly oauthErrorDescription: string | undefined;
  readonly httpStatusCode: number | undefined;

  constructor(details: ExchangeErrorDetails<Code>) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.step = details.step;
    this.fix = details.fix;
    this.causes = details.causes ?? [];
    this.retryable = details.retryable ?? false;
    this.awsRequestId = details.awsRequestId;
    this.oauthError = details.oauthError;
    this.oauthErrorDescription = details.oauthErrorDescription;
    this.httpStatusCode = details.httpStatusCode;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** What is wrong with one field of a connection. */
export interface ConnectionFault {
  field: string;
  /** A phrase that follows the field's name: `is missing`, `is "x"`. */
  what: string;
  /** What it should be. */
  expected: string;
}

/** A setting or argument is wrong; nothing was sent anywhere. */
export class ExchangeSettingsError extends ExchangeError<SettingsCode> {
  static override readonly isInstance: (value: unknown) => value is ExchangeSettingsError = (
    value,
  ): value is ExchangeSettingsError => isNamed("ExchangeSettingsError", value);
  override readonly name = "ExchangeSettingsError";
  /** Of `connection_invalid`: every field at fault, as the message tells them; else none. */
  readonly faults: readonly ConnectionFault[];

  constructor(details: ExchangeErrorDetails<SettingsCode>, faults: readonly ConnectionFault[] = []) {
    super(details);
    this.faults = faults;
  }
}

/** The ID token could not be had, or AWS would refuse it; AWS was not called with it. */
export class IdTokenError extends ExchangeError<IdTokenCode> {
  static override readonly isInstance: (value: unknown) => value is IdTokenError = (
    value,
  ): value is IdTokenError => isNamed("IdTokenError", value);
  override readonly name = "IdTokenError";
}

/** AWS answered with an error, or did not answer. */
export class AwsStepError extends ExchangeError<AwsStepCode> {
  static override readonly isInstance: (value: unknown) => value is AwsStepError = (
    value,
  ): value is AwsStepError => isNamed("AwsStepError", value);
  override readonly name = "AwsStepError";
}

/** The operation ran out of the time it was given. */
export class ExchangeDeadlineError extends ExchangeError<"deadline_exceeded"> {
  static override readonly isInstance: (value: unknown) => value is ExchangeDeadlineError = (
    value,
  ): value is ExchangeDeadlineError => isNamed("ExchangeDeadlineError", value);
  override readonly name = "ExchangeDeadlineError";
}

/** Authorization-code connections only: this user must sign in to AWS in a browser first. */
export class SignInRequiredError extends ExchangeError<"sign_in_required"> {
  static override readonly isInstance: (value: unknown) => value is SignInRequiredError = (
    value,
  ): value is SignInRequiredError => isNamed("SignInRequiredError", value);
  override readonly name = "SignInRequiredError";
}

/** Authorization-code connections only: the browser did not bring back a code of the sign-in that was begun. */
export class AuthorizationError extends ExchangeError<AuthorizationCodeFault> {
  static override readonly isInstance: (value: unknown) => value is AuthorizationError = (
    value,
  ): value is AuthorizationError => isNamed("AuthorizationError", value);
  override readonly name = "AuthorizationError";
}

/** The ISV's own store of refresh tokens failed, or was too slow. */
export class RefreshTokenStoreError extends ExchangeError<"refresh_token_store_failed"> {
  static override readonly isInstance: (value: unknown) => value is RefreshTokenStoreError = (
    value,
  ): value is RefreshTokenStoreError => isNamed("RefreshTokenStoreError", value);
  override readonly name = "RefreshTokenStoreError";
}

/** Every error this package throws. `name` tells the classes apart, and with it the codes each can have. */
export type AnyExchangeError =
  | ExchangeSettingsError
  | IdTokenError
  | AwsStepError
  | ExchangeDeadlineError
  | SignInRequiredError
  | AuthorizationError
  | RefreshTokenStoreError;
