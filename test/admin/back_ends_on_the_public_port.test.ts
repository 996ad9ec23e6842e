// What a back end on another host may do on the public port: answer login challenges and search, by its access
// token and scope. Nothing that administers answers there, whatever the token.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { apiRoutes } from "../../src/admin/api_routes.ts";
import { createTenant } from "../../src/admin/operations/tenants.ts";
import { type AdminWorld, startAdminWorld } from "./admin_world.ts";

let world: AdminWorld;
const tokens: Record<string, string> = {};
before(async () => {
  world = await startAdminWorld();
  await createTenant(world.context, { id: "acme", name: "Acme" });
  tokens["tti:admin"] = await world.accessToken({ clientId: "operations", purposes: ["admin"] }, "tti:admin");
  for (const purpose of ["search", "handoff"] as const) {
    const client = { clientId: purpose, purposes: [purpose], allowedTenants: ["acme"] };
    tokens[`tti:${purpose}`] = await world.accessToken(client, `tti:${purpose}`);
  }
});
after(() => world.close());

const addressOf = (path: string) => path.replaceAll(/:(\w+)/g, "some-$1");
const bodyFor = (method: string) => (method === "get" || method === "delete" ? undefined : {});

describe("on the public port", () => {
  const administration = apiRoutes.filter(({ permission }) => permission === "tti:admin");
  it("the inventory has routes of both kinds", () => {
    assert.ok(administration.length >= 20);
    assert.ok(apiRoutes.length - administration.length >= 3);
  });

  for (const { method, path } of administration) {
    it(`${method.toUpperCase()} ${path} is not there, with any token`, async () => {
      for (const address of [addressOf(path), addressOf(path).replace("/v1", "/V1")]) {
        for (const token of [undefined, ...Object.values(tokens)]) {
          const answer = await world.callPublic(method.toUpperCase(), address, token, bodyFor(method));
          assert.equal(answer.status, 404, `${address} answered ${JSON.stringify(answer.body)}`);
          assert.equal(answer.body["error"], "not_found");
        }
      }
    });
  }

  const open = apiRoutes.filter(({ permission }) => permission !== "tti:admin");
  for (const { method, path, permission: scope } of open) {
    it(`${method.toUpperCase()} ${path} wants an access token with ${scope}`, async () => {
      const call = (token?: string) =>
        world.callPublic(method.toUpperCase(), addressOf(path), token, bodyFor(method));
      for (const token of [undefined, "wrong-token"]) {
        const refused = await call(token);
        assert.equal(refused.status, 401);
        assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer /);
      }
      for (const [other, token] of Object.entries(tokens)) {
        const { status, body } = await call(token);
        if (other !== scope) assert.deepEqual([other, status], [other, 403]);
        else assert.ok(status !== 401 && body["error"] !== "not_found", JSON.stringify(body));
      }
    });
  }

  it("every refusal is a problem document, and no other site's script may read it", async () => {
    const long = `/v1/login-challenges/x?${"a".repeat(9000)}`;
    for (const [method, path] of [
      ["GET", "/v1/login-challenges/x"],
      ["GET", "/v1/nothing"],
      ["OPTIONS", "/v1/tenants/acme/search"],
      ["GET", long],
    ] as const) {
      const answer = await world.callPublic(method, path);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
      assert.equal(answer.body["status"], answer.status);
      assert.equal(answer.body["type"], `urn:tti-provider:error:${String(answer.body["error"])}`);
      assert.ok(String(answer.body["detail"]).length > 10);
      assert.match(answer.headers.get("x-request-id") ?? "", /^[\w-]{36}$/);
      assert.equal(answer.body["request_id"], answer.headers.get("x-request-id"));
    }
  });

  it("a search for another tenant than the client's is refused", async () => {
    const body = { user: "ada@acme.example", query: "plan" };
    const answer = await world.callPublic("POST", "/v1/tenants/globex/search", tokens["tti:search"], body);
    assert.equal(answer.status, 403);
  });
});

describe("the admin port", () => {
  it("says at its root what it is and how to call it", async () => {
    const answer = await world.call("GET", "/");
    assert.equal(answer.status, 200);
    assert.match(String(answer.body["what"]), /admin port of tti-provider/);
    assert.match(String(answer.body["call"]), /Authorization: Bearer/);
    assert.deepEqual(
      answer.body["routes"],
      apiRoutes.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
    );
  });
});
