// From a failed AWS call to an explanation: a pure function over the failure catalogue.

import type { AwsStepCode } from "../error_codes.ts";
import { AwsStepError, type ExchangeStep } from "../errors.ts";
import { type AwsFailure, causeOf } from "./aws_failure.ts";
import { failureCatalogue } from "./failure_catalogue.ts";
import type { FailureContext, Recovery } from "./failure_row.ts";

/** A failure of AWS in this package's words. */
export interface FailureExplanation {
  readonly code: AwsStepCode;
  /** One sentence without AWS's own words. */
  readonly title: string;
  /** Likely causes, the likeliest first. */
  readonly causes: readonly string[];
  readonly fix: string;
  readonly recovery: Recovery;
  readonly retryable: boolean;
}

/**
 * Explains a failed AWS call.
 *
 * @param step which call failed
 * @param failure the facts, from `readAwsFailure`
 * @param context what the caller knows; makes causes and fix concrete
 */
export function explainFailure(
  step: ExchangeStep,
  failure: AwsFailure,
  context: FailureContext = {},
): FailureExplanation {
  const row = failureCatalogue.find(
    (candidate) => candidate.steps.includes(step) && candidate.matches(failure, context),
  );
  if (row === undefined) {
    return {
      code: "aws_error",
      title: "AWS refused the call",
      causes: [],
      fix: "See the cause.",
      recovery: "none",
      retryable: false,
    };
  }
  return {
    code: row.code,
    title: row.title,
    causes: row.causes(context, failure),
    fix: row.fix(context, failure),
    recovery: row.recovery,
    retryable: row.recovery === "wait" || row.recovery === "fresh-token",
  };
}

/** The error a caller of the library sees for a failed AWS call. */
export function awsStepError(step: ExchangeStep, failure: AwsFailure, context: FailureContext): AwsStepError {
  const explanation = explainFailure(step, failure, context);
  const words = failure.text === "" ? failure.name : `${failure.name}: ${failure.text}`;
  return new AwsStepError({
    code: explanation.code,
    step,
    message: `${stepTitle[step]} failed, ${explanation.title}. AWS said ${words}. Likely cause: ${explanation.causes[0] ?? "unknown"}.`,
    fix: explanation.fix,
    causes: explanation.causes,
    retryable: explanation.retryable,
    awsRequestId: failure.requestId,
    oauthError: failure.oauthError,
    oauthErrorDescription: failure.oauthError === undefined ? undefined : failure.text,
    httpStatusCode: failure.httpStatusCode,
    cause: causeOf(failure),
  });
}

const stepTitle: Readonly<Record<ExchangeStep, string>> = {
  settings: "Settings",
  "id-token": "ID token",
  "assume-role-with-tag": "Step 1, AssumeRole with the tenant's tag,",
  "create-token-with-iam": "Step 2, CreateTokenWithIAM,",
  "assume-role-with-context": "Step 3, AssumeRole with the identity context,",
  "search-relevant-content": "Step 4, SearchRelevantContent,",
  authorize: "Authorization",
};
