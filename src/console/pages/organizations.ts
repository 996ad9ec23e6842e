// Owns the list of organizations, their addresses, and making one.
import { createTenant, listTenants } from "../../admin/operations/tenants.ts";
import type { Tenant } from "../../provider/tenants/tenant_store.ts";
import type { Field } from "../../views/parts.ts";
import { given } from "../form_values.ts";
import { may, type Place, pathOf } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { momentText } from "../words.ts";
import { asksFor, listCard, orderFor, ordering, pageOf } from "./list_page.ts";

const path = "/console/organizations";
const newPath = `${path}/new`;

/** The address of an organization's page. */
export const organizationPath = (tenant: string): string => pathOf(`${path}/:tenant`, { tenant });

/** The address of an act on an organization. */
export const organizationActPath = (tenant: string, act: string): string =>
  pathOf(`${path}/:tenant/${act}`, { tenant });

/** The address of an act on a domain. */
export const domainPath = (tenant: string, domain: string, act: string): string =>
  pathOf(`${path}/:tenant/domains/:domain/${act}`, { tenant, domain });

/** The address of a data accessor's page. */
export const accessorPagePath = (tenant: string, accessor: string): string =>
  pathOf(`${path}/:tenant/accessors/:accessor`, { tenant, accessor });

/** The address of an act on a data accessor. */
export const accessorPath = (tenant: string, accessor: string, act: string): string =>
  pathOf(`${path}/:tenant/accessors/:accessor/${act}`, { tenant, accessor });

/** The way back from an act on an organization. */
export const organizationCrumbs = ({
  id,
  name,
}: Pick<Tenant, "id" | "name">): { label: string; url: string }[] => [
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
    const orders = { path, query, filters };
    const asked = {
      ...pageOf(query),
      ...orderFor(query, filters),
      ...asksFor(query, { search: "q", state: "state" }),
    };
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
          kept: ["order"],
          table: {
            caption: "Organizations",
            columns: [
              ordering(orders, { label: "Name" }, "name"),
              { label: "Signs in" },
              { label: "State", kind: "state" },
              ordering(orders, { label: "Created", kind: "number" }, "created"),
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

/** What a sign-in must have proven. */
export const factorWords = {
  none: "not required",
  any: "any second factor",
  passkey: "a passkey",
} as const;

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
