// Owns the operation that tries a data accessor: a real exchange and search as one of the customer's people, of which the
// steps are told, and nothing of what was found. The trial itself is in onboarding/doctor.
import { z } from "zod";
import type { TrialOutcome, TrialWanted } from "../../onboarding/doctor/accessor_trial.ts";
import { isHealthy } from "../../onboarding/doctor/finding.ts";
import { findMemberNamed } from "../../provider/accounts/account_name_store.ts";
import { getTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { noMemberOf } from "../administrators/tenant_bound.ts";
import { toldFindings } from "./checks.ts";
import { operationsIn } from "./entry.ts";
import type { OperationContext } from "./operation.ts";
import { findingShape } from "./shapes.ts";

/** What trying works with. */
export interface TrialContext extends OperationContext {
  trials: { make(wanted: TrialWanted): Promise<TrialOutcome> };
}

/**
 * Tries a data accessor. The person must be a member, and the tenant's presence policy holds: nobody is acted for whom it
 * protects, by an administrator neither.
 * @throws OperationError tenant_not_found, not_a_member, account_ambiguous, trial_under_way
 */
export const tryAccessor = operationsIn<TrialContext>()({
  name: "accessor try",
  summary: "Try a data accessor by a real exchange and search as one of the tenant's people",
  permission: adminChange,
  events: ["accessor.tried", "token.minted", "token.refused"],
  ownTransaction: "it reaches AWS, which takes seconds",
  input: z.strictObject({
    tenantId: z.string().describe("The tenant."),
    name: z.string().max(64).optional().describe("Which of its data accessors (default: default)."),
    user: z
      .string()
      .min(1)
      .max(300)
      .describe("As whom: a member's e-mail address or id, also as `id:VALUE`."),
  }),
  output: z.strictObject({
    ok: z.boolean().describe("Whether nothing failed."),
    findings: z
      .array(findingShape)
      .describe("The steps that were reached, in order. How much was found is told, not what."),
    refusal: z
      .strictObject({
        code: z.string().describe("The code of what was refused, the exchange's or ours."),
        step: z.string().optional().describe("The step of the exchange it is of."),
        awsRequestId: z.string().optional().describe("AWS's id of the request it refused."),
      })
      .optional()
      .describe("What ended it; absent: nothing did, or it never began."),
  }),
  http: [
    {
      method: "post",
      path: "/v1/tenants/:tenant/accessors/:accessor/trials",
      params: { tenant: "tenantId", accessor: "name" },
    },
  ],
  async run(db, { tenantId, name = "default", user }, act) {
    await getTenant(db, tenantId);
    const member = await findMemberNamed(db, tenantId, user);
    if (member === undefined) throw noMemberOf(tenantId);
    const { id: accountId } = member;
    const { findings, clientId, refusal } = await act.trials.make({
      tenantId,
      accessor: name,
      accountId,
      actor: act.actor,
      still: () => act.still(act.db),
    });
    const ok = isHealthy(findings);
    await act.record({
      type: "accessor.tried",
      tenantId,
      accountId,
      ...(clientId === undefined ? {} : { clientId }),
      details: {
        accessor: name,
        passed: ok,
        ...(refusal === undefined
          ? {}
          : { refused: refusal.code, step: refusal.step, awsRequestId: refusal.awsRequestId }),
      },
    });
    // AWS took its time: who may not ask any more is not told what came of it.
    await act.still(db);
    return { ok, findings: toldFindings(findings), ...(refusal === undefined ? {} : { refusal }) };
  },
});
