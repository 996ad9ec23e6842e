// Owns how a failed search is explained: what happened, why, likely, and what to do. The words are the exchange
// library's own; an ISV would log the same.
import { type AwsFailure, AwsStepError, ExchangeError, explainFailure } from "tti-exchange";
import type { DemoError } from "../views/demo_pages.ts";

/** Likely causes shown at most; the first is the likeliest. */
const maxCauses = 3;

/**
 * Explains a failure of the exchange library.
 * @param error what it threw
 * @param failure the refused AWS call, if it was one
 * @throws the error itself if it is none of the library's
 */
export function describeFailure(error: unknown, failure: AwsFailure | undefined): DemoError {
  if (!(error instanceof ExchangeError)) throw error;
  const { code, fix, causes } = error;
  const message =
    error instanceof AwsStepError && failure !== undefined
      ? `${sentence(explainFailure(error.step, failure).title)} AWS said: ${failure.text || failure.name}`
      : error.message;
  return { code, message, cause: causes.slice(0, maxCauses).map(sentence).join(" ") || undefined, fix };
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
