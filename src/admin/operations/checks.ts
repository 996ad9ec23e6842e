// Owns the operations of the doctor: this installation examined, and what the store says of one customer. The checks
// themselves are in onboarding/doctor.
import { z } from "zod";
import type { InstallationPart } from "../../installation.ts";
import type { Examination } from "../../onboarding/doctor/examination.ts";
import { type Finding, isHealthy } from "../../onboarding/doctor/finding.ts";
import { conformanceOf, rulesOf } from "../../onboarding/doctor/profile.ts";
import { checkTenant, readTenantFacts } from "../../onboarding/doctor/tenant_checks.ts";
import { adminRead } from "../administrators/roles.ts";
import { operationsIn } from "./entry.ts";
import type { OperationContext } from "./operation.ts";
import { findingShape } from "./shapes.ts";

/** What checking works with. */
export interface ChecksContext extends OperationContext, InstallationPart<"requireVerifiedDomain"> {
  examination: Examination;
}

const checksOperation = operationsIn<ChecksContext>();
const ruleNumbers = z.array(z.string());
const ok = z.boolean().describe("Whether nothing failed; warnings are allowed.");

/** Findings as they are answered: each with the numbers of its rules. */
export const toldFindings = (findings: readonly Finding[]) =>
  findings.map((finding) => ({ ...finding, rules: [...rulesOf(finding)] }));

/**
 * Examines this installation, its issuer as AWS sees it, and its side of AWS. It asks where the settings lead, and takes
 * nothing that could lead it elsewhere.
 */
export const examineInstallation = checksOperation({
  name: "doctor",
  summary: "Check this installation, its issuer, and its side of AWS",
  permission: adminRead,
  events: ["installation.examined"],
  ownTransaction: "it asks the issuer and AWS, which takes seconds",
  input: z.strictObject({}),
  output: z.strictObject({
    ok,
    findings: z.array(findingShape).describe("In the order of `tti doctor --aws`."),
    profile: z
      .strictObject({
        kept: ruleNumbers,
        broken: ruleNumbers.describe("MUST rules."),
        doubtful: ruleNumbers,
        unseen: ruleNumbers.describe("Nothing was there to look at for them: a token, mostly."),
      })
      .describe("Numbers of the rules of docs/tti-profile.md."),
  }),
  http: [{ method: "post", path: "/v1/doctor" }],
  async run(db, _none, act) {
    const findings = await act.examination();
    const count = (outcome: Finding["outcome"]) => findings.filter((one) => one.outcome === outcome).length;
    const details = { failed: count("failed"), warnings: count("warning") };
    await act.record({ type: "installation.examined", details });
    // It took its time: who may not ask any more is not told.
    await act.still(db);
    return { ok: isHealthy(findings), findings: toldFindings(findings), profile: conformanceOf(findings) };
  },
});

/** Checks what the store says of one tenant. @throws OperationError tenant_not_found */
export const checkOneTenant = checksOperation({
  name: "tenant check",
  summary: "Check what keeps a tenant's people from being named in a token, as the store says it",
  permission: adminRead,
  events: [],
  input: z.strictObject({ tenantId: z.string().describe("The tenant.") }),
  output: z.strictObject({ ok, findings: z.array(findingShape) }),
  http: [{ method: "get", path: "/v1/tenants/:tenant/checks", params: { tenant: "tenantId" } }],
  async run(db, { tenantId }, act) {
    const findings = checkTenant(await readTenantFacts(db, tenantId, act.requireVerifiedDomain));
    return { ok: isHealthy(findings), findings: toldFindings(findings) };
  },
});
