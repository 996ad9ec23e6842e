// Owns the admin API's routes as a table: method, path, scope, operation, status. No rule lives here; each
// entry only says which arguments the request carries.
import type { RouterContext } from "@koa/router";
import { onceEach, parseFormText } from "../input/form_text.ts";
import type { BackEndToken } from "../provider/clients/access_tokens.ts";
import type { HandoffDeps } from "../provider/handoff/login_handoff.ts";
import type { TxtResolver } from "../provider/tenants/domain_proof.ts";
import { type ApiScope, handoffScope } from "./authenticate.ts";
import * as accessors from "./operations/accessors.ts";
import * as audit from "./operations/audit.ts";
import * as clientAccess from "./operations/client_access.ts";
import * as clients from "./operations/clients.ts";
import * as domains from "./operations/domains.ts";
import * as handoff from "./operations/login_challenges.ts";
import type { OperationContext } from "./operations/operation.ts";
import * as tenantAccess from "./operations/tenant_access.ts";
import * as tenants from "./operations/tenants.ts";
import * as access from "./operations/user_access.ts";
import * as userDeletion from "./operations/user_deletion.ts";
import * as users from "./operations/users.ts";

/** What a request carries for an operation. */
export interface RouteRequest {
  /** Values of the path's parameters. */
  path: Readonly<Record<string, string>>;
  /** Query parameters, each given once. */
  query: Readonly<Record<string, string>>;
  /** The JSON body of a POST. */
  body: Readonly<Record<string, unknown>>;
}

/** What a route works with. */
export interface RouteContext extends OperationContext, HandoffDeps, audit.AuditContext {
  caller: BackEndToken;
  resolveTxt: TxtResolver;
}

/** A route of the JSON API. */
export interface AdminRoute {
  method: "get" | "post" | "patch" | "delete";
  path: string;
  summary: string;
  /** What the caller's access token must carry; absent: administration. */
  scope?: ApiScope;
  /** Status of the answer when all is well. */
  status: 200 | 201;
  run(context: RouteContext, request: RouteRequest): Promise<unknown>;
}

/** Every route that administers, in the order of the documentation. */
export const adminRoutes: readonly AdminRoute[] = [
  {
    method: "get",
    path: "/v1/tenants",
    summary: "List the tenants",
    status: 200,
    run: async (context, { query }) => ({ tenants: await tenants.listTenants(context, pageOf(query)) }),
  },
  {
    method: "post",
    path: "/v1/tenants",
    summary: "Create a tenant",
    status: 201,
    run: (context, { body }) => tenants.createTenant(context, body),
  },
  {
    method: "get",
    path: "/v1/tenants/:tenant",
    summary: "Show a tenant",
    status: 200,
    run: (context, { path }) => tenants.showTenant(context, { id: path["tenant"] }),
  },
  {
    method: "patch",
    path: "/v1/tenants/:tenant",
    summary: "Change a tenant's name, login method or presence policy",
    status: 200,
    run: (context, { path, body }) => tenants.updateTenant(context, { ...body, id: path["tenant"] }),
  },
  {
    method: "post",
    path: "/v1/tenants/:tenant/disable",
    summary: "Disable a tenant, and end what stands for it",
    status: 200,
    run: (context, { path, body }) => tenantAccess.disableTenant(context, { ...body, id: path["tenant"] }),
  },
  {
    method: "post",
    path: "/v1/tenants/:tenant/enable",
    summary: "Enable a disabled tenant",
    status: 200,
    run: (context, { path, body }) => tenantAccess.enableTenant(context, { ...body, id: path["tenant"] }),
  },
  {
    method: "get",
    path: "/v1/tenants/:tenant/domains",
    summary: "List the domains of a tenant",
    status: 200,
    run: async (context, { path }) => ({
      domains: await domains.listDomains(context, { tenantId: path["tenant"] }),
    }),
  },
  {
    method: "post",
    path: "/v1/tenants/:tenant/domains",
    summary: "Claim a domain for a tenant",
    status: 201,
    run: (context, { path, body }) => domains.addDomain(context, { ...body, tenantId: path["tenant"] }),
  },
  {
    method: "post",
    path: "/v1/tenants/:tenant/domains/:domain/verify",
    summary: "Verify a claimed domain by its TXT record",
    status: 200,
    run: (context, { path, body }) =>
      domains.verifyDomain(context, { ...body, tenantId: path["tenant"], domain: path["domain"] }),
  },
  {
    method: "delete",
    path: "/v1/tenants/:tenant/domains/:domain",
    summary: "Take a domain from a tenant",
    status: 200,
    run: (context, { path }) =>
      domains.removeDomain(context, { tenantId: path["tenant"], domain: path["domain"] }),
  },
  {
    method: "get",
    path: "/v1/login-challenges/:challenge",
    summary: "Read a login challenge, for your login page",
    scope: handoffScope,
    status: 200,
    run: (context, { path }) => handoff.showLoginChallenge(context, path["challenge"]),
  },
  {
    method: "post",
    path: "/v1/login-challenges/:challenge/accept",
    summary: "Say who logged in at your page",
    scope: handoffScope,
    status: 200,
    run: (context, { path, body }) => handoff.acceptLoginChallenge(context, path["challenge"], body),
  },
  {
    method: "post",
    path: "/v1/login-challenges/:challenge/reject",
    summary: "Say that nobody logged in",
    scope: handoffScope,
    status: 200,
    run: (context, { path, body }) => handoff.rejectLoginChallenge(context, path["challenge"], body),
  },
  {
    method: "get",
    path: "/v1/tenants/:tenant/users",
    summary: "List the users of a tenant",
    status: 200,
    run: async (context, { path, query }) => ({
      users: await users.listUsers(context, { ...pageOf(query), tenantId: path["tenant"] }),
    }),
  },
  {
    method: "post",
    path: "/v1/tenants/:tenant/users",
    summary: "Add a user who exists to a tenant",
    status: 201,
    run: (context, { path, body }) => users.addUserToTenant(context, { ...body, tenantId: path["tenant"] }),
  },
  {
    method: "delete",
    path: "/v1/tenants/:tenant/users/:user",
    summary: "End a user's membership of a tenant",
    status: 200,
    run: (context, { path }) =>
      access.removeMember(context, { tenantId: path["tenant"], user: path["user"] }),
  },
  {
    method: "get",
    path: "/v1/tenants/:tenant/accessors",
    summary: "List the data accessors of a tenant",
    status: 200,
    run: async (context, { path }) => ({
      accessors: await accessors.listAccessors(context, { tenantId: path["tenant"] }),
    }),
  },
  {
    method: "post",
    path: "/v1/tenants/:tenant/accessors",
    summary: "Enter a data accessor of a tenant",
    status: 201,
    run: (context, { path, body }) =>
      accessors.createAccessor(context, { ...body, tenantId: path["tenant"] }),
  },
  {
    method: "get",
    path: "/v1/tenants/:tenant/accessors/:accessor",
    summary: "Show a data accessor",
    status: 200,
    run: (context, { path }) =>
      accessors.showAccessor(context, { tenantId: path["tenant"], name: path["accessor"] }),
  },
  {
    method: "delete",
    path: "/v1/tenants/:tenant/accessors/:accessor",
    summary: "Forget a data accessor",
    status: 200,
    run: (context, { path }) =>
      accessors.deleteAccessor(context, { tenantId: path["tenant"], name: path["accessor"] }),
  },
  {
    method: "get",
    path: "/v1/users",
    summary: "List the users of all tenants",
    status: 200,
    run: async (context, { query }) => ({ users: await users.listUsers(context, pageOf(query)) }),
  },
  {
    method: "post",
    path: "/v1/users",
    summary: "Create a user",
    status: 201,
    run: (context, { body }) => users.createUser(context, body),
  },
  {
    method: "get",
    path: "/v1/users/:user",
    summary: "Show a user, by id or e-mail address",
    status: 200,
    run: (context, { path }) => users.showUser(context, { user: path["user"] }),
  },
  {
    method: "delete",
    path: "/v1/users/:user",
    summary: "Erase a user for good; `?dryRun=true` only counts",
    status: 200,
    run: (context, { path, query }) =>
      userDeletion.deleteUser(context, { ...dryRunOf(query), user: path["user"] }),
  },
  {
    method: "post",
    path: "/v1/users/:user/sign-out",
    summary: "End a user's sessions, codes and tokens",
    status: 200,
    run: (context, { path, body }) => access.signUserOut(context, { ...body, user: path["user"] }),
  },
  {
    method: "post",
    path: "/v1/users/:user/disable",
    summary: "Disable a user, and end what stands",
    status: 200,
    run: (context, { path, body }) => access.disableUser(context, { ...body, user: path["user"] }),
  },
  {
    method: "post",
    path: "/v1/users/:user/enable",
    summary: "Enable a disabled user",
    status: 200,
    run: (context, { path, body }) => access.enableUser(context, { ...body, user: path["user"] }),
  },
  {
    method: "get",
    path: "/v1/clients",
    summary: "List the clients",
    status: 200,
    run: async (context, { query }) => ({ clients: await clients.listClients(context, pageOf(query)) }),
  },
  {
    method: "post",
    path: "/v1/clients",
    summary: "Register a client",
    status: 201,
    run: (context, { body }) => clients.createClient(context, body),
  },
  {
    method: "get",
    path: "/v1/clients/:client",
    summary: "Show a client",
    status: 200,
    run: (context, { path }) => clients.showClient(context, { clientId: path["client"] }),
  },
  {
    method: "delete",
    path: "/v1/clients/:client",
    summary: "Delete a client, and end what stands for it; `?dryRun=true` only counts",
    status: 200,
    run: (context, { path, query }) =>
      clientAccess.deleteClient(context, { ...dryRunOf(query), clientId: path["client"] }),
  },
  {
    method: "post",
    path: "/v1/clients/:client/disable",
    summary: "Disable a client, and end what stands for it",
    status: 200,
    run: (context, { path, body }) =>
      clientAccess.disableClient(context, { ...body, clientId: path["client"] }),
  },
  {
    method: "post",
    path: "/v1/clients/:client/enable",
    summary: "Enable a disabled client",
    status: 200,
    run: (context, { path, body }) =>
      clientAccess.enableClient(context, { ...body, clientId: path["client"] }),
  },
  {
    method: "post",
    path: "/v1/clients/:client/rotate-secret",
    summary: "Give a client another secret",
    status: 200,
    run: (context, { path, body }) =>
      clientAccess.rotateClientSecret(context, { ...body, clientId: path["client"] }),
  },
  {
    method: "get",
    path: "/v1/audit-events",
    summary: "List audit events, newest first",
    status: 200,
    run: (context, { query }) =>
      audit.listEvents(context, { ...query, ...numbersOf(query, ["limit", "fromMs", "beforeMs"]) }),
  },
];

/** Reads what a request carries besides its body. */
export function routeRequestOf(ctx: RouterContext, body: Readonly<Record<string, unknown>>): RouteRequest {
  const query = Object.fromEntries(onceEach(parseFormText(ctx.querystring)));
  return { path: ctx.params as Record<string, string>, query, body };
}

function pageOf(query: Readonly<Record<string, string>>): Record<string, unknown> {
  return { ...query, ...numbersOf(query, ["limit"]) };
}

// Anything but true or false stays text, and the operation names it as the field at fault.
function dryRunOf(query: Readonly<Record<string, string>>): Record<string, unknown> {
  const { dryRun, ...rest } = query;
  if (dryRun === undefined) return rest;
  return { ...rest, dryRun: dryRun === "true" ? true : dryRun === "false" ? false : dryRun };
}

// A value that is no number stays text, and the operation names it as the field at fault.
function numbersOf(
  query: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, number> {
  return Object.fromEntries(
    names.filter((name) => /^\d{1,16}$/.test(query[name] ?? "")).map((name) => [name, Number(query[name])]),
  );
}
