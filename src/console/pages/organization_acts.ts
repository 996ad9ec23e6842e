// Owns what is done to one organization: its settings, and ending its access.
import { disableTenant, enableTenant } from "../../admin/operations/tenant_access.ts";
import { showTenant, updateTenant } from "../../admin/operations/tenants.ts";
import { presencePolicyText } from "../../provider/presence/presence_policy.ts";
import { isTicked } from "../form_values.ts";
import { type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { confirmPlace } from "./confirm_place.ts";
import { organizationActPath, organizationCrumbs, organizationPath } from "./organizations.ts";

const path = "/console/organizations/:tenant";
const tenantOf = (visit: Visit) => showTenant(visit.context, { id: param(visit, "tenant") });

/** Changing an organization's settings. */
export const editOrganizationPlace: Place = {
  path: `${path}/edit`,
  section: "organizations",
  operation: updateTenant,
  async show(visit, refused) {
    const tenant = await tenantOf(visit);
    const logins = [
      { value: "local", label: "Here" },
      { value: "handoff", label: "At your login page" },
      { value: "both", label: "Here or at your login page" },
    ];
    const { fields, errors } = shownForm(
      [
        { id: "name", label: "Name", value: tenant.name, required: true },
        {
          id: "loginMethod",
          label: "People sign in",
          type: "select",
          options: logins,
          value: tenant.loginMethod,
        },
        {
          id: "presence",
          label: "Presence",
          value: presencePolicyText(tenant.presencePolicy),
          hint: "When a back end may act for its people: session, within 12 (hours), offline, or never.",
        },
        {
          id: "discoverable",
          label: "Strangers may read its name on the login page",
          type: "checkbox",
          checked: tenant.discoverable,
        },
      ],
      refused,
    );
    const form = {
      action: organizationActPath(tenant.id, "edit"),
      fields,
      submitLabel: "Save",
      cancelUrl: organizationPath(tenant.id),
    };
    return {
      head: { title: "Edit", crumbs: organizationCrumbs(tenant) },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const { id } = await updateTenant(visit.context, {
      id: param(visit, "tenant"),
      name: form.get("name") ?? "",
      loginMethod: form.get("loginMethod") ?? "",
      presence: form.get("presence") ?? "",
      discoverable: isTicked(form, "discoverable"),
    });
    return { to: organizationPath(id), news: "saved" };
  },
};

/** Disabling an organization. */
export const disableOrganizationPlace: Place = confirmPlace({
  ...{ path: `${path}/disable`, section: "organizations", operation: disableTenant },
  async ask(visit) {
    const tenant = await tenantOf(visit);
    return {
      title: "Disable",
      crumbs: organizationCrumbs(tenant),
      what: `Nothing is issued for ${tenant.name} any more; sign-ins and searches for it are refused.`,
      consequences: [
        "Every grant, code and token for it, every login your page vouched for and every agreement of its people ends at once, on every instance.",
        "Nobody's account is touched, nor what they hold elsewhere.",
      ],
      undo: "It can be undone. What ended does not come back: each of its people signs in once more.",
      submitLabel: "Disable",
      cancelUrl: organizationPath(tenant.id),
    };
  },
  async act(visit) {
    const { tenant, unchanged } = await disableTenant(visit.context, { id: param(visit, "tenant") });
    return { to: organizationPath(tenant.id), news: unchanged ? "unchanged" : "disabled" };
  },
});

/** Enabling an organization again. */
export const enableOrganizationPlace: Place = confirmPlace({
  ...{ path: `${path}/enable`, section: "organizations", operation: enableTenant },
  async ask(visit) {
    const tenant = await tenantOf(visit);
    return {
      title: "Enable",
      crumbs: organizationCrumbs(tenant),
      what: `The people of ${tenant.name} may sign in for it again.`,
      consequences: ["Nothing comes back by itself: each of them signs in once more."],
      undo: "It can be undone.",
      submitLabel: "Enable",
      cancelUrl: organizationPath(tenant.id),
    };
  },
  async act(visit) {
    const { tenant, unchanged } = await enableTenant(visit.context, { id: param(visit, "tenant") });
    return { to: organizationPath(tenant.id), news: unchanged ? "unchanged" : "enabled" };
  },
});
