// Owns the operations on how an organization's pages look: its colour, and where it says what people may read.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { findLogo } from "../../provider/looks/logo_store.ts";
import { type Brand, parseBrandChanges } from "../../provider/tenants/brand.ts";
import { findBrand, saveBrand } from "../../provider/tenants/brand_store.ts";
import { getAnyTenant, lockTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import type { CommandFace } from "./command_face.ts";
import { operation } from "./entry.ts";
import { logoShape, logoText, type ShownLogo, shownLogo } from "./logo_shape.ts";
import { unchanged } from "./shapes.ts";

const id = z.string().describe("The tenant's id.");
const text = z.string().nullable().optional();
export const brandShape = z
  .strictObject({
    id: z.string(),
    color: z.string().nullable().describe("`#` and six hexadecimal digits; null: the service's own."),
    supportUrl: z.string().nullable().describe("Where its people get help."),
    policyUrl: z.string().nullable().describe("What becomes of people's data."),
    termsUrl: z.string().nullable().describe("Its terms of service."),
    logo: logoShape,
  })
  .meta({ id: "TenantBrand" });

/** A tenant's brand, as operations answer it. */
export type TenantBrand = Brand & { id: string; logo: ShownLogo };

/** Reads it. */
export async function viewBrand(db: Database, { id }: { id: string }): Promise<TenantBrand> {
  const [brand, logo] = [await findBrand(db, id), await findLogo(db, { tenantId: id })];
  return { id, ...brand, logo: shownLogo(logo) };
}

const shown = (brand: TenantBrand): [string, string][] => [
  ["id", brand.id],
  ["colour", brand.color ?? "the service's"],
  ["help", brand.supportUrl ?? "–"],
  ["privacy policy", brand.policyUrl ?? "–"],
  ["terms", brand.termsUrl ?? "–"],
  ["logo", logoText(brand.logo)],
];

/** How commands show it. */
export const brandFace = {
  arguments: { ID: "id" },
  example: "acme",
  show: (brand) => ({ fields: shown(brand) }),
} satisfies CommandFace<TenantBrand>;

/** Shows how a tenant's pages look. @throws OperationError tenant_not_found */
export const showTenantBrand = operation({
  name: "tenant brand",
  summary: "Show how a tenant's pages look",
  permission: adminRead,
  events: [],
  input: z.strictObject({ id }),
  output: brandShape,
  http: [{ method: "get", path: "/v1/tenants/:tenant/brand", params: { tenant: "id" } }],
  shows: true,
  cli: { ...brandFace, summary: "show how a customer's pages look" },
  async run(db, { id }): Promise<TenantBrand> {
    return viewBrand(db, await getAnyTenant(db, id));
  },
});

/**
 * Changes how a tenant's pages look. What is not given stays; null, or an empty text, takes it away.
 * @throws OperationError invalid_input, tenant_not_found
 */
export const setTenantBrand = operation({
  name: "tenant set-brand",
  summary: "Change how a tenant's pages look",
  permission: adminChange,
  events: ["tenant.branded"],
  input: z.strictObject({
    id,
    color: text.describe(
      "Its brand colour, `#` and six hexadecimal digits; what is drawn in it is computed so that it can be read in light and dark. Empty: the service's own.",
    ),
    supportUrl: text.describe("Where its people get help: https:// or mailto:. Empty: none."),
    policyUrl: text.describe("What becomes of people's data: the https:// address of a page. Empty: none."),
    termsUrl: text.describe("Its terms of service: the https:// address of a page. Empty: none."),
  }),
  output: brandShape.extend({ unchanged }),
  http: [{ method: "patch", path: "/v1/tenants/:tenant/brand", params: { tenant: "id" } }],
  revises: {
    async hold(trx, { id }) {
      await lockTenant(trx, id);
      return viewBrand(trx, await getAnyTenant(trx, id));
    },
    after: ({ unchanged: _told, ...brand }) => brand,
  },
  cli: {
    ...brandFace,
    summary: "change how a customer's pages look",
    about: `Sets the brand colour of a tenant, and the addresses that its people are shown. Any colour
can be read: text on it is black or white, and links in it are darkened or lightened.
The pages wear it once a person has entered the tenant, never because a request names it.
An empty text takes away: --terms-url "".`,
    example: 'acme --color "#0b6b53" --support-url mailto:help@acme.example',
  },
  async run(trx, { id, ...given }, act): Promise<TenantBrand & { unchanged?: true }> {
    if (Object.values(given).every((value) => value === undefined)) {
      throw new OperationError("invalid_input", "id is named, but nothing to change.", {
        field: "id",
        fix: "Give a colour, or where help, the privacy policy or the terms are.",
      });
    }
    const changes = parseBrandChanges(given);
    await lockTenant(trx, id);
    const tenant = await getAnyTenant(trx, id);
    const before = await findBrand(trx, tenant.id);
    const after: Brand = { ...before, ...changes };
    const changed = (Object.keys(after) as (keyof Brand)[]).filter((name) => before[name] !== after[name]);
    if (changed.length === 0) return { ...(await viewBrand(trx, tenant)), unchanged: true };
    await saveBrand(trx, tenant.id, after, act.now);
    const details = Object.fromEntries(
      changed.flatMap((name) => [
        [name, after[name] ?? ""],
        [`${name}Was`, before[name] ?? ""],
      ]),
    );
    await act.record({ type: "tenant.branded", tenantId: tenant.id, details });
    return viewBrand(trx, tenant);
  },
});
