// Owns the operations on tenants.

import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { requiredFactors } from "../../login_levels.ts";
import { parsePresencePolicy } from "../../provider/presence/presence_policy.ts";
import { parseTenantId } from "../../provider/tenants/tenant_id.ts";
import {
  listTenantsInOrder,
  searchTenants,
  tenantOrders,
} from "../../provider/tenants/tenant_search_store.ts";
import * as store from "../../provider/tenants/tenant_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { displayName } from "./operation.ts";
import {
  assertSortable,
  cutPage,
  endOfSearch,
  idPageInput,
  pageOutput,
  readCursor,
  readSearchCursor,
  rowsToRead,
  searchText,
  sortInput,
} from "./page.ts";
import { tenantShape } from "./shapes.ts";
import { changedDetails, stateOf, tenantFields } from "./tenant_text.ts";

const permission = adminChange;
const [minuteMs, hourMs] = [60_000, 3_600_000];
// Use is noted every five minutes.
const leastIdleMinutes = 15;
const mostIdleMinutes = 30 * 24 * 60;
const mostLifeHours = 365 * 24;
const tenantId = z.string().describe("The tenant's id: what the customer typed at AWS as External Id.");

/** Creates a tenant. @throws OperationError invalid_input, tenant_exists */
export const createTenant = operation({
  name: "tenant create",
  summary: "Create a tenant",
  permission,
  events: ["tenant.created"],
  input: z.strictObject({
    id: z.string().describe("Letters, digits, _ and -, at most 256; chosen once and never reused."),
    name: displayName.optional().describe("What people read (default: the ID)."),
  }),
  output: tenantShape,
  http: [{ method: "post", path: "/v1/tenants", status: 201 }],
  cli: {
    arguments: { ID: "id" },
    summary: "add a customer",
    about: `Adds a tenant: one customer of yours. The ID is what the customer types at AWS as
External Id, so it is chosen once and never reused: letters, digits, _ and -, at most
256, the first a letter or digit.`,
    example: 'acme --name "Acme Corporation"',
    show: (tenant) => ({
      text: `Created tenant ${tenant.id} (${tenant.name}).`,
      say: [`Next: tti user create --tenant ${tenant.id} --email someone@example.com`],
    }),
  },
  async run(trx, { id, name }, act) {
    const tenant = { id: parseTenantId(id, "id"), name: name ?? id };
    const created = await store.createTenant(trx, tenant, act.now);
    await act.record({ type: "tenant.created", tenantId: created.id, details: { name: created.name } });
    return created;
  },
});

/**
 * Changes a tenant's name, where its users log in and for how long, when a back end may act for them, or whether its name
 * stands on the login page before anybody has signed in. A shorter limit counts for logins that were made before, too. The id never changes: customers typed it at AWS.
 * @throws OperationError invalid_input, tenant_not_found
 */
export const updateTenant = operation({
  name: "tenant update",
  summary: "Change a tenant's name, login method or presence policy",
  permission,
  events: ["tenant.updated"],
  input: z.strictObject({
    id: tenantId,
    name: displayName.optional().describe("What people read."),
    loginMethod: z
      .enum(store.loginMethods)
      .optional()
      .describe("Where its users log in: local (here), handoff (at your own login page), or both."),
    presence: z
      .string()
      .optional()
      .describe(
        "When your back end may mint tokens for its users: session (while the user is logged in here; the default), \"within 12\" (for 12 hours after the user's last login), offline (with the user's consent, until it is taken back), never.",
      ),
    requiredFactor: z
      .enum(requiredFactors)
      .optional()
      .describe(
        "What a sign-in of its users must have proven: none (a password is enough; the default), any (a second factor), passkey (one that withstands phishing). Who has none sets one up at the next sign-in, a passkey where one is required; until then nothing that stands opens the tenant.",
      ),
    discoverable: z
      .boolean()
      .optional()
      .describe(
        "Whether the login page shows the name to strangers whose request names the tenant; off (the default): to nobody before a login.",
      ),
    selfClose: z
      .boolean()
      .optional()
      .describe(
        "Whether its people may close their accounts themselves, on /account; off (the default): somebody who belongs to it cannot.",
      ),
    sessionIdleMinutes: z
      .int()
      .min(0)
      .max(mostIdleMinutes)
      .optional()
      .describe(
        "After how many minutes without use its users sign in again, 15 or more; 0: as TTI_SESSION_IDLE has it. The shorter holds.",
      ),
    sessionLifeHours: z
      .int()
      .min(0)
      .max(mostLifeHours)
      .optional()
      .describe(
        "After how many hours they do so however much it was used; 0: as TTI_SESSION_LIFETIME has it. The shorter holds.",
      ),
  }),
  output: tenantShape,
  http: [{ method: "patch", path: "/v1/tenants/:tenant", params: { tenant: "id" } }],
  revises: {
    async hold(trx, { id }) {
      await store.lockTenant(trx, id);
      return store.getAnyTenant(trx, id);
    },
    after: (tenant) => tenant,
  },
  cli: {
    arguments: { ID: "id" },
    options: {
      loginMethod: "login",
      requiredFactor: "factor",
      sessionIdleMinutes: "session-idle",
      sessionLifeHours: "session-life",
    },
    switches: ["discoverable", "selfClose"],
    summary: "change how a customer's users log in, or when you may act for them",
    about: "Changes a tenant. The ID stays what it is: the customer typed it at AWS.",
    example: 'acme --login handoff --presence "within 12"',
    show: (tenant) => ({ fields: tenantFields(tenant) }),
  },
  async run(
    trx,
    {
      id,
      name,
      loginMethod,
      presence,
      requiredFactor,
      discoverable,
      selfClose,
      sessionIdleMinutes,
      sessionLifeHours,
    },
    act,
  ) {
    const presencePolicy = presence === undefined ? undefined : parsePresencePolicy(presence);
    assertIdleMinutes(sessionIdleMinutes);
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(loginMethod === undefined ? {} : { loginMethod }),
      ...(presencePolicy === undefined ? {} : { presencePolicy }),
      ...(requiredFactor === undefined ? {} : { requiredFactor }),
      ...(discoverable === undefined ? {} : { discoverable }),
      ...(selfClose === undefined ? {} : { selfClose }),
      ...(sessionIdleMinutes === undefined ? {} : { sessionIdleMs: limitOf(sessionIdleMinutes, minuteMs) }),
      ...(sessionLifeHours === undefined ? {} : { sessionLifeMs: limitOf(sessionLifeHours, hourMs) }),
    };
    if (Object.keys(changes).length === 0) {
      throw new OperationError("invalid_input", "Nothing to change was given.", {
        fix: "Give a name, a login method, a presence policy, a factor, how long a sign-in lasts, whether it may be found, or whether its people may close their accounts.",
      });
    }
    const before = await store.findTenant(trx, id);
    const tenant = await store.saveTenant(trx, id, changes, act.now);
    const details = changedDetails(before ?? tenant, tenant);
    await act.record({ type: "tenant.updated", tenantId: id, details });
    return tenant;
  },
});

/** Shows one tenant, disabled ones included. @throws OperationError tenant_not_found */
export const showTenant = operation({
  name: "tenant show",
  summary: "Show a tenant",
  permission: adminRead,
  events: [],
  input: z.strictObject({ id: tenantId }),
  output: tenantShape,
  http: [{ method: "get", path: "/v1/tenants/:tenant", params: { tenant: "id" } }],
  shows: true,
  cli: {
    arguments: { ID: "id" },
    summary: "show one customer",
    example: "acme",
    show: (tenant) => ({ fields: tenantFields(tenant) }),
  },
  run: (db, { id }) => store.getAnyTenant(db, id),
});

/** Lists tenants in the order of their ids. */
export const listTenants = operation({
  name: "tenant list",
  summary: "List the tenants",
  permission: adminRead,
  events: [],
  input: z.strictObject({
    search: searchText.describe("Only whose id or name begins so; capitals A to Z do not matter."),
    state: z.enum(["enabled", "disabled"]).optional().describe("Only those that are so."),
    ...sortInput(tenantOrders),
    ...idPageInput,
  }),
  output: z.strictObject({ tenants: z.array(tenantShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/tenants" }],
  cli: {
    summary: "list the customers",
    about: `Lists the tenants in the order of their ids; with --search in the order of what was found.
What is given must all hold. A page of a search may hold fewer tenants than its limit and
go on all the same: --after says so. --sort orders all tenants, and stands alone.`,
    example: "--search acm --state enabled",
    show: ({ tenants }) => ({
      rows: tenants.map((tenant) => ({ ID: tenant.id, NAME: tenant.name, STATE: stateOf(tenant) })),
      say: tenants.length === 0 ? ["There are no such tenants. Add one: tti tenant create acme"] : [],
    }),
  },
  async run(db, { search, state, sort, descending, cursor, afterId, ...page }) {
    assertSortable({ sort, descending }, { search, state });
    if (search !== undefined || state !== undefined || sort !== undefined) {
      const asked = [search, state, ...(sort === undefined ? [] : [sort, descending === true])];
      const list = `tenant list ${JSON.stringify(asked)}`;
      const part = { limit: rowsToRead(page) - 1, after: readSearchCursor(list, { cursor, afterId }) };
      const { rows, end } =
        sort === undefined
          ? await searchTenants(db, { text: search, state }, part)
          : await listTenantsInOrder(db, { by: sort, descending: descending === true }, part);
      return { tenants: rows, ...endOfSearch(list, end) };
    }
    const after = readCursor("tenant list", { cursor, afterId });
    const read = await store.listTenants(db, { limit: rowsToRead(page), afterId: after });
    const { rows, next } = cutPage("tenant list", read, page, ({ id }) => id);
    return { tenants: rows, ...next };
  },
});

const limitOf = (count: number, unitMs: number): number | null => (count === 0 ? null : count * unitMs);

function assertIdleMinutes(minutes: number | undefined): void {
  if (minutes === undefined || minutes === 0 || minutes >= leastIdleMinutes) return;
  throw new OperationError("invalid_input", `sessionIdleMinutes is less than ${leastIdleMinutes}.`, {
    field: "sessionIdleMinutes",
    fix: `Use ${leastIdleMinutes} minutes or more, or 0 for what the installation has.`,
  });
}
