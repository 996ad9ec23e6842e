// Owns what is done to the domains and the data accessors of one organization.
import { createAccessor, deleteAccessor, showAccessor } from "../../admin/operations/accessors.ts";
import { addDomain, listDomains, removeDomain, verifyDomain } from "../../admin/operations/domains.ts";
import { showTenant } from "../../admin/operations/tenants.ts";
import { given, isTicked } from "../form_values.ts";
import { type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { confirmPlace } from "./confirm_place.ts";
import { domainPath, organizationActPath, organizationCrumbs, organizationPath } from "./organizations.ts";

const path = "/console/organizations/:tenant";
const tenantOf = (visit: Visit) => showTenant(visit.context, { id: param(visit, "tenant") });

/** Claiming a domain. */
export const addDomainPlace: Place = {
  path: `${path}/domains/add`,
  section: "organizations",
  operation: addDomain,
  async show(visit, refused) {
    const tenant = await tenantOf(visit);
    const { fields, errors } = shownForm(
      [
        {
          id: "domain",
          label: "Domain",
          required: true,
          autocomplete: "off",
          hint: "Such as acme.com. The next page says which DNS record proves it.",
        },
      ],
      refused,
    );
    const form = {
      action: organizationActPath(tenant.id, "domains/add"),
      fields,
      submitLabel: "Claim the domain",
      cancelUrl: organizationPath(tenant.id),
    };
    return {
      head: { title: "Add a domain", crumbs: organizationCrumbs(tenant) },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const { tenantId, domain } = await addDomain(visit.context, {
      tenantId: param(visit, "tenant"),
      domain: form.get("domain")?.trim() ?? "",
    });
    return { to: domainPath(tenantId, domain, "verify") };
  },
};

/** Proving a domain by its DNS record. */
export const verifyDomainPlace: Place = {
  path: `${path}/domains/:domain/verify`,
  section: "organizations",
  operation: verifyDomain,
  async show(visit, refused) {
    const tenant = await tenantOf(visit);
    const domain = param(visit, "domain");
    // Claiming again says the same record.
    const claim = (await listAll(visit)).find((one) => one.domain === domain);
    const shared = {
      id: "shared",
      label: "Another organization owns it too, and both are one company",
      type: "checkbox",
    } as const;
    const { fields, errors } = shownForm([shared], refused);
    const form = {
      action: domainPath(tenant.id, domain, "verify"),
      fields,
      submitLabel: "Check the record",
      cancelUrl: organizationPath(tenant.id),
    };
    const record =
      claim === undefined
        ? []
        : [
            {
              text: "Have the customer set this TXT record, then check it. DNS may take a while to tell.",
            } as const,
            { code: { label: "Name", text: claim.record.name } } as const,
            { code: { label: "Value", text: claim.record.value } } as const,
          ];
    return {
      head: { title: `Verify ${domain}`, crumbs: organizationCrumbs(tenant) },
      errors,
      cards: [{ parts: [...record, { form }] }],
    };
  },
  async act(visit, form) {
    const { tenantId } = await verifyDomain(visit.context, {
      tenantId: param(visit, "tenant"),
      domain: param(visit, "domain"),
      ...(isTicked(form, "shared") ? { shared: true } : {}),
    });
    return { to: organizationPath(tenantId), news: "verified" };
  },
};

async function listAll(visit: Visit) {
  const { domains } = await listDomains(visit.context, { tenantId: param(visit, "tenant"), limit: 1000 });
  return domains;
}

/** Taking a domain from an organization. */
export const removeDomainPlace: Place = confirmPlace({
  ...{ path: `${path}/domains/:domain/remove`, section: "organizations", operation: removeDomain },
  async ask(visit) {
    const tenant = await tenantOf(visit);
    return {
      title: "Remove the domain",
      crumbs: organizationCrumbs(tenant),
      what: `${param(visit, "domain")} is no longer a domain of ${tenant.name}.`,
      consequences: ["Tokens of the organization with addresses of this domain are refused from now on."],
      undo: "It can be claimed and proven again.",
      submitLabel: "Remove",
      cancelUrl: organizationPath(tenant.id),
    };
  },
  async act(visit) {
    const { tenantId } = await removeDomain(visit.context, {
      tenantId: param(visit, "tenant"),
      domain: param(visit, "domain"),
    });
    return { to: organizationPath(tenantId), news: "removed" };
  },
});

/** Entering what a customer handed over at AWS. */
export const addAccessorPlace: Place = {
  path: `${path}/accessors/add`,
  section: "organizations",
  operation: createAccessor,
  async show(visit, refused) {
    const tenant = await tenantOf(visit);
    const { fields, errors } = shownForm(
      [
        {
          id: "applicationId",
          label: "Amazon Q Business application id",
          required: true,
          autocomplete: "off",
        },
        { id: "retrieverId", label: "Retriever id", required: true, autocomplete: "off" },
        { id: "qRegion", label: "Region of the application", required: true, hint: "Such as us-east-1." },
        {
          id: "idcApplicationArn",
          label: "ARN of the Identity Center application",
          required: true,
          autocomplete: "off",
        },
        { id: "idcRegion", label: "Region of Identity Center", required: true },
        { id: "name", label: "Name", hint: "Which one, if the customer has several. Empty: default." },
      ],
      refused,
    );
    const form = {
      action: organizationActPath(tenant.id, "accessors/add"),
      fields,
      submitLabel: "Enter",
      cancelUrl: organizationPath(tenant.id),
    };
    const lead =
      "The customer finds these in the Amazon Q Business console: Data accessors, the accessor, tab “Information for data accessor”.";
    return {
      head: { title: "Enter a data accessor", crumbs: organizationCrumbs(tenant), lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const tenantId = param(visit, "tenant");
    const required = {
      applicationId: "",
      retrieverId: "",
      qRegion: "",
      idcApplicationArn: "",
      idcRegion: "",
    };
    const values = given(
      form,
      "applicationId",
      "retrieverId",
      "qRegion",
      "idcApplicationArn",
      "idcRegion",
      "name",
    );
    await createAccessor(visit.context, { tenantId, ...required, ...values });
    return { to: organizationPath(tenantId), news: "created" };
  },
};

/** Forgetting a data accessor. */
export const deleteAccessorPlace: Place = confirmPlace({
  ...{ path: `${path}/accessors/:accessor/delete`, section: "organizations", operation: deleteAccessor },
  async ask(visit) {
    const tenant = await tenantOf(visit);
    const { name, applicationId } = await showAccessor(visit.context, {
      tenantId: tenant.id,
      name: param(visit, "accessor"),
    });
    return {
      title: "Forget the data accessor",
      crumbs: organizationCrumbs(tenant),
      what: `The data accessor ${name} of ${tenant.name} is forgotten (application ${applicationId}).`,
      consequences: ["Searches by it are refused from now on.", "Nothing changes at AWS."],
      undo: "It can be entered again.",
      submitLabel: "Forget",
      cancelUrl: organizationPath(tenant.id),
    };
  },
  async act(visit) {
    const tenantId = param(visit, "tenant");
    await deleteAccessor(visit.context, { tenantId, name: param(visit, "accessor") });
    return { to: organizationPath(tenantId), news: "deleted" };
  },
});
