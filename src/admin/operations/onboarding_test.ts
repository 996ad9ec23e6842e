// Owns testing what a customer handed over, by a real exchange and search as one of its people (onboarding/doctor). One test of a
// customer at a time, and so many an hour; what comes of it is kept without a word of the person or of what was found.
import { z } from "zod";
import { getAccessor } from "../../accessors/accessor_store.ts";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import { explainSteps } from "../../onboarding/link/explained_steps.ts";
import { giveTestBack, readProgress, takeTest } from "../../onboarding/link/progress_store.ts";
import { failedAt, stepsOf, type TestedSteps } from "../../onboarding/link/test_steps.ts";
import { findMemberNamed } from "../../provider/accounts/account_name_store.ts";
import { getTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { type Act, operationsIn } from "./entry.ts";
import { enteredName } from "./onboarding_details.ts";
import { testSteps } from "./onboarding_links.ts";
import type { TrialContext } from "./trials.ts";

/** A trial ends by itself within half a minute; its place is kept for what comes before and after it. */
const placeMs = 45_000;

/**
 * Tests a tenant's data accessor. A step that fails is an answer; so is a person there is not, who is told from one of another
 * tenant by nothing.
 * @throws OperationError tenant_not_found, accessor_not_found, onboarding_busy, trial_under_way
 */
export const testDetails = operationsIn<TrialContext>()({
  name: "onboard test",
  summary: "Test what a customer handed over, by a real exchange and search as one of its people",
  permission: adminChange,
  events: ["onboarding.tested", "token.minted", "token.refused"],
  ownTransaction: "it reaches AWS; its place, and what came of it, are written before and after",
  input: z.strictObject({
    tenantId: z.string().describe("The customer."),
    person: z
      .string()
      .min(1)
      .max(300)
      .describe("As whom: an e-mail address or a user id, also as `id:VALUE`. Its presence rule holds."),
  }),
  output: z.strictObject({ steps: testSteps }),
  http: [{ method: "post", path: "/v1/tenants/:tenant/onboarding/test", params: { tenant: "tenantId" } }],
  async run(db, wanted, act) {
    const { tenantId } = wanted;
    const taken = await db.transaction(async (trx) => {
      await act.still(trx);
      await getTenant(trx, tenantId);
      await getAccessor(trx, tenantId, enteredName);
      const untilMs = await takeTest(trx, tenantId, placeMs, act.now);
      if (untilMs === undefined) throw busy();
      return { tenantId, untilMs, enteredAtMs: (await readProgress(trx, tenantId)).enteredAtMs };
    });
    let tested: TestedSteps | undefined;
    try {
      const { steps, awsRequestId } = await tryAs(wanted, act);
      const failed = steps.find(({ state }) => state === "bad");
      await db.transaction(async (trx) => {
        // AWS took its time: of who may not ask any more nothing is kept.
        await act.still(trx);
        const details = {
          accessor: enteredName,
          passed: steps.filter(({ state }) => state === "ok").length,
          ...{ step: failed?.step, refused: failed?.code, awsRequestId },
        };
        const event = { type: "onboarding.tested", actor: act.actor, tenantId, details } as const;
        await createAuditEvent(trx, event, act.clock());
        await giveTestBack(trx, taken, steps, act.clock());
      });
      tested = { steps };
      return { steps: explainSteps(steps, { tenantId }) };
    } finally {
      if (tested === undefined) await giveTestBack(db, taken, undefined, act.clock());
    }
  },
});

async function tryAs(
  { tenantId, person }: { tenantId: string; person: string },
  act: Act<TrialContext, never, unknown>,
): Promise<TestedSteps> {
  const stranger = { steps: failedAt("id-token", "not_a_member") };
  try {
    const member = await findMemberNamed(act.db, tenantId, person);
    if (member === undefined) return stranger;
    const trial = { tenantId, accessor: enteredName, accountId: member.id, actor: act.actor };
    return stepsOf(await act.trials.make({ ...trial, still: () => act.still(act.db) }));
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== "account_ambiguous") throw error;
    return { steps: failedAt("id-token", error.code) };
  }
}

function busy(): OperationError {
  return new OperationError("onboarding_busy", "A test is under way, or there were many in this hour.", {
    retryAfterSeconds: 60,
  });
}
