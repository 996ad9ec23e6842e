// Owns the page of one organization: its settings, domains, data accessors and members, and how its access ends.
import { createAccessor, deleteAccessor, listAccessors } from "../../admin/operations/accessors.ts";
import { addDomain, listDomains, removeDomain, verifyDomain } from "../../admin/operations/domains.ts";
import { addUserToTenant } from "../../admin/operations/members.ts";
import { disableTenant, enableTenant } from "../../admin/operations/tenant_access.ts";
import { setTenantBrand } from "../../admin/operations/tenant_brand.ts";
import { deleteTenant } from "../../admin/operations/tenant_deletion.ts";
import { limitText } from "../../admin/operations/tenant_text.ts";
import { showTenant, updateTenant } from "../../admin/operations/tenants.ts";
import { createUser, listUsers } from "../../admin/operations/users.ts";
import { presencePolicyText } from "../../provider/presence/presence_policy.ts";
import type { Tenant } from "../../provider/tenants/tenant_store.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import type { Action } from "../../views/parts.ts";
import { may, type Place, param, type Visit, withQuery } from "../place.ts";
import { disabledBadge, momentText } from "../words.ts";
import { setupCard } from "./organization_setup.ts";
import {
  accessorPagePath,
  accessorPath,
  domainPath,
  factorWords,
  loginWords,
  organizationActPath,
} from "./organizations.ts";
import { nameOf, personPath, stateOfPerson } from "./people.ts";

const path = "/console/organizations";

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
        await setupCard(tenant, visit),
      ],
      side: [await membersCard(tenant, visit), ...endCard(tenant, visit)],
    };
  },
};

function settingsCard(tenant: Tenant, visit: Visit): ConsoleCard {
  const { now } = visit;
  const looks = { label: "Looks", url: organizationActPath(tenant.id, "brand") };
  return {
    title: "Settings",
    action: may(visit, setTenantBrand) ? looks : undefined,
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
            { label: "Second factor", cell: { text: factorWords[tenant.requiredFactor] } },
            {
              label: "A sign-in lasts without use",
              cell: { text: limitText(tenant.sessionIdleMs, 60_000, "minutes") },
            },
            {
              label: "A sign-in lasts at most",
              cell: { text: limitText(tenant.sessionLifeMs, 3_600_000, "hours") },
            },
            {
              label: "Name before a login",
              cell: { text: tenant.discoverable ? "shown to strangers" : "not shown" },
            },
            {
              label: "People close their accounts",
              cell: { text: tenant.selfClose ? "themselves, on their own page" : "not themselves" },
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
    url: accessorPagePath(id, name),
    note: `application ${applicationId} in ${qRegion}`,
    actions: may(visit, deleteAccessor)
      ? [{ label: "Forget…", url: accessorPath(id, name, "delete"), unseen: name }]
      : [],
  }));
  return { title: "Data accessors", action, parts: [rows.length > 0 ? { rows } : { empty }] };
}

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
  const acts = [
    ...(may(visit, addUserToTenant)
      ? [{ label: "Add somebody who has an account", url: organizationActPath(id, "members/add") }]
      : []),
    ...(may(visit, createUser)
      ? [{ label: "Add somebody new", url: withQuery("/console/people/new", { organization: id }) }]
      : []),
  ];
  const more = acts.length === 0 ? [] : [{ text: "More members", actions: acts }];
  return {
    title: "Members",
    action: all,
    parts: [...(rows.length > 0 ? [] : [{ empty }]), { rows: [...rows, ...more] }],
  };
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
  const end = {
    text: "Delete",
    note: "With all that is its own. Cannot be undone.",
    actions: [{ label: "Delete…", url: organizationActPath(id, "delete"), kind: "danger" as const }],
  };
  const rows = [
    ...(disabledAtMs === null && may(visit, disableTenant) ? [disable] : []),
    ...(disabledAtMs !== null && may(visit, enableTenant) ? [enable] : []),
    ...(may(visit, deleteTenant) ? [end] : []),
  ];
  return rows.length === 0 ? [] : [{ title: "End access", danger: true, parts: [{ rows }] }];
}
