// Owns the operations on the link by which a customer's administrator reaches the page of their onboarding, and what both
// sides see of how far it is. What the link opens is in portal/; who holds one is no administrator of the organization.
import { z } from "zod";
import { listAccessors } from "../../accessors/accessor_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { type ExplainedStep, explainSteps } from "../../onboarding/link/explained_steps.ts";
import * as store from "../../onboarding/link/link_store.ts";
import { readProgress, saveOpened } from "../../onboarding/link/progress_store.ts";
import { testStepNames } from "../../onboarding/link/test_steps.ts";
import { getAnyTenant, lockTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import type { Shown } from "./command_face.ts";
import { operation, operationsIn } from "./entry.ts";
import type { OnboardingContext } from "./onboarding.ts";

const tenantId = z.string().describe("The customer.");
const params = { tenant: "tenantId" };
const path = "/v1/tenants/:tenant/onboarding";
const dayMs = 86_400_000;
const usualDays = 7;
const moment = z.int().nullable();

const linkMembers = {
  id: z.string().describe("Names it in the trail, and opens nothing."),
  createdAtMs: z.int(),
  expiresAtMs: z.int().describe("When it ends by itself."),
};

/**
 * Makes a tenant's link, in place of the one before.
 * @returns with its address, which is told this once
 * @throws OperationError tenant_not_found
 */
export const makeLink = operationsIn<OnboardingContext>()({
  name: "onboard link",
  summary: "Make a link by which a customer's administrator sets everything up",
  permission: adminChange,
  events: ["onboarding.link_made"],
  input: z.strictObject({
    tenantId,
    days: z.int().min(1).max(30).optional().describe(`For how many days it counts (default: ${usualDays}).`),
  }),
  output: z.strictObject({
    tenantId: z.string(),
    ...linkMembers,
    url: z.string().describe("Whoever opens it first holds it; told this once."),
  }),
  http: [{ method: "post", path: `${path}/link`, params, status: 201 }],
  cli: {
    arguments: { TENANT: "tenantId" },
    about: `Makes a link to send to the customer's IT administrator, through a channel you trust. It opens
one page: the pack, the five details, and a test of them, for this customer and nothing else.
The first browser that uses it holds it until it ends; the link before ends at once.
tti onboard status TENANT tells how far they are.`,
    example: "acme --days 14",
    show: ({ tenantId: id, url, expiresAtMs }) => ({
      fields: [
        ["tenant", id],
        ["link", url],
        ["ends", new Date(expiresAtMs).toISOString()],
      ],
      say: ["The link is shown this once, and counts for the first browser that uses it."],
    }),
  },
  async run(trx, { tenantId: id, days = usualDays }, act) {
    await lockTenant(trx, id);
    await assertNotDisabled(trx, id);
    const secret = store.generateSecret();
    const expiresAtMs = act.now.getTime() + days * dayMs;
    const made = await store.createLink(trx, { tenantId: id, secret, expiresAtMs }, act.now);
    if (made === undefined) {
      throw new OperationError("tenant_not_found", "No tenant has this id.", { field: "tenant" });
    }
    const details = { link: made.id, expiresAt: new Date(expiresAtMs).toISOString() };
    await act.record({ type: "onboarding.link_made", tenantId: id, details });
    const { createdAtMs } = made;
    const url = `${act.ownRegistration().ownIssuer}/setup/${made.id}?key=${secret}`;
    return { tenantId: id, id: made.id, createdAtMs, expiresAtMs, url };
  },
});

// Whoever makes a link is told why there is none; whoever opens one is not.
async function assertNotDisabled(db: Database, id: string): Promise<void> {
  const { disabledAtMs } = await getAnyTenant(db, id);
  if (disabledAtMs === null) return;
  throw new OperationError("tenant_disabled", `The tenant ${id} is disabled.`, {
    field: "tenant",
    fix: `Enable it first: tti tenant enable ${id}.`,
  });
}

/**
 * Uses a link, for the browser that asks. Its right is the link's secret, which the one statement asks that uses it.
 * @throws OperationError onboarding_link_over, onboarding_link_used
 */
export const openLink = operation({
  name: "onboard open",
  summary: "Use a link: the page of the portal calls it",
  permission: adminChange,
  events: ["onboarding.link_opened"],
  input: z.strictObject({
    link: z.string().describe("Its id."),
    key: z.string().describe("What it carries."),
    browser: z.string().min(1).describe("What the browser brought before."),
  }),
  output: z.strictObject({
    session: z.string().describe("What the browser brings from now on; told this once."),
    expiresAtMs: z.int(),
  }),
  http: [],
  async run(trx, { link: id, key: secret, browser }, act) {
    const session = store.generateSecret();
    const used = await store.useLink(trx, { id, secret, browser, session }, act.now);
    if (used === undefined) throw await whyNot(trx, { id, secret }, act.now);
    const { tenantId: of, expiresAtMs } = used;
    await saveOpened(trx, of, act.now);
    await act.record({ type: "onboarding.link_opened", tenantId: of, details: { link: id } });
    return { session, expiresAtMs };
  },
});

/** Why a link opens nothing, as far as whoever holds its secret may know. */
export async function whyNot(
  db: OnboardingContext["db"],
  link: { id: string; secret: string },
  now: Date,
): Promise<OperationError> {
  return (await store.wasLinkUsed(db, link, now))
    ? new OperationError("onboarding_link_used", "The link was used already, by another browser.")
    : linkOver();
}

/** The one answer to links that count no more, whatever the reason. */
export function linkOver(): OperationError {
  return new OperationError("onboarding_link_over", "The link has ended, or never was.");
}

const stepShape = z.strictObject({
  step: z.enum(testStepNames),
  state: z.enum(["ok", "bad", "wait"]).describe("Passed, failed, or not tried for what came before."),
  code: z.string().optional().describe("Of what failed."),
  title: z.string().optional().describe("What that means."),
  causes: z.array(z.string()).optional().describe("Likely causes, the likeliest first."),
  fix: z.string().optional(),
  found: z.boolean().optional().describe("Whether the search found anything that this person may see."),
});

/** The steps of a test, in an answer. */
export const testSteps = z.array(stepShape).describe("The five steps in order; empty: not tested.");

const onboardingShape = z.strictObject({
  tenantId: z.string(),
  link: z
    .strictObject({ ...linkMembers, openedAtMs: moment })
    .nullable()
    .describe("The link that counts now; null: none does."),
  openedAtMs: moment.describe("When a link was used last."),
  downloadedAtMs: moment.describe("When something of the pack was downloaded first."),
  enteredAtMs: moment.describe("When the five details were entered by way of the page."),
  accessors: z.array(z.string()).describe("The data accessors there are, by name."),
  testedAtMs: moment,
  testing: z.boolean().describe("A test is under way."),
  steps: testSteps,
});

/** Tells how far a tenant's onboarding is. @throws OperationError tenant_not_found */
export const showOnboarding = operation({
  name: "onboard status",
  summary: "Tell how far a customer's onboarding is",
  permission: adminRead,
  events: [],
  input: z.strictObject({ tenantId }),
  output: onboardingShape,
  http: [{ method: "get", path, params }],
  cli: {
    arguments: { TENANT: "tenantId" },
    example: "acme",
    show: (told) => ({ fields: progressFields(told) }),
  },
  async run(db, { tenantId: id }, act) {
    await getAnyTenant(db, id);
    const link = await store.findLinkOfTenant(db, id, act.now);
    const { testingUntilMs, steps, ...done } = await readProgress(db, id);
    const accessors = await listAccessors(db, { tenantId: id });
    return {
      tenantId: id,
      link:
        link === undefined
          ? null
          : {
              ...{ id: link.id, createdAtMs: link.createdAtMs },
              ...{ expiresAtMs: link.expiresAtMs, openedAtMs: link.openedAtMs },
            },
      ...done,
      accessors: accessors.map(({ name }) => name),
      testing: testingUntilMs !== null && testingUntilMs > act.now.getTime(),
      steps: explainSteps(steps, accessors[0] ?? { tenantId: id }),
    };
  },
});

type Told = z.output<typeof onboardingShape>;

function progressFields(told: Told): [string, string][] {
  const at = (ms: number | null) => (ms === null ? "not yet" : new Date(ms).toISOString());
  const { link, steps } = told;
  return [
    ["tenant", told.tenantId],
    [
      "link",
      link === null
        ? "none counts"
        : `${link.openedAtMs === null ? "not used yet" : "used"}, ends ${at(link.expiresAtMs)}`,
    ],
    ["page opened", at(told.openedAtMs)],
    ["pack downloaded", at(told.downloadedAtMs)],
    ["details entered", at(told.enteredAtMs)],
    ["data accessors", told.accessors.join(", ") || "none"],
    ["tested", told.testing ? "under way" : at(told.testedAtMs)],
    ...steps.map((one): [string, string] => [one.step, outcomeText(one)]),
  ];
}

function outcomeText({ state, code, found, title = "", fix = "" }: ExplainedStep): string {
  if (state === "ok") return `passed${found === false ? ", found nothing that this person may see" : ""}`;
  return state === "wait" ? "not tried" : `failed (${code}): ${title}. ${fix}`;
}

/** Revokes a tenant's link, with the browser that holds it. @throws OperationError tenant_not_found */
export const revokeLink = operation({
  name: "onboard revoke",
  summary: "Revoke the link to a customer's onboarding",
  permission: adminChange,
  events: ["onboarding.link_revoked"],
  input: z.strictObject({ tenantId }),
  output: z.strictObject({ revoked: z.boolean().describe("False: none counted.") }),
  http: [{ method: "delete", path: `${path}/link`, params }],
  cli: {
    arguments: { TENANT: "tenantId" },
    about: `The link opens nothing any more, nor does the browser that used it, at once and on every
instance. What was entered stays.`,
    example: "acme",
    show: ({ revoked }): Shown => ({
      text: revoked ? "Revoked the link." : "There was no link that counts.",
    }),
  },
  async run(trx, { tenantId: id }, act) {
    await lockTenant(trx, id);
    await getAnyTenant(trx, id);
    const revoked = await store.deleteLink(trx, id, act.now);
    if (revoked) await act.record({ type: "onboarding.link_revoked", tenantId: id });
    return { revoked };
  },
});
