// Owns the operations on data accessors: what each customer handed over at AWS.
import { ExchangeSettingsError } from "tti-exchange";
import { z } from "zod";
import * as store from "../../accessors/accessor_store.ts";
import { parseAccessor } from "../../accessors/connection.ts";
import { OperationError } from "../../errors.ts";
import { getTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { InputRefused } from "./input_faults.ts";
import {
  cutPage,
  formatTenantKey,
  pageInput,
  pageOutput,
  parseTenantKey,
  readCursor,
  rowsToRead,
} from "./page.ts";
import { accessorShape } from "./shapes.ts";

const permission = adminChange;
const tenantId = z.string().describe("The tenant; equal to the External Id the customer entered.");
const name = z.string().optional().describe("Which, if the customer has several (default: default).");
const one = z.strictObject({ tenantId, name });
const params = { tenant: "tenantId", accessor: "name" };
const words = { options: { tenantId: "tenant" }, needs: { tenant: "acme" }, example: "--tenant acme" };

/**
 * Enters a data accessor of a tenant: the fields of the customer's "Information for data accessor" tab.
 * @throws OperationError invalid_input naming every field at fault, tenant_not_found, accessor_exists
 */
export const createAccessor = operation({
  name: "accessor create",
  summary: "Enter a data accessor of a tenant",
  permission,
  events: ["accessor.created"],
  input: z.strictObject({
    tenantId,
    name,
    applicationId: z.string().describe("The Amazon Q Business application."),
    retrieverId: z.string().describe("Its retriever."),
    qRegion: z.string().describe("The region of the application."),
    idcApplicationArn: z.string().describe("The Identity Center application of the data accessor."),
    idcRegion: z.string().describe("The region of the customer's Identity Center."),
    method: z.string().optional().describe("tti (default) or auth-code."),
  }),
  output: accessorShape,
  http: [
    { method: "post", path: "/v1/tenants/:tenant/accessors", params: { tenant: "tenantId" }, status: 201 },
  ],
  cli: {
    options: words.options,
    needs: words.needs,
    summary: "enter what a customer handed over",
    about: `Enters a customer's data accessor. The customer finds the values in the Amazon Q Business
console: Data accessors, the accessor, tab "Information for data accessor".`,
    example: `--tenant acme --q-region us-east-1 --idc-region us-east-1 \\
      --application-id 11111111-2222-3333-4444-555555555555 \\
      --retriever-id 66666666-7777-8888-9999-000000000000 \\
      --idc-application-arn arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef`,
    show: (accessor) => ({ fields: accessorFields(accessor) }),
  },
  async run(trx, wanted, act) {
    const accessor = readAccessor({ ...wanted, name: wanted.name ?? "default" });
    await getTenant(trx, accessor.tenantId);
    const created = await store.createAccessor(trx, accessor, act.now);
    const details = { name: created.name, idcApplicationArn: created.idcApplicationArn };
    await act.record({ type: "accessor.created", tenantId: created.tenantId, details });
    return created;
  },
});

/** Shows one data accessor of a tenant. @throws OperationError accessor_not_found */
export const showAccessor = operation({
  name: "accessor show",
  summary: "Show a data accessor",
  permission: adminRead,
  events: [],
  input: one,
  output: accessorShape,
  http: [{ method: "get", path: "/v1/tenants/:tenant/accessors/:accessor", params }],
  shows: true,
  cli: {
    ...words,
    summary: "show one data accessor",
    show: (accessor) => ({ fields: accessorFields(accessor) }),
  },
  run: (db, wanted) => store.getAccessor(db, wanted.tenantId, wanted.name ?? "default"),
});

/** Lists data accessors, of one tenant if it is given. @throws OperationError tenant_not_found */
export const listAccessors = operation({
  name: "accessor list",
  summary: "List the data accessors of a tenant",
  permission: adminRead,
  events: [],
  input: z.strictObject({ tenantId: tenantId.optional(), ...pageInput }),
  output: z.strictObject({ accessors: z.array(accessorShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/tenants/:tenant/accessors", params: { tenant: "tenantId" } }],
  cli: {
    options: words.options,
    summary: "list what customers handed over",
    example: "--tenant acme",
    show: ({ accessors }) => ({
      rows: accessors.map((accessor) => ({
        TENANT: accessor.tenantId,
        NAME: accessor.name,
        "Q APPLICATION": `${accessor.applicationId} (${accessor.qRegion})`,
        "IDC APPLICATION": `${accessor.idcApplicationArn} (${accessor.idcRegion})`,
        METHOD: accessor.method,
      })),
      say: accessors.length === 0 ? ["There are none. Add one: tti accessor create --help"] : [],
    }),
  },
  async run(db, { tenantId, cursor, ...page }) {
    if (tenantId !== undefined) await getTenant(db, tenantId);
    const after = parseTenantKey(readCursor("accessor list", { cursor }));
    const read = await store.listAccessors(db, { tenantId, after, limit: rowsToRead(page) });
    const { rows, next } = cutPage("accessor list", read, page, (accessor) =>
      formatTenantKey(accessor.tenantId, accessor.name),
    );
    return { accessors: rows, ...next };
  },
});

/** Forgets a data accessor. Nothing at AWS changes. @throws OperationError accessor_not_found */
export const deleteAccessor = operation({
  name: "accessor delete",
  summary: "Forget a data accessor",
  permission,
  events: ["accessor.deleted"],
  input: one,
  output: z.strictObject({ deleted: z.literal(true) }),
  http: [{ method: "delete", path: "/v1/tenants/:tenant/accessors/:accessor", params }],
  revises: {
    async hold(trx, { tenantId, name = "default" }) {
      await store.lockAccessor(trx, tenantId, name);
      return store.getAccessor(trx, tenantId, name);
    },
  },
  cli: {
    ...words,
    summary: "forget a data accessor (nothing at AWS changes)",
    show: (_deleted, input) => ({ text: `Forgot the data accessor of ${input["tenantId"]}.` }),
  },
  async run(trx, { tenantId, name = "default" }, act) {
    if (!(await store.deleteAccessor(trx, tenantId, name))) {
      throw new OperationError("accessor_not_found", "The tenant has no such data accessor.", {
        field: "accessor",
      });
    }
    await act.record({ type: "accessor.deleted", tenantId, details: { name } });
    return { deleted: true as const };
  },
});

function accessorFields(accessor: store.Accessor): [string, string][] {
  return [
    ["tenant", accessor.tenantId],
    ["name", accessor.name],
    ["application id", accessor.applicationId],
    ["retriever id", accessor.retrieverId],
    ["Q region", accessor.qRegion],
    ["IdC application", accessor.idcApplicationArn],
    ["IdC region", accessor.idcRegion],
    ["method", accessor.method],
  ];
}

// Each fault is its member's, so that every face says it in its own words beside its own field.
function readAccessor(given: Parameters<typeof parseAccessor>[0]): ReturnType<typeof parseAccessor> {
  try {
    return parseAccessor(given);
  } catch (error) {
    if (!(error instanceof ExchangeSettingsError)) throw error;
    throw new InputRefused(
      error.faults.map(({ field, what, expected }) => ({
        path: [field],
        what,
        fix: `Give ${expected}, as the Q Business console shows it under Data accessors, Information for data accessor.`,
      })),
    );
  }
}
