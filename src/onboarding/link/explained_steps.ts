// Owns what a failed step of a test means: title, causes and fix by its code, from the one source of the exchange and of this
// provider's catalogue. Pure.
import type { FailureContext } from "tti-exchange";
import { explainCodeOf } from "../../accessors/explained_error.ts";
import type { TestStep } from "./test_steps.ts";

/** A step, and what its failure means. */
export interface ExplainedStep extends TestStep {
  title?: string | undefined;
  causes?: string[] | undefined;
  fix?: string | undefined;
}

/**
 * Explains the steps of a test.
 * @param context what is known of the connection: it makes causes and fixes concrete
 */
export function explainSteps(steps: readonly TestStep[], context: FailureContext): ExplainedStep[] {
  return steps.map((step) => {
    const explained = step.code === undefined ? undefined : explainCodeOf(step.code, context);
    if (explained === undefined) return step;
    const { title, causes, fix } = explained;
    return { ...step, title, causes: [...causes], fix };
  });
}
