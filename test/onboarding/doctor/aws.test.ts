// What the doctor says of AWS: each check fails by a fixture of its own, with what was seen, why, and what to do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AwsProbe, AwsStepError, type ExchangeStep, explainFailure, IdTokenError } from "tti-exchange";
import { OperationError } from "../../../src/errors.ts";
import {
  checkAccessor,
  checkAwsSide,
  findNoAccessor,
  findNoRole,
} from "../../../src/onboarding/doctor/aws_checks.ts";
import { complaints } from "./doctor_support.ts";

const failure = {
  name: "AccessDenied",
  httpStatusCode: 403,
  text: "",
  oauthError: undefined,
  reason: undefined,
  region: undefined,
  requestId: undefined,
  noAnswer: false,
};

for (const name of ["identity", "role", "tag", "context", "exchange"] as const) {
  test(`aws.${name} is passed, unclear or failed as it was seen`, () => {
    const explanation = explainFailure("assume-role-with-tag", failure, { roleArn: "arn:x" });
    const probe = (outcome: AwsProbe["outcome"]): AwsProbe => ({ name, outcome, seen: `seen ${name}` });
    assert.deepEqual(
      checkAwsSide([probe("passed"), probe("unclear"), { ...probe("failed"), explanation }]).map(
        ({ check, outcome }) => `${outcome} ${check}`,
      ),
      [`passed aws.${name}`, `information aws.${name}`, `failed aws.${name}`],
    );
    const [told] = checkAwsSide([{ ...probe("failed"), explanation }]);
    assert.equal(told?.message, `seen ${name}`);
    assert.match(
      told?.cause ?? "",
      /^Likely, in this order: the trust policy of arn:x does not name the caller; /,
    );
    assert.match(told?.fix ?? "", /^Name the application's role as principal/);
    const [unclear] = checkAwsSide([probe("unclear")]);
    assert.match(unclear?.message ?? "", /tti doctor --tenant ID --user USER makes a real exchange/);
  });
}

test("without a role there is nothing to look at", () => {
  assert.equal(findNoRole().message, "TTI_ROLE_ARN is not set");
  assert.ok(findNoRole().cause && findNoRole().fix);
});

const stepError = (step: ExchangeStep) =>
  new AwsStepError({
    code: "aws_error",
    step,
    message: `${step} failed`,
    fix: "mend it",
    causes: ["one", "two"],
  });

for (const [error, expected, passedBefore] of [
  [
    new IdTokenError({ code: "id_token_issuer", step: "id-token", message: "iss", fix: "x" }),
    "tenant.token",
    0,
  ],
  [new OperationError("presence_required", "not present"), "tenant.token", 0],
  [stepError("assume-role-with-tag"), "tenant.tag", 1],
  [stepError("create-token-with-iam"), "tenant.exchange", 2],
  [stepError("assume-role-with-context"), "tenant.context", 3],
  [stepError("search-relevant-content"), "tenant.search", 4],
] as const) {
  test(`an exchange that ends with ${error.message} fails ${expected}, and what came before is passed`, () => {
    const findings = checkAccessor({ error, passages: 0 });
    assert.deepEqual(complaints(findings), [`failed ${expected}`]);
    assert.equal(findings.filter(({ outcome }) => outcome === "passed").length, passedBefore);
    const told = findings.at(-1);
    assert.equal(told?.message, error.message);
    assert.ok(told?.cause && told.fix);
    if (error instanceof AwsStepError) assert.equal(told?.cause, "Likely, in this order: one; two.");
  });
}

test("a search that finds nothing is no fault, and one that finds something says how much", () => {
  assert.deepEqual(checkAccessor({ passages: 0 }).at(-1)?.outcome, "information");
  assert.deepEqual(checkAccessor({ passages: 3 }).at(-1)?.message, "the search found 3 passages");
  assert.throws(() => checkAccessor({ passages: 0, error: new TypeError("ours") }), TypeError);
});

test("a customer who has handed nothing over is told what to do", () => {
  const told = findNoAccessor(
    new OperationError("accessor_not_found", "The tenant acme has no data accessor."),
  );
  assert.deepEqual(
    [told.check, told.outcome, told.message],
    ["tenant.accessor", "failed", "The tenant acme has no data accessor."],
  );
  assert.ok(told.cause && told.fix);
});
