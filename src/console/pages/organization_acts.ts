// Owns what is done to one organization: its settings, and ending its access.

import { endedRightsText, many } from "../../admin/operations/ended_text.ts";
import { disableTenant, enableTenant } from "../../admin/operations/tenant_access.ts";
import { deleteTenant } from "../../admin/operations/tenant_deletion.ts";
import { showTenant, updateTenant } from "../../admin/operations/tenants.ts";
import { requiredFactors } from "../../login_levels.ts";
import { presencePolicyText } from "../../provider/presence/presence_policy.ts";
import { isTicked, numberOf } from "../form_values.ts";
import { type Place, param, type Visit } from "../place.ts";
import { contextOfForm, readRevised, revisedForm } from "../revised_form.ts";
import { assertTyped, confirmPlace, typedField } from "./confirm_place.ts";
import { factorWords, organizationActPath, organizationCrumbs, organizationPath } from "./organizations.ts";

const path = "/console/organizations/:tenant";
const tenantOf = (visit: Visit) => showTenant(visit.context, { id: param(visit, "tenant") });

/** Changing an organization's settings. */
export const editOrganizationPlace: Place = {
  path: `${path}/edit`,
  section: "organizations",
  operation: updateTenant,
  async show(visit, refused) {
    const { shown: tenant, revision } = await readRevised(visit, (context) =>
      showTenant(context, { id: param(visit, "tenant") }),
    );
    const logins = [
      { value: "local", label: "Here" },
      { value: "handoff", label: "At your login page" },
      { value: "both", label: "Here or at your login page" },
    ];
    const { fields, errors, hidden } = revisedForm(
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
          id: "requiredFactor",
          label: "Second factor",
          type: "select",
          options: requiredFactors.map((value) => ({ value, label: factorWords[value] })),
          value: tenant.requiredFactor,
          hint: "What its people must prove at a sign-in. Who has none sets one up at the next.",
        },
        {
          id: "discoverable",
          label: "Strangers may read its name on the login page",
          type: "checkbox",
          checked: tenant.discoverable,
        },
        {
          id: "selfClose",
          label: "Its people may close their accounts themselves",
          type: "checkbox",
          checked: tenant.selfClose,
        },
        {
          id: "sessionIdleMinutes",
          label: "Sign in again after this many minutes without use",
          value: String((tenant.sessionIdleMs ?? 0) / 60_000),
          hint: "15 or more; 0: as the installation has it. The shorter holds.",
        },
        {
          id: "sessionLifeHours",
          label: "Sign in again after this many hours at the latest",
          value: String((tenant.sessionLifeMs ?? 0) / 3_600_000),
          hint: "0: as the installation has it. The shorter holds.",
        },
      ],
      revision,
      refused,
    );
    const form = {
      action: organizationActPath(tenant.id, "edit"),
      fields,
      hidden,
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
    const { id } = await updateTenant(contextOfForm(visit, form), {
      id: param(visit, "tenant"),
      name: form.get("name") ?? "",
      loginMethod: form.get("loginMethod") ?? "",
      presence: form.get("presence") ?? "",
      requiredFactor: form.get("requiredFactor"),
      discoverable: isTicked(form, "discoverable"),
      selfClose: isTicked(form, "selfClose"),
      sessionIdleMinutes: numberOf(form, "sessionIdleMinutes"),
      sessionLifeHours: numberOf(form, "sessionLifeHours"),
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

/** Deleting an organization with all that is its own. What goes with it is counted by a trial that is taken back. */
export const deleteOrganizationPlace: Place = confirmPlace({
  ...{ path: `${path}/delete`, section: "organizations", operation: deleteTenant },
  async ask(visit) {
    const { id, name } = await tenantOf(visit);
    const { deleted } = await deleteTenant(visit.context, { id, dryRun: true });
    const { members, domains, accessors, leftAlone } = deleted;
    return {
      title: "Delete",
      crumbs: organizationCrumbs({ id, name }),
      what: `${name} is deleted with all that is its own.`,
      passing: [`${endedRightsText(deleted)} end with it, at once and on every instance.`],
      consequences: [
        `${many(members, "membership")}, ${many(domains, "domain")} and ${many(accessors, "data accessor")} are deleted.`,
        `Accounts of people stay; ${leftAlone} of them ${leftAlone === 1 ? "belongs" : "belong"} to no other organization, and ${leftAlone === 1 ? "gets" : "get"} no token.`,
        `The audit trail stays. The id ${id} is given to nobody again: customers typed it at AWS.`,
      ],
      undo: "This cannot be undone.",
      submitLabel: "Delete for good",
      cancelUrl: organizationPath(id),
      typed: typedField(id, "the organization's id"),
    };
  },
  async act(visit, form) {
    const id = param(visit, "tenant");
    assertTyped(form, id);
    await deleteTenant(visit.context, { id });
    return { to: "/console/organizations", news: "deleted" };
  },
});
