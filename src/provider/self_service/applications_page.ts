// Owns the page of what a person gave to applications: which may act for them while they are away, and which were let in.
import { OperationError } from "../../errors.ts";
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import type { FormOutcome } from "../edge/form_outcome.ts";
import type { PresencePolicy } from "../presence/presence_policy.ts";
import type { AccountFormHandler, AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import { type Agreement, decideAgreement, listAgreements, listEndedAgreements } from "./agreements.ts";
import { endAllowedApplication, listAllowedApplications } from "./allowed_applications.ts";

/** The page. */
export function applicationsPage(deps: AccountPageDeps): AccountPageHandler {
  return {
    page: "applications",
    show: async ({ person, outcome, shell, form }) => {
      const agreements = await listAgreements(deps, person);
      const ended = await listEndedAgreements(deps, person);
      const applications = await listAllowedApplications(deps, person);
      return renderPage("account_applications", {
        shell: shell({ title: currentWords().applications.title, ...wordsFor(outcome, agreements) }),
        form: form(),
        agreements: agreements.map((one) =>
          toView(one, ended.find((other) => isSame(one, other))?.endedAtMs),
        ),
        ended: ended
          .filter((one) => !agreements.some((other) => isSame(one, other)))
          .map(({ endedAtMs, ...one }) => ({ ...one, ended: dayOf(endedAtMs) })),
        applications: applications.map(({ id, clientName, tenantName, scopes, sinceMs }) => ({
          ...{ id, clientName, tenantName, scopes },
          since: dayOf(sinceMs),
        })),
        withoutAgreements: withoutAgreements(person.tenants.map(({ presencePolicy }) => presencePolicy)),
      });
    },
  };
}

/** Its form: gives an agreement or takes it back, or ends a consent. */
export function applicationsForm(deps: AccountPageDeps): AccountFormHandler {
  return {
    act: async ({ person, fields }) => {
      const decision = fields.get("decision");
      if (decision === "end") {
        const ended = await endAllowedApplication(deps, person, fields.get("grant") ?? "");
        return { outcome: { did: ended ? "ended" : "nothing" } };
      }
      if (decision !== "allow" && decision !== "revoke") {
        throw new OperationError("invalid_input", "decision must be allow, revoke or end.", {
          field: "decision",
        });
      }
      const [tenantId, clientId] = [fields.get("tenant") ?? "", fields.get("client") ?? ""];
      const choice = { tenantId, clientId, allow: decision === "allow" };
      const agreement = await decideAgreement(deps, person, choice);
      return { outcome: { did: agreement === undefined ? "nothing" : decision, tenantId, clientId } };
    },
  };
}

// An agreement that was taken back may be on offer no longer, so its names may be gone.
function wordsFor(outcome: FormOutcome | undefined, agreements: readonly Agreement[]) {
  const words = currentWords().applications;
  const { did, tenantId, clientId } = outcome ?? {};
  if (did === "nothing") return { fault: words.nothing };
  if (did === "ended") return { notice: words.ended };
  if (did !== "allow" && did !== "revoke") return {};
  const named = agreements.find((one) => one.tenantId === tenantId && one.clientId === clientId);
  const who = { application: named?.clientName, organization: named?.tenantName };
  return { notice: did === "allow" ? words.mayNow(who) : words.mayNoLonger(who) };
}

type Named = Pick<Agreement, "tenantId" | "clientId">;
const isSame = (one: Named, other: Named): boolean =>
  one.tenantId === other.tenantId && one.clientId === other.clientId;

function toView({ grantedAtMs, ...agreement }: Agreement, endedAtMs: number | undefined) {
  return {
    ...agreement,
    since: grantedAtMs === undefined ? undefined : dayOf(grantedAtMs),
    ended: endedAtMs === undefined ? undefined : dayOf(endedAtMs),
  };
}

const dayOf = (ms: number): string => currentWords().day(ms);

// Only `offline` asks for agreements. Elsewhere the organization's policy says it, and there is nothing to decide here.
function withoutAgreements(policies: readonly PresencePolicy[]): string {
  const words = currentWords().applications;
  const names = new Set(policies.map(({ name }) => name));
  if (names.has("within")) return words.policySays;
  return names.has("offline") || names.size === 0 ? words.noneAsked : words.noneCanAsk;
}
