// Owns the page of what a person gave to applications: which may act for them while they are away, and which were let in.
import { OperationError } from "../../errors.ts";
import { renderPage } from "../../views/render.ts";
import type { FormOutcome } from "../edge/form_outcome.ts";
import type { PresencePolicy } from "../presence/presence_policy.ts";
import type { AccountFormHandler, AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import { type Agreement, decideAgreement, listAgreements } from "./agreements.ts";
import { endAllowedApplication, listAllowedApplications } from "./allowed_applications.ts";

/** The page. */
export function applicationsPage(deps: AccountPageDeps): AccountPageHandler {
  return {
    page: "applications",
    show: async ({ person, outcome, shell, form }) => {
      const agreements = await listAgreements(deps, person);
      const applications = await listAllowedApplications(deps, person);
      return renderPage("account_applications", {
        shell: shell({ title: "Applications", ...wordsFor(outcome, agreements) }),
        form: form(),
        agreements: agreements.map(toView),
        applications: applications.map(({ sinceMs, ...one }) => ({ ...one, since: dayOf(sinceMs) })),
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
  const { did, tenantId, clientId } = outcome ?? {};
  if (did === "nothing") {
    return { fault: "Nothing was changed: this is no longer on offer. The list below is as it is now." };
  }
  if (did === "ended") return { notice: "The application has nothing of yours any more. It asks you anew." };
  if (did !== "allow" && did !== "revoke") return {};
  const named = agreements.find((one) => one.tenantId === tenantId && one.clientId === clientId);
  const who = named === undefined ? "The application" : named.clientName;
  const where = named === undefined ? "" : ` at ${named.tenantName}`;
  return {
    notice: `${who} may ${did === "allow" ? "now" : "no longer"} act for you${where} while you are away.`,
  };
}

function toView({ grantedAtMs, ...agreement }: Agreement) {
  return {
    ...agreement,
    since: grantedAtMs === undefined ? undefined : dayOf(grantedAtMs),
  };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

// Only `offline` asks for agreements. Elsewhere the organization's policy says it, and there is nothing to decide here.
function withoutAgreements(policies: readonly PresencePolicy[]): string {
  const names = new Set(policies.map(({ name }) => name));
  if (names.has("within")) return "It is as your organizations say; they ask for no agreement of yours.";
  if (names.has("offline") || names.size === 0) return "No application may, and none has asked.";
  return "No application may, and none can ask.";
}
