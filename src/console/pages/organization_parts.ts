// Owns what an organization has beside its settings: domains that are claimed and proven, and members.
import { addDomain, listDomains, removeDomain, verifyDomain } from "../../admin/operations/domains.ts";
import { addUserToTenant } from "../../admin/operations/members.ts";
import { showTenant } from "../../admin/operations/tenants.ts";
import { isTicked } from "../form_values.ts";
import { type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { confirmPlace } from "./confirm_place.ts";
import { domainPath, organizationActPath, organizationCrumbs, organizationPath } from "./organizations.ts";
import { personPath } from "./people.ts";

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

const membershipOptions = [
  { value: "member", label: "Member" },
  { value: "admin", label: "Administers the organization" },
];

/** Making somebody who has an account a member. */
export const addMemberPlace: Place = {
  path: `${path}/members/add`,
  section: "organizations",
  operation: addUserToTenant,
  async show(visit, refused) {
    const tenant = await tenantOf(visit);
    const { fields, errors } = shownForm(
      [
        {
          id: "user",
          label: "E-mail address or id",
          required: true,
          autocomplete: "off",
          hint: "Of an account that is there.",
        },
        {
          id: "role",
          label: "Role",
          type: "select",
          value: "member",
          options: membershipOptions,
        },
      ],
      refused,
    );
    const form = {
      action: organizationActPath(tenant.id, "members/add"),
      fields,
      submitLabel: "Add the member",
      cancelUrl: organizationPath(tenant.id),
    };
    return {
      head: { title: "Add a member", crumbs: organizationCrumbs(tenant) },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const tenantId = param(visit, "tenant");
    const { id, warnings = [] } = await addUserToTenant(visit.context, {
      tenantId,
      user: form.get("user")?.trim() ?? "",
      role: form.get("role") ?? "",
    });
    if (warnings.length === 0) return { to: organizationPath(tenantId), news: "saved" };
    const on = { label: "Go on to the person", url: personPath(id), kind: "primary" } as const;
    return {
      page: {
        head: {
          title: "Added, with a warning",
          crumbs: organizationCrumbs(await tenantOf(visit)),
          actions: [on],
        },
        banners: warnings.map((text) => ({ tone: "warn", text }) as const),
      },
    };
  },
};
