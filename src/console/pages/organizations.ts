// Owns the list of organizations, the page of one, and making one.
import { createAccessor, deleteAccessor, listAccessors } from "../../admin/operations/accessors.ts";
import { addDomain, listDomains, removeDomain, verifyDomain } from "../../admin/operations/domains.ts";
import { disableTenant, enableTenant } from "../../admin/operations/tenant_access.ts";
import { createTenant, listTenants, showTenant, updateTenant } from "../../admin/operations/tenants.ts";
import { listUsers } from "../../admin/operations/users.ts";
import { presencePolicyText } from "../../provider/presence/presence_policy.ts";
import type { Tenant } from "../../provider/tenants/tenant_store.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import type { Action, Field } from "../../views/parts.ts";
import { given } from "../form_values.ts";
import { may, type Place, param, pathOf, type Visit, withQuery } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { disabledBadge, momentText } from "../words.ts";
import { asksFor, listCard, pageOf } from "./list_page.ts";
import { nameOf, personPath, stateOfPerson } from "./people.ts";

const path = "/console/organizations";
const newPath = `${path}/new`;

/** The address of an organization's page. */
export const organizationPath = (tenant: string): string => pathOf(`${path}/:tenant`, { tenant });

/** The address of an act on an organization. */
export const organizationActPath = (tenant: string, act: string): string =>
  pathOf(`${path}/:tenant/${act}`, { tenant });

/** The way back from an act on an organization. */
export const organizationCrumbs = ({ id, name }: Tenant): { label: string; url: string }[] => [
  { label: "Organizations", url: path },
  { label: name, url: organizationPath(id) },
];

const filters: Field[] = [
  { id: "q", label: "Id or name begins with", type: "search" },
  {
    id: "state",
    label: "State",
    type: "select",
    options: [
      { value: "", label: "Any" },
      { value: "enabled", label: "Active" },
      { value: "disabled", label: "Disabled" },
    ],
  },
];

/** Every organization. */
export const organizationsPlace: Place = {
  path,
  section: "organizations",
  operation: listTenants,
  async show(visit) {
    const { query, now, context } = visit;
    const asked = { ...pageOf(query), ...asksFor(query, { search: "q", state: "state" }) };
    const { tenants, cursor } = await listTenants(context, asked);
    const add = { label: "Add an organization", url: newPath, kind: "primary" } as const;
    return {
      head: {
        title: "Organizations",
        lead: "Your customers.",
        actions: may(visit, createTenant) ? [add] : [],
      },
      cards: [
        listCard({
          ...{ path, query, label: "Organizations", one: "organization", filters, cursor },
          table: {
            caption: "Organizations",
            columns: [
              { label: "Name" },
              { label: "Signs in" },
              { label: "State", kind: "state" },
              { label: "Created", kind: "number" },
            ],
            rows: tenants.map((tenant) => [
              {
                text: tenant.name,
                url: organizationPath(tenant.id),
                note: tenant.id === tenant.name ? undefined : tenant.id,
              },
              { text: loginWords[tenant.loginMethod] },
              tenant.disabledAtMs === null ? { text: "Active" } : { text: "Disabled", tone: "bad" },
              { text: momentText(tenant.createdAtMs, now) },
            ]),
          },
          empty: {
            strong: "No organization yet",
            text: "An organization is a customer of yours; its id is what it types at AWS as External Id.",
          },
        }),
      ],
    };
  },
};

/** Where people log in, in words. */
export const loginWords = {
  local: "here",
  handoff: "at your login page",
  both: "here or at your login page",
} as const;

/** Making an organization. */
export const newOrganizationPlace: Place = {
  path: newPath,
  section: "organizations",
  operation: createTenant,
  async show(_visit, refused) {
    const { fields, errors } = shownForm(
      [
        {
          id: "id",
          label: "Id",
          required: true,
          autocomplete: "off",
          hint: "What the customer types at AWS as External Id: letters, digits, _ and -. Chosen once, never changed, never reused.",
        },
        { id: "name", label: "Name", autocomplete: "off", hint: "What people read. Empty: the id." },
      ],
      refused,
    );
    return {
      head: { title: "Add an organization", crumbs: [{ label: "Organizations", url: path }] },
      errors,
      cards: [
        {
          parts: [
            { form: { action: newPath, fields, submitLabel: "Add the organization", cancelUrl: path } },
          ],
        },
      ],
    };
  },
  async act({ context }, form) {
    const { id } = await createTenant(context, { id: form.get("id")?.trim() ?? "", ...given(form, "name") });
    return { to: organizationPath(id), news: "created" };
  },
};

/** One organization. */
export const organizationPlace: Place = {
  path: `${path}/:tenant`,
  section: "organizations",
  operation: showTenant,
  async show(visit) {
    const tenant = await showTenant(visit.context, { id: param(visit, "tenant") });
    const edit = { label: "Edit", url: organizationActPath(tenant.id, "edit") };
    const activity = { label: "Activity", url: withQuery("/console/activity", { organization: tenant.id }) };
    return {
      head: {
        title: tenant.name,
        crumbs: [{ label: "Organizations", url: path }],
        badge: disabledBadge(tenant) ?? { text: "Active", tone: "ok" },
        actions: [...(may(visit, updateTenant) ? [edit] : []), activity],
      },
      cards: [
        settingsCard(tenant, visit),
        await domainsCard(tenant, visit),
        await accessorsCard(tenant, visit),
      ],
      side: [await membersCard(tenant, visit), ...endCard(tenant, visit)],
    };
  },
};

function settingsCard(tenant: Tenant, { now }: Visit): ConsoleCard {
  return {
    title: "Settings",
    parts: [
      {
        kv: {
          entries: [
            { label: "Id", cell: { text: tenant.id, code: true, note: "the External Id at AWS" } },
            { label: "People sign in", cell: { text: loginWords[tenant.loginMethod] } },
            {
              label: "Presence",
              cell: {
                text: presencePolicyText(tenant.presencePolicy),
                note: "when a back end may act for its people",
              },
            },
            {
              label: "Name before a login",
              cell: { text: tenant.discoverable ? "shown to strangers" : "not shown" },
            },
            { label: "Created", cell: { text: momentText(tenant.createdAtMs, now) } },
          ],
        },
      },
    ],
  };
}

const shownAtMost = 10;

async function domainsCard({ id }: Tenant, visit: Visit): Promise<ConsoleCard> {
  const { domains } = await listDomains(visit.context, { tenantId: id, limit: 100 });
  const acts = (domain: string, verified: boolean): Action[] => [
    ...(!verified && may(visit, verifyDomain)
      ? [{ label: "Verify", url: domainPath(id, domain, "verify"), unseen: domain }]
      : []),
    ...(may(visit, removeDomain)
      ? [{ label: "Remove…", url: domainPath(id, domain, "remove"), unseen: domain }]
      : []),
  ];
  const rows = domains.map(({ domain, verified, shared, record }) => ({
    text: domain,
    note: verified
      ? shared
        ? "shared with another organization"
        : undefined
      : `${record.name} TXT "${record.value}"`,
    badge: verified ? undefined : ({ text: "Waits for the record", tone: "warn" } as const),
    actions: acts(domain, verified),
  }));
  const add = { label: "Add", url: organizationActPath(id, "domains/add"), unseen: "a domain" };
  const empty = {
    strong: "No domain",
    text: "Until one is proven, no token carries an address of the organization's people.",
  };
  return {
    title: "Domains",
    action: may(visit, addDomain) ? add : undefined,
    parts: [rows.length > 0 ? { rows } : { empty }],
  };
}

/** The address of an act on a domain. */
export const domainPath = (tenant: string, domain: string, act: string): string =>
  pathOf(`${path}/:tenant/domains/:domain/${act}`, { tenant, domain });

async function accessorsCard({ id, disabledAtMs }: Tenant, visit: Visit): Promise<ConsoleCard> {
  const add = { label: "Enter", url: organizationActPath(id, "accessors/add"), unseen: "a data accessor" };
  const action = may(visit, createAccessor) && disabledAtMs === null ? add : undefined;
  const empty = {
    strong: "No data accessor",
    text: "Enter what the customer handed over from the Amazon Q Business console.",
  };
  // Of a disabled organization none is listed by that operation.
  const accessors =
    disabledAtMs === null ? (await listAccessors(visit.context, { tenantId: id, limit: 100 })).accessors : [];
  const rows = accessors.map(({ name, applicationId, qRegion }) => ({
    text: name,
    note: `application ${applicationId} in ${qRegion}`,
    actions: may(visit, deleteAccessor)
      ? [{ label: "Forget…", url: accessorPath(id, name, "delete"), unseen: name }]
      : [],
  }));
  return { title: "Data accessors", action, parts: [rows.length > 0 ? { rows } : { empty }] };
}

/** The address of an act on a data accessor. */
export const accessorPath = (tenant: string, accessor: string, act: string): string =>
  pathOf(`${path}/:tenant/accessors/:accessor/${act}`, { tenant, accessor });

async function membersCard({ id }: Tenant, visit: Visit): Promise<ConsoleCard> {
  const { users, cursor } = await listUsers(visit.context, { tenantId: id, limit: shownAtMost });
  const all = {
    label: cursor === undefined ? "List" : "All",
    url: withQuery("/console/people", { organization: id }),
    unseen: "members",
  };
  const rows = users.map((user) => ({
    text: nameOf(user),
    url: personPath(user.id),
    note:
      user.memberships.find(({ tenantId }) => tenantId === id)?.role === "admin"
        ? "administers the organization"
        : undefined,
    badge: stateOfPerson(user),
  }));
  const empty = {
    strong: "No members",
    text: "People come with their first sign-in, or are added one by one.",
  };
  return { title: "Members", action: all, parts: [rows.length > 0 ? { rows } : { empty }] };
}

function endCard({ id, disabledAtMs }: Tenant, visit: Visit): ConsoleCard[] {
  const disable = {
    text: "Disable",
    note: "Ends what stands for it, and lets nobody sign in for it. Can be undone.",
    actions: [{ label: "Disable…", url: organizationActPath(id, "disable"), kind: "danger" as const }],
  };
  const enable = {
    text: "Enable",
    note: "Lets its people sign in again.",
    actions: [{ label: "Enable…", url: organizationActPath(id, "enable") }],
  };
  const rows = [
    ...(disabledAtMs === null && may(visit, disableTenant) ? [disable] : []),
    ...(disabledAtMs !== null && may(visit, enableTenant) ? [enable] : []),
  ];
  return rows.length === 0 ? [] : [{ title: "End access", danger: true, parts: [{ rows }] }];
}
