// Owns the page on which an organization's looks are chosen.
import { setTenantBrand, showTenantBrand } from "../../admin/operations/tenant_brand.ts";
import { showTenant } from "../../admin/operations/tenants.ts";
import { type Place, param } from "../place.ts";
import { contextOfForm, readRevised, revisedForm } from "../revised_form.ts";
import { organizationActPath, organizationCrumbs, organizationPath } from "./organizations.ts";

/** Choosing an organization's looks. */
export const organizationBrandPlace: Place = {
  path: "/console/organizations/:tenant/brand",
  section: "organizations",
  operation: setTenantBrand,
  async show(visit, refused) {
    const id = param(visit, "tenant");
    const tenant = await showTenant(visit.context, { id });
    const { shown: brand, revision } = await readRevised(visit, (context) =>
      showTenantBrand(context, { id }),
    );
    const page = "The https:// address of a page. Empty: none.";
    const { fields, errors, hidden } = revisedForm(
      [
        {
          id: "color",
          label: "Colour",
          value: brand.color ?? "",
          autocomplete: "off",
          hint: "# and six hexadecimal digits, such as #0b6b53. Text on it is black or white, and links in it are darkened or lightened until they can be read. Empty: the service's own.",
        },
        {
          id: "supportUrl",
          label: "Help",
          value: brand.supportUrl ?? "",
          autocomplete: "off",
          hint: "https:// or mailto:. Empty: none.",
        },
        {
          id: "policyUrl",
          label: "Privacy policy",
          value: brand.policyUrl ?? "",
          autocomplete: "off",
          hint: page,
        },
        {
          id: "termsUrl",
          label: "Terms of service",
          value: brand.termsUrl ?? "",
          autocomplete: "off",
          hint: page,
        },
      ],
      revision,
      refused,
    );
    const form = {
      action: organizationActPath(tenant.id, "brand"),
      fields,
      hidden,
      submitLabel: "Save",
      cancelUrl: organizationPath(tenant.id),
    };
    const lead =
      "What its people see once they have entered it: where they consent, on their account page, and in the portal.";
    return {
      head: {
        title: "Looks",
        crumbs: organizationCrumbs(tenant),
        lead,
        actions: [{ label: "Logo", url: organizationActPath(tenant.id, "logo") }],
      },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const { id } = await setTenantBrand(contextOfForm(visit, form), {
      id: param(visit, "tenant"),
      color: form.get("color") ?? "",
      supportUrl: form.get("supportUrl") ?? "",
      policyUrl: form.get("policyUrl") ?? "",
      termsUrl: form.get("termsUrl") ?? "",
    });
    return { to: organizationPath(id), news: "saved" };
  },
};
