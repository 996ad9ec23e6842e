// The one class family every failure of the exchange library belongs to. Callers switch on `code`; people read
// `message`, `causes` and `fix`. No token, key or secret may enter any of these fields.

/** Where in the flow a failure happened, in the order the flow runs. */
export type ExchangeStep =
  | "settings"
  | "id-token"
  | "assume-role-with-tag"
  | "create-token-with-iam"
  | "assume-role-with-context"
  | "search-relevant-content"
  | "authorize";

export interface ExchangeErrorDetails {
  readonly code: string;
  readonly step: ExchangeStep;
  readonly message: string;
  /** What to do about it, for a person. */
  readonly fix: string;
  /** Likely causes, the likeliest first. */
  readonly causes?: readonly string[];
  /** Whether the same call may succeed later without anybody changing a setting. */
  readonly retryable?: boolean;
  readonly awsRequestId?: string | undefined;
  readonly cause?: unknown;
}

/** Base of the family: `{ code, step, cause, causes, retryable, awsRequestId, fix }`. */
export class ExchangeError extends Error {
  override readonly name: string = "ExchangeError";
  readonly code: string;
  readonly step: ExchangeStep;
  readonly fix: string;
  readonly causes: readonly string[];
  readonly retryable: boolean;
  readonly awsRequestId: string | undefined;

  constructor(details: ExchangeErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.step = details.step;
    this.fix = details.fix;
    this.causes = details.causes ?? [];
    this.retryable = details.retryable ?? false;
    this.awsRequestId = details.awsRequestId;
  }
}

/** A setting or argument is wrong; nothing was sent anywhere. */
export class ExchangeSettingsError extends ExchangeError {
  override readonly name = "ExchangeSettingsError";
}

/** The ID token could not be had, or AWS would refuse it; AWS was not called. */
export class IdTokenError extends ExchangeError {
  override readonly name = "IdTokenError";
}

/** AWS answered with an error, or did not answer. */
export class AwsStepError extends ExchangeError {
  override readonly name = "AwsStepError";
}

/** The operation ran out of the time it was given. */
export class ExchangeDeadlineError extends ExchangeError {
  override readonly name = "ExchangeDeadlineError";
}

/** Authorization-code connections only: this user must sign in to AWS in a browser first. */
export class SignInRequiredError extends ExchangeError {
  override readonly name = "SignInRequiredError";
}
