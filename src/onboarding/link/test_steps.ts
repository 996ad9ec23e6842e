// Owns the five steps of a test, as they are kept: what each is called, how it ended, and the code of what failed. Words,
// causes and fixes are looked up where it is shown, so that nothing AWS said and no name of a person is kept. Pure.
import type { ExchangeStep } from "tti-exchange";
import type { TrialOutcome } from "../doctor/accessor_trial.ts";

/** The steps of an exchange and search, in their order. */
export const testStepNames = [
  "id-token",
  "assume-role-with-tag",
  "create-token-with-iam",
  "assume-role-with-context",
  "search-relevant-content",
] as const satisfies readonly ExchangeStep[];
export type TestStepName = (typeof testStepNames)[number];

/** How one step ended. */
export interface TestStep {
  step: TestStepName;
  state: "ok" | "bad" | "wait";
  /** Of what failed: a code of the exchange's, or of this provider. */
  code?: string | undefined;
  /** Of a search that was answered: whether anything was found. */
  found?: boolean | undefined;
}

/** How a test ended. */
export interface TestedSteps {
  steps: TestStep[];
  /** Of the call that AWS refused. */
  awsRequestId?: string | undefined;
}

/** What a trial tells, step by step. */
export function stepsOf({ findings, refusal }: TrialOutcome): TestedSteps {
  if (refusal !== undefined) {
    const { code, step, awsRequestId } = refusal;
    // Before the first step at AWS everything is about the token.
    return { steps: failedAt(testStepNames.find((one) => one === step) ?? "id-token", code), awsRequestId };
  }
  // One that never began lacks something of ours: the role, or an application that may act for the customer.
  const search = findings.find(({ check }) => check === "tenant.search");
  if (search === undefined) return { steps: failedAt("id-token", "invalid_config") };
  const found = search.outcome === "passed";
  return {
    steps: testStepNames.map((step) =>
      step === "search-relevant-content" ? { step, state: "ok", found } : { step, state: "ok" },
    ),
  };
}

/** What came before a step passed; what comes after was not tried. */
export function failedAt(failed: TestStepName, code: string): TestStep[] {
  const at = testStepNames.indexOf(failed);
  return testStepNames.map((step, place) =>
    place < at
      ? { step, state: "ok" }
      : place === at
        ? { step, state: "bad", code }
        : { step, state: "wait" },
  );
}

/** Reads what was kept; what cannot be read is no test. */
export function readTestSteps(stored: unknown): TestStep[] {
  if (!Array.isArray(stored)) return [];
  const steps = stored.flatMap((one: Partial<TestStep>) =>
    testStepNames.some((step) => step === one.step) && ["ok", "bad", "wait"].includes(String(one.state))
      ? [one as TestStep]
      : [],
  );
  return steps.length === testStepNames.length ? steps : [];
}
