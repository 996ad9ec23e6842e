// The shape of one row of the failure catalogue, and the matchers rows share.

import type { AwsStepCode } from "../error_codes.ts";
import type { ExchangeStep } from "../errors.ts";
import type { AwsFailure } from "./aws_failure.ts";

/** What the exchange knew when a call failed; it makes the advice concrete. Never holds a secret. */
export interface FailureContext {
  readonly tenantId?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly idcApplicationArn?: string | undefined;
  readonly idcRegion?: string | undefined;
  readonly qRegion?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly grant?: "jwt-bearer" | "refresh_token" | "authorization_code" | undefined;
  /** The base credentials carry a session token, so AssumeRole is role chaining. */
  readonly chained?: boolean | undefined;
  readonly token?: TokenSummary | undefined;
}

/** The claims AWS matches, for naming them in advice. */
export interface TokenSummary {
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
  readonly iss?: string | undefined;
  readonly aud?: string | undefined;
  readonly email?: string | undefined;
}

/**
 * What helps without a person: a fresh ID token, waiting, new credentials for this user, or nothing.
 * `fresh-token` and `wait` may be tried again within the caller's budget.
 */
export type Recovery = "fresh-token" | "wait" | "new-credentials" | "none";

/** One way in which AWS fails: how it is known, its causes and what to do. */
export interface FailureRow {
  readonly code: AwsStepCode;
  readonly steps: readonly ExchangeStep[];
  readonly matches: (failure: AwsFailure, context: FailureContext) => boolean;
  readonly title: string;
  readonly causes: (context: FailureContext, failure: AwsFailure) => readonly string[];
  readonly fix: (context: FailureContext, failure: AwsFailure) => string;
  readonly recovery: Recovery;
}

/** Matches AWS's name of the error. */
export function named(...names: string[]): (failure: AwsFailure) => boolean {
  return (failure) => names.includes(failure.name);
}

/** STS says AccessDenied, the JSON services AccessDeniedException. */
export const accessDenied = named("AccessDenied", "AccessDeniedException");

/** Matches the error of the OAuth layer, by AWS's name or the wire's code. */
export function oauthFailure(name: string, code: string): (failure: AwsFailure) => boolean {
  return (failure) => failure.name === name || failure.oauthError === code;
}
