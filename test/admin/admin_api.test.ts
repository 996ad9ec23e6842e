// The admin API over HTTP: closed to everyone without the scope, open to back ends that have it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { apiRoutes } from "../../src/admin/api_routes.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { type AdminWorld, startAdminWorld } from "./admin_world.ts";

let world: AdminWorld;
let adminToken: string;
let tokens: Record<string, string>;
before(async () => {
  world = await startAdminWorld();
  adminToken = await world.accessToken({ clientId: "operations", purposes: ["admin"] }, "tti:admin");
  const all = { allowedTenants: ["*"] };
  tokens = {
    "tti:admin": adminToken,
    "tti:search": await world.accessToken(
      { clientId: "searcher", purposes: ["search"], ...all },
      "tti:search",
    ),
    "tti:handoff": await world.accessToken({ clientId: "isv", purposes: ["handoff"], ...all }, "tti:handoff"),
  };
});
after(() => world.close());

const addressOf = (path: string) => path.replaceAll(/:(\w+)/g, "some-$1");

describe("every route of the admin API", () => {
  it("is listed once", () => {
    const names = apiRoutes.map(({ method, path }) => `${method} ${path}`);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length >= 17);
  });

  for (const { method, path } of apiRoutes) {
    it(`${method.toUpperCase()} ${path} answers 401 without a token, with a wrong one, and in the query`, async () => {
      const body = method === "get" || method === "delete" ? undefined : {};
      for (const [address, token] of [
        [addressOf(path), undefined],
        [addressOf(path), "wrong-token"],
        [`${addressOf(path)}?access_token=${adminToken}`, undefined],
      ] as const) {
        const answer = await world.call(method.toUpperCase(), address, token, body);
        assert.equal(answer.status, 401);
        assert.equal(answer.body["error"], "unauthenticated");
        assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer /);
      }
    });
  }

  for (const route of apiRoutes) {
    it(`${route.method.toUpperCase()} ${route.path} answers 403 to every token without ${route.permission}`, async () => {
      const body = route.method === "get" || route.method === "delete" ? undefined : {};
      const others = Object.entries(tokens).filter(([scope]) => scope !== route.permission);
      assert.equal(others.length, 2);
      for (const [, token] of others) {
        const answer = await world.call(route.method.toUpperCase(), addressOf(route.path), token, body);
        assert.equal(answer.status, 403);
        assert.equal(answer.body["error"], "forbidden");
        assert.match(String(answer.body["error_description"]), new RegExp(route.permission));
      }
    });
  }
});

describe("access tokens for the admin API", () => {
  it("are given to no client that was not registered for the scope", async () => {
    await assert.rejects(
      world.accessToken({ clientId: "curious", purposes: ["search"], allowedTenants: ["acme"] }, "tti:admin"),
      /invalid_scope/,
    );
  });

  it("end when they are revoked", async () => {
    const token = await world.accessToken({ clientId: "leaver", purposes: ["admin"] }, "tti:admin");
    assert.equal((await world.call("GET", "/v1/tenants", token)).status, 200);
    await fetch(`${world.server.issuer}/token/revocation`, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa("leaver:a+secret+of+the+tests+that+is+long+enough")}`,
      },
      body: new URLSearchParams({ token }),
    });
    assert.equal((await world.call("GET", "/v1/tenants", token)).status, 401);
  });

  it("end with their client", async () => {
    const token = await world.accessToken({ clientId: "removed", purposes: ["admin"] }, "tti:admin");
    await world.server.db("clients").where("client_id", "removed").delete();
    // The provider may keep a client for a few seconds.
    let status = 200;
    for (let tries = 0; tries < 60 && status === 200; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      status = (await world.call("GET", "/v1/tenants", token)).status;
    }
    assert.equal(status, 401);
  });
});

describe("administration over HTTP", () => {
  it("creates a tenant and a user, shows and lists them", async () => {
    const tenant = await world.call("POST", "/v1/tenants", adminToken, { id: "acme", name: "Acme" });
    assert.equal(tenant.status, 201);
    const user = await world.call("POST", "/v1/users", adminToken, {
      email: "ada@acme.example",
      memberships: [{ tenantId: "acme", role: "admin" }],
    });
    assert.equal(user.status, 201);
    assert.match(String(user.body["generatedPassword"]), /^\w{5}-/);
    const listed = await world.call("GET", "/v1/tenants/acme/users", adminToken);
    assert.deepEqual(
      (listed.body["users"] as { email: string }[]).map(({ email }) => email),
      ["ada@acme.example"],
    );
    const shown = await world.call("GET", "/v1/users/ada%40acme.example", adminToken);
    assert.equal(shown.body["id"], user.body["id"]);
    assert.equal(shown.body["generatedPassword"], undefined);
  });

  it("registers a client and shows its secret once", async () => {
    const made = await world.call("POST", "/v1/clients", adminToken, {
      clientId: "app",
      redirectUris: ["https://app.example/callback"],
    });
    assert.equal(made.status, 201);
    assert.equal(String(made.body["clientSecret"]).length, 43);
    const shown = await world.call("GET", "/v1/clients/app", adminToken);
    assert.doesNotMatch(JSON.stringify(shown.body), /client_?secret"/i);
    const kept = JSON.stringify(await world.server.db("clients").where("client_id", "app").select());
    assert.ok(kept.includes("client_secret") && !kept.includes(String(made.body["clientSecret"])));
  });

  it("records the calling client as the actor", async () => {
    const events = await listAuditEvents(world.server.db, { tenantId: "acme" });
    const created = events.find(({ type }) => type === "tenant.created");
    assert.equal(created?.actor, "client:operations");
  });

  for (const [name, method, path, body, status, code, field] of [
    ["an unknown field", "POST", "/v1/tenants", { id: "x", nmae: "X" }, 400, "invalid_input", "nmae"],
    ["a missing field", "POST", "/v1/tenants", { name: "X" }, 400, "invalid_input", "id"],
    ["a wrong type", "POST", "/v1/users", { email: 7 }, 400, "invalid_input", "email"],
    ["a taken id", "POST", "/v1/tenants", { id: "acme" }, 409, "tenant_exists", "id"],
    ["no JSON", "POST", "/v1/tenants", "{", 400, "invalid_input", undefined],
    ["a JSON array", "POST", "/v1/tenants", [], 400, "invalid_input", undefined],
    ["an unknown tenant", "GET", "/v1/tenants/nobody", undefined, 404, "tenant_not_found", "tenant"],
    ["an unknown address", "GET", "/v1/secrets", undefined, 404, "not_found", undefined],
    ["a wrong page size", "GET", "/v1/tenants?limit=0", undefined, 400, "invalid_input", "limit"],
    ["an unknown parameter", "GET", "/v1/tenants?size=1", undefined, 400, "invalid_input", "size"],
    [
      "another tenant in the body than in the path",
      "POST",
      "/v1/tenants/acme/users",
      { user: "nobody@acme.example", tenantId: "globex" },
      400,
      "invalid_input",
      "tenantId",
    ],
  ] as const) {
    it(`answers ${status} ${code} to ${name}`, async () => {
      const answer = await world.call(method, path, adminToken, body);
      assert.equal(answer.status, status);
      assert.equal(answer.body["error"], code);
      assert.equal(answer.body["field"], field);
      assert.equal(typeof answer.body["fix"], "string");
      assert.equal(answer.body["request_id"], answer.headers.get("x-request-id"));
    });
  }

  it("refuses a body that is not announced as JSON, or too large", async () => {
    const post = (type: string, body: string) =>
      fetch(`${world.server.adminUrl}/v1/tenants`, {
        method: "POST",
        headers: { authorization: `Bearer ${adminToken}`, "content-type": type },
        body,
      });
    assert.equal((await post("text/plain", '{"id":"plain"}')).status, 400);
    assert.equal((await post("application/json", JSON.stringify({ id: "x".repeat(70_000) }))).status, 400);
  });

  it("lets no answer be cached or framed", async () => {
    const { headers } = await world.call("GET", "/v1/tenants", adminToken);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
  });
});
