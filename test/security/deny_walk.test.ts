// Class: a route that lets in whom it should not (broken function level and object level authorization). The whole
// inventory of routes, those still to come included, times everybody who may not: each is refused, and nothing is written
// but that it was.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { administratorRoles, mayDo } from "../../src/admin/administrators/roles.ts";
import { type ApiRoute, apiRoutes, hasBody } from "../../src/admin/api_routes.ts";
import { createCredential, revokeCredential } from "../../src/admin/operations/credentials.ts";
import { disableTenant } from "../../src/admin/operations/tenant_access.ts";
import { createTenant } from "../../src/admin/operations/tenants.ts";
import { type AdminWorld, startAdminWorld } from "../admin/admin_world.ts";

let world: AdminWorld;
/** What each caller sends as Authorization. */
const callers: Record<string, string | undefined> = {};

const key = async (
  role: "auditor" | "operator" | "owner",
  more: { tenantId?: string; expires?: string } = {},
) => {
  const made = await createCredential(world.context, { name: "walk", role, ...more });
  return { id: made.id, header: `Bearer ${made.key}` };
};

before(async () => {
  world = await startAdminWorld();
  for (const id of ["acme", "globex", "closed"]) await createTenant(world.context, { id });
  const all = { allowedTenants: ["*"] };
  for (const purpose of ["admin", "search", "handoff"] as const) {
    const client = { clientId: purpose, purposes: [purpose], ...(purpose === "admin" ? {} : all) };
    callers[`tti:${purpose}`] = `Bearer ${await world.accessToken(client, `tti:${purpose}`)}`;
  }
  for (const role of administratorRoles) callers[role] = (await key(role)).header;
  callers["acme's operator"] = (await key("operator", { tenantId: "acme" })).header;
  callers["globex's operator"] = (await key("operator", { tenantId: "globex" })).header;
  callers["globex's auditor"] = (await key("auditor", { tenantId: "globex" })).header;
  callers["nobody"] = undefined;
  callers["an empty token"] = "Bearer ";
  callers["two tokens"] = `${callers["owner"]} ${callers["tti:admin"]?.slice("Bearer ".length)}`;
  callers["another scheme"] = callers["owner"]?.replace("Bearer", "Basic");
  callers["an unknown token"] = `Bearer ${"x".repeat(43)}`;
  callers["an unknown key"] = `Bearer tti_${"x".repeat(43)}`;
  callers["a key with one letter less"] = callers["owner"]?.slice(0, -1);
  const revoked = await key("owner");
  await revokeCredential(world.context, { credential: revoked.id });
  callers["a revoked key"] = revoked.header;
  const expired = await key("owner");
  await world.server
    .db("api_credentials")
    .where("id", expired.id)
    .update({ expires_at_ms: Date.now() - 1 });
  callers["an expired key"] = expired.header;
  callers["the key of a tenant that is disabled"] = (await key("operator", { tenantId: "closed" })).header;
  await disableTenant(world.context, { id: "closed" });
  const gone = await world.accessToken({ clientId: "gone", purposes: ["admin"] }, "tti:admin");
  await world.server.db("clients").where("client_id", "gone").update({ disabled_at_ms: 1 });
  callers["the token of a client that is disabled"] = `Bearer ${gone}`;
  // An instance makes its next key by itself; the walk begins when it has.
  const keys = async () => (await world.server.db("signing_keys").select("kid")).length;
  while ((await keys()) < 2) await new Promise((wait) => setTimeout(wait, 100));
});
after(() => world.close());

const unproven = [
  "nobody",
  "an empty token",
  "two tokens",
  "another scheme",
  "an unknown token",
  "an unknown key",
  "a key with one letter less",
  "a revoked key",
  "an expired key",
  "the key of a tenant that is disabled",
  "the token of a client that is disabled",
];

const pathOf = (route: ApiRoute, tenant = "acme") =>
  route.path.replaceAll(/:(\w+)/g, (_, name: string) => (name === "tenant" ? tenant : `some-${name}`));
const nameOf = (route: ApiRoute) => `${route.method.toUpperCase()} ${route.path}`;

async function call(route: ApiRoute, caller: string, path = pathOf(route)): Promise<[number, string]> {
  const authorization = callers[caller];
  assert.ok(caller === "nobody" || authorization !== undefined, caller);
  const response = await fetch(`${world.server.adminUrl}${path}`, {
    method: route.method.toUpperCase(),
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(hasBody(route) ? { "content-type": "application/json" } : {}),
    },
    ...(hasBody(route) ? { body: "{}" } : {}),
  });
  const text = await response.text();
  // Of a refusal nothing but the refusal is told.
  if (response.status === 401 || response.status === 403) {
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer realm="tti-provider"/);
    return [response.status, String(JSON.parse(text).error)];
  }
  return [response.status, text];
}

// The trail says who was refused, and keys that open nothing are counted; what an instance writes of itself goes on meanwhile.
const besides =
  /^(audit_|schema_migrations|sqlite_|key_instances$|store_probe$|login_name_keys$|sign_in_attempts$)/;

async function written(): Promise<Record<string, unknown>> {
  const { db } = world.server;
  const tables: { name: string }[] = await db("sqlite_master").where("type", "table").select("name");
  const kept: Record<string, unknown> = {};
  for (const { name } of tables.filter(({ name }) => !besides.test(name)))
    kept[name] = await db(name).select();
  assert.ok(Object.keys(kept).length > 10);
  return kept;
}

/** Walks the inventory, and asserts that the refused wrote nothing. */
async function walk(
  caller: string,
  routes: readonly ApiRoute[],
  expected: readonly [number, string],
  tenant = "acme",
): Promise<void> {
  assert.ok(routes.length > 0);
  const before = await written();
  for (const route of routes) {
    assert.deepEqual(await call(route, caller, pathOf(route, tenant)), expected, nameOf(route));
  }
  assert.deepEqual(await written(), before);
}

describe("every route refuses", () => {
  it("covers the inventory", () => assert.ok(apiRoutes.length > 45, String(apiRoutes.length)));

  for (const caller of unproven) {
    it(`${caller}: 401`, () => walk(caller, apiRoutes, [401, "unauthenticated"]));
  }

  for (const scope of ["tti:admin", "tti:search", "tti:handoff"]) {
    it(`a token of ${scope} where another scope is asked for: 403`, () =>
      walk(
        scope,
        apiRoutes.filter(({ permission }) => permission !== scope),
        [403, "forbidden"],
      ));
  }

  for (const role of administratorRoles) {
    it(`a credential of the role ${role} where the role does not reach: 403`, () =>
      walk(
        role,
        apiRoutes.filter(({ right }) => !mayDo(role, { permission: right })),
        [403, "forbidden"],
      ));
  }

  for (const caller of ["globex's operator", "globex's auditor"]) {
    it(`${caller} where the path names another tenant: 403`, () =>
      walk(
        caller,
        apiRoutes.filter(({ path }) => path.includes(":tenant")),
        [403, "forbidden"],
      ));

    it(`${caller} where the path names no tenant, but for lists, which hold only theirs: 403`, () =>
      walk(
        caller,
        apiRoutes.filter(
          ({ path, method }) => !path.includes(":tenant") && !theirLists.has(`${method} ${path}`),
        ),
        [403, "forbidden"],
      ));
  }
});

// Lists of the whole installation that a credential of a tenant gets its part of, and the explanation of an error, which
// looks for what happened in the caller's own part of the trail (test/accessors/explained_error.test.ts).
const theirLists = new Set([
  "get /v1/domains",
  "get /v1/accessors",
  "get /v1/users",
  "get /v1/exports/users",
  "get /v1/audit-events",
  "post /v1/error-explanations",
]);

describe("who may is let in", () => {
  it("a credential of a tenant to its own tenant", async () => {
    const own = [
      "get /v1/tenants/:tenant",
      "get /v1/tenants/:tenant/users",
      "get /v1/tenants/:tenant/domains",
    ];
    const routes = apiRoutes.filter(({ method, path }) => own.includes(`${method} ${path}`));
    assert.equal(routes.length, own.length);
    for (const route of routes) assert.equal((await call(route, "acme's operator"))[0], 200, nameOf(route));
  });

  it("an owner's credential everywhere but where a back end acts in its own name, and a token of each scope", async () => {
    for (const route of apiRoutes) {
      for (const caller of [route.permission, ...(route.permission === "tti:admin" ? ["owner"] : [])]) {
        const [status, told] = await call(route, caller);
        // A client that may search or answer, but not in a way the empty request fits.
        assert.ok(
          status !== 401 && (status !== 403 || told !== "forbidden"),
          `${caller} ${nameOf(route)} ${told}`,
        );
      }
    }
  });
});
