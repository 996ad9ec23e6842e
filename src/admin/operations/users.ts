// Owns the operations that make, show and list users. What changes who they are is in user_update.ts, what takes a right
// away in user_access.ts; memberships are in members.ts.
import { z } from "zod";
import { parseEmailAddress } from "../../input/email_address.ts";
import * as accounts from "../../provider/accounts/account_store.ts";
import { listKnownOfTenants } from "../../provider/accounts/known_of_person_store.ts";
import { listPeopleInOrder, peopleOrders } from "../../provider/accounts/people_order_store.ts";
import { accountStates, searchPeople } from "../../provider/accounts/people_search_store.ts";
import { getAnyTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { inWordsOf, memberName } from "./input_faults.ts";
import { addMembership, memberRole } from "./members.ts";
import { preparePassword } from "./new_password.ts";
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
import { generatedPassword, userShape } from "./shapes.ts";
import { resolveUser, shownUser, stateOf, toUser, toUsers, type User } from "./user_view.ts";

/** A new user, with the password if it was generated: the only time it is shown. */
export interface CreatedUser extends User {
  generatedPassword?: string;
}

const permission = adminChange;

/**
 * Creates a user, with memberships.
 * @throws OperationError invalid_input, account_exists, tenant_not_found
 */
export const createUser = operation({
  name: "user create",
  summary: "Create a user",
  permission,
  events: ["account.created", "membership.created"],
  input: z.strictObject({
    email: z.string().describe("What the user signs in with."),
    name: displayName.optional().describe("The user's name."),
    password: z.string().optional().describe("Absent: one is generated and answered once."),
    emailVerified: z
      .boolean()
      .optional()
      .describe(
        "Whether you vouch for the address (default: true); no ID token carries one that nobody vouched for.",
      ),
    memberships: z
      .array(z.strictObject({ tenantId: z.string(), role: memberRole.optional() }))
      .max(100)
      .optional()
      .describe("The tenants the user belongs to, each with a role (default: member)."),
  }),
  output: userShape.extend({ generatedPassword }),
  http: [{ method: "post", path: "/v1/users", status: 201 }],
  async prepare({ email, name, password, memberships = [] }, context) {
    const address = parseEmailAddress(email);
    const tenantIds = memberships.map(({ tenantId }) => tenantId);
    const prepared = await preparePassword(context, password, async () => [
      address,
      name,
      ...(await listKnownOfTenants(context.db, tenantIds)),
    ]);
    return { email: address, ...prepared };
  },
  async run(trx, { name, emailVerified = true, memberships = [] }, act): Promise<CreatedUser> {
    const { email, passwordHash, generated } = act.prepared;
    const account = await accounts.createAccount(
      trx,
      { email, emailVerified, passwordHash, ...(name === undefined ? {} : { name }) },
      act.now,
    );
    await act.recordInTenants(
      { type: "account.created", accountId: account.id, details: { by: "administration", email } },
      memberships.map(({ tenantId }) => tenantId),
    );
    const warnings: string[] = [];
    for (const [at, membership] of memberships.entries()) {
      const place = ["memberships", at, "tenantId"];
      const said = await addMembership(act, account, membership).catch((error: unknown) => {
        throw inWordsOf(error, ([member]) => (member === "tenant" ? memberName(place) : undefined));
      });
      warnings.push(...said);
    }
    return {
      ...(await toUser(trx, account)),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(generated === undefined ? {} : { generatedPassword: generated }),
    };
  },
});

/** Shows one user. @throws OperationError account_not_found */
export const showUser = operation({
  name: "user show",
  summary: "Show a user, by id or e-mail address",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject({ user: z.string().describe("An e-mail address or a user id, also as `id:VALUE`.") }),
  output: userShape,
  http: [{ method: "get", path: "/v1/users/:user" }],
  shows: true,
  cli: {
    arguments: { USER: "user" },
    summary: "show one user",
    example: "ada@acme.example",
    show: (user) => shownUser(user),
  },
  async run(trx, { user }, act) {
    const shown = await toUser(trx, await resolveUser(trx, user));
    // Who reads people's data is told in the trail, and reading over and over does not fill it.
    await act.count({ type: "admin.read", accountId: shown.id, details: { what: "user" } });
    return shown;
  },
});

/**
 * Lists users, of one tenant if it is given: then with the address and the name they have there.
 * @throws OperationError tenant_not_found
 */
export const listUsers = operation({
  name: "user list",
  summary: "List the users of all tenants",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject({
    search: searchText.describe(
      "Only whose address or name begins so, or what stands behind the name's first space; capitals A to Z do not matter.",
    ),
    state: z
      .enum(accountStates)
      .optional()
      .describe("Only who is enabled, disabled, or unproven: enabled, with an address nobody vouched for."),
    tenantId: z.string().optional().describe("Only members of this tenant."),
    withoutFactor: z
      .boolean()
      .optional()
      .describe("true: only who has no second factor set up, neither an authenticator app nor a passkey."),
    ...sortInput(peopleOrders),
    ...idPageInput,
  }),
  output: z.strictObject({ users: z.array(userShape), ...pageOutput }),
  http: [
    {
      method: "get",
      path: "/v1/tenants/:tenant/users",
      params: { tenant: "tenantId" },
      summary: "List the users of a tenant",
    },
    { method: "get", path: "/v1/users" },
  ],
  cli: {
    options: { tenantId: "tenant" },
    summary: "list the users, of all tenants or of one, or look for some",
    about: `Lists users in the order of their ids; with --search in the order of what was found. What is
given must all hold. A page of a search may hold fewer users than its limit and go on all
the same: --after says so. --sort orders all users, and stands alone.`,
    example: "--search ada --tenant acme --state enabled",
    show: ({ users }) => ({
      rows: users.map((user) => ({
        EMAIL: user.email ?? "",
        NAME: user.name ?? "",
        TENANTS: user.memberships.map(({ tenantId }) => tenantId).join(", "),
        STATE: stateOf(user),
        ID: user.id,
      })),
      say: users.length === 0 ? ["There are no such users here. Add one: tti user create --help"] : [],
    }),
  },
  async run(trx, { tenantId, search, state, sort, descending, cursor, afterId, ...page }, act) {
    const withoutFactor = page.withoutFactor === true || undefined;
    assertSortable({ sort, descending }, { search, state, tenantId, withoutFactor });
    // Whoever deletes the people of a customer who left finds them under the disabled tenant.
    if (tenantId !== undefined) await getAnyTenant(trx, tenantId);
    const filtered = search !== undefined || state !== undefined || withoutFactor === true;
    const searched = filtered || sort !== undefined;
    const asked = [
      ...[search, state, tenantId],
      ...(sort === undefined ? [] : [sort, descending === true]),
      ...(withoutFactor === undefined ? [] : ["without factor"]),
    ];
    const list = searched ? `user list ${JSON.stringify(asked)}` : "user list";
    const after = (searched ? readSearchCursor : readCursor)(list, { cursor, afterId });
    await act.count({ type: "admin.read", tenantId, details: { what: "users" } });
    if (searched) {
      const part = { limit: rowsToRead(page) - 1, after };
      const { rows, end } =
        sort === undefined
          ? await searchPeople(trx, { text: search, state, tenantId, withoutFactor }, part)
          : await listPeopleInOrder(trx, { by: sort, descending: descending === true }, part);
      return { users: await toUsers(trx, rows), ...endOfSearch(list, end) };
    }
    const query = { limit: rowsToRead(page), afterId: after };
    const read =
      tenantId === undefined
        ? await accounts.listAccounts(trx, query)
        : await accounts.listAccountsOfTenant(trx, tenantId, query);
    const { rows, next } = cutPage("user list", read, page, ({ id }) => id);
    return { users: await toUsers(trx, rows), ...next };
  },
});
