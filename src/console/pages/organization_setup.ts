// Owns how far a customer's set-up at AWS is, on the organization's page, and the link by which its administrator does it.
import { makeLink, revokeLink, showOnboarding } from "../../admin/operations/onboarding_links.ts";
import { showTenant } from "../../admin/operations/tenants.ts";
import type { Tenant } from "../../provider/tenants/tenant_store.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import type { Cell } from "../../views/parts.ts";
import { may, type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { momentText } from "../words.ts";
import { confirmPlace } from "./confirm_place.ts";
import { organizationActPath, organizationCrumbs, organizationPath } from "./organizations.ts";

const path = "/console/organizations/:tenant";
const tenantOf = (visit: Visit) => showTenant(visit.context, { id: param(visit, "tenant") });

/** The card: how far the customer's administrator is, as they see it themselves. */
export async function setupCard({ id, disabledAtMs }: Tenant, visit: Visit): Promise<ConsoleCard> {
  const told = await showOnboarding(visit.context, { tenantId: id });
  const { link, steps } = told;
  const at = (ms: number | null): Cell => ({ text: ms === null ? "Not yet" : momentText(ms, visit.now) });
  const failed = steps.find(({ state }) => state === "bad");
  const tested: Cell =
    failed === undefined
      ? { ...at(told.testedAtMs), ...(told.testedAtMs === null ? {} : { note: "passed" }) }
      : { ...at(told.testedAtMs), note: `failed: ${failed.title ?? failed.code}. ${failed.fix ?? ""}` };
  const make = { label: "Make a link", url: organizationActPath(id, "setup/link"), unseen: "for the set-up" };
  const revoke = { label: "Revoke…", url: organizationActPath(id, "setup/revoke"), unseen: "the link" };
  return {
    title: "Set-up at AWS",
    action: may(visit, makeLink) && disabledAtMs === null ? make : undefined,
    parts: [
      {
        kv: {
          entries: [
            {
              label: "Link",
              cell:
                link === null
                  ? { text: "None counts", note: "The customer's administrator sets everything up by one." }
                  : {
                      text: link.openedAtMs === null ? "Not used yet" : "Used",
                      note: `ends ${momentText(link.expiresAtMs, visit.now)}`,
                      actions: may(visit, revokeLink) ? [revoke] : [],
                    },
            },
            { label: "Page opened", cell: at(told.openedAtMs) },
            { label: "Pack downloaded", cell: at(told.downloadedAtMs) },
            { label: "Details entered", cell: at(told.enteredAtMs) },
            { label: "Tested", cell: told.testing ? { text: "Under way" } : tested },
          ],
        },
      },
    ],
  };
}

/** Making the link: it is shown once, in the answer itself. */
export const setupLinkPlace: Place = {
  path: `${path}/setup/link`,
  section: "organizations",
  operation: makeLink,
  async show(visit, refused) {
    const tenant = await tenantOf(visit);
    const { link } = await showOnboarding(visit.context, { tenantId: tenant.id });
    const { fields, errors } = shownForm(
      [{ id: "days", label: "Days", type: "number", value: "7", hint: "For how long it counts: 1 to 30." }],
      refused,
    );
    const form = {
      action: organizationActPath(tenant.id, "setup/link"),
      fields,
      submitLabel: "Make the link",
      cancelUrl: organizationPath(tenant.id),
    };
    const text =
      "The customer's IT administrator opens it, downloads the pack, enters the five details and tests them. It counts for the first browser that uses it, for this organization and nothing else.";
    const before = { text: "The link there is now ends with it, and so does the browser that used it." };
    return {
      head: { title: "Make a link for the set-up", crumbs: organizationCrumbs(tenant) },
      errors,
      cards: [{ parts: [{ text }, ...(link === null ? [] : [before]), { form }] }],
    };
  },
  async act(visit, form) {
    const tenant = await tenantOf(visit);
    const days = form.get("days")?.trim() ?? "";
    const { url } = await makeLink(visit.context, {
      tenantId: tenant.id,
      ...(days === "" ? {} : { days: Number(days) }),
    });
    return {
      page: {
        head: { title: "The link", crumbs: organizationCrumbs(tenant) },
        secret: {
          label: `Link for ${tenant.name}`,
          text: url,
          warning:
            "Send it to the customer's IT administrator through a channel you trust. Only its hash is kept; if it is lost, make a new one.",
          onUrl: organizationPath(tenant.id),
          onLabel: "Go on to the organization",
        },
      },
    };
  },
};

/** Revoking it. */
export const revokeSetupLinkPlace: Place = confirmPlace({
  ...{ path: `${path}/setup/revoke`, section: "organizations", operation: revokeLink },
  async ask(visit) {
    const tenant = await tenantOf(visit);
    return {
      title: "Revoke the link",
      crumbs: organizationCrumbs(tenant),
      what: `The link to the set-up of ${tenant.name} opens nothing any more, nor does the browser that used it.`,
      consequences: ["What was entered by it stays."],
      undo: "You can make another.",
      submitLabel: "Revoke",
      cancelUrl: organizationPath(tenant.id),
    };
  },
  async act(visit) {
    const id = param(visit, "tenant");
    const { revoked } = await revokeLink(visit.context, { tenantId: id });
    return { to: organizationPath(id), news: revoked ? "ended" : "unchanged" };
  },
});
