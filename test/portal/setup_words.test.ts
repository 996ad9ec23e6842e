// What the page of an onboarding says of a step that failed, for every code that AWS's failures have: it speaks to the
// customer's administrator, who is no developer of the vendor's.
import assert from "node:assert/strict";
import { it } from "node:test";
import { failureCatalogue } from "tti-exchange";
import { explainSteps } from "../../src/onboarding/link/explained_steps.ts";
import { isTheirs } from "../../src/portal/check_words.ts";
import { type Onboarding, setupSteps } from "../../src/portal/setup_words.ts";

const vendors =
  /\bISV|customer|\(not set\)|trust policy|token source|\bclients?\b|maxResults|base credentials/i;
const now = new Date("2026-11-26T12:00:00Z");
const codes = [...new Set(failureCatalogue.map(({ code }) => code))];

function toldOf(code: string): Onboarding {
  const steps = explainSteps([{ step: "create-token-with-iam", state: "bad", code }], { tenantId: "acme" });
  const atMs = now.getTime();
  const done = { openedAtMs: atMs, downloadedAtMs: atMs, enteredAtMs: atMs, testedAtMs: atMs };
  return { tenantId: "acme", link: null, ...done, accessors: ["default"], testing: false, steps };
}

it("a failed step is told in the organization's words, or as ours", () => {
  assert.ok(codes.length > 10);
  for (const code of codes) {
    const { steps } = setupSteps(toldOf(code), { at: "/setup/1", now });
    const shown = steps.steps.flatMap(({ tests = [] }) => tests);
    assert.equal(shown.length, 1, code);
    assert.doesNotMatch(JSON.stringify(shown), vendors, code);
    assert.equal(shown[0]?.said === "This part is ours", !isTheirs(code), code);
  }
});
