// What the path of a call names is never overridden in silence, nor does it override: a member of the body or query
// that names another is refused by its name. Every route with a parameter in its path, as the table has them.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { type ApiRoute, apiRoutes, hasBody } from "../../src/admin/api_routes.ts";
import { type AdminWorld, type ApiAnswer, startAdminWorld } from "./admin_world.ts";

let world: AdminWorld;
const tokens: Record<string, string> = {};
before(async () => {
  world = await startAdminWorld();
  const all = { allowedTenants: ["*"] };
  tokens["tti:admin"] = await world.accessToken({ clientId: "ops", purposes: ["admin"] }, "tti:admin");
  tokens["tti:handoff"] = await world.accessToken(
    { clientId: "page", purposes: ["handoff"], ...all },
    "tti:handoff",
  );
  tokens["tti:search"] = await world.accessToken(
    { clientId: "search", purposes: ["search"], ...all },
    "tti:search",
  );
  for (const id of ["acme", "globex"]) {
    assert.equal((await world.call("POST", "/v1/tenants", tokens["tti:admin"], { id })).status, 201);
  }
});
after(() => world.close());

const named = apiRoutes.flatMap((route) =>
  Object.entries(route.params).map(([parameter, member]) => ({ route, parameter, member })),
);

// `:accessor` is `some-accessor` in the path.
function send(route: ApiRoute, members: Record<string, unknown>): Promise<ApiAnswer> {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    name === "tenant" ? "acme" : `some-${name}`,
  );
  const method = route.method.toUpperCase();
  const token = tokens[route.permission];
  if (hasBody(route)) return world.call(method, path, token, members);
  const query = new URLSearchParams(members as Record<string, string>);
  return world.call(method, `${path}?${query}`, token);
}

const differs = /is not what the path says/;

describe("what body or query says of the path's own members", () => {
  it("covers the routes with parameters", () => assert.ok(named.length >= 25, String(named.length)));

  for (const { route, parameter, member } of named) {
    it(`${route.method.toUpperCase()} ${route.path} refuses another ${member}, and takes the same`, async () => {
      const inPath = parameter === "tenant" ? "acme" : `some-${parameter}`;
      const others = hasBody(route) ? ["globex", "", null, 7, { id: inPath }, [inPath]] : ["globex", ""];
      for (const other of others) {
        const { status, body } = await send(route, { [member]: other });
        assert.deepEqual([status, body["error"], body["field"]], [400, "invalid_input", member]);
        assert.match(String(body["detail"]), differs);
      }
      const same = await send(route, { [member]: inPath });
      assert.doesNotMatch(String(same.body["detail"]), differs);
    });
  }

  it("changes neither of two tenants that path and body name", async () => {
    const refused = await world.call("PATCH", "/v1/tenants/acme", tokens["tti:admin"], {
      id: "globex",
      name: "Taken",
    });
    assert.equal(refused.status, 400);
    for (const id of ["acme", "globex"]) {
      const { body } = await world.call("GET", `/v1/tenants/${id}`, tokens["tti:admin"]);
      assert.notEqual(body["name"], "Taken");
    }
  });
});

// `dryRun` in the part of a request that is not read would be the end of what its caller only wanted to look at.
describe("what stands where a route does not read", () => {
  const sendBody = (route: ApiRoute, path: string, headers: Record<string, string>, body: string) =>
    new Promise<{ status: number | undefined; body: Record<string, unknown> }>((resolve, reject) => {
      const asked = request(new URL(path, world.server.adminUrl), {
        method: route.method.toUpperCase(),
        headers: { authorization: `Bearer ${tokens[route.permission]}`, ...headers },
      });
      asked.once("error", reject).once("response", async (answer) => {
        const chunks = await answer.toArray();
        resolve({ status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) });
      });
      asked.end(body);
    });

  for (const route of apiRoutes) {
    const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
      name === "tenant" ? "acme" : `some-${name}`,
    );
    it(`${route.method.toUpperCase()} ${route.path} refuses it`, async () => {
      if (hasBody(route)) {
        const asked = `${path}?dryRun=true`;
        const { status, body } = await world.call(
          route.method.toUpperCase(),
          asked,
          tokens[route.permission],
          {},
        );
        assert.deepEqual([status, body["error"], body["field"]], [400, "invalid_input", "dryRun"]);
        assert.match(String(body["detail"]), /query/);
        return;
      }
      const text = '{"dryRun":true}';
      const type = { "content-type": "application/json" };
      for (const length of [{ "content-length": String(text.length) }, { "transfer-encoding": "chunked" }]) {
        const { status, body } = await sendBody(route, path, { ...type, ...length }, text);
        assert.deepEqual([status, body["error"]], [400, "invalid_input"]);
        assert.match(String(body["detail"]), /body/);
      }
    });
  }
});
