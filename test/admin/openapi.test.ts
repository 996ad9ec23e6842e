// The description of the JSON API (OpenAPI 3.1): well-formed by a linter's rules, the same as the routes that answer, and
// true: every answer of the tests is of its shape (operations.test.ts).
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { apiRoutes } from "../../src/admin/api_routes.ts";
import { openApiDocument } from "../../src/admin/openapi.ts";
import { membersOf } from "../../src/admin/operations/input_members.ts";
import { operations } from "../../src/admin/operations/table.ts";
import { type AdminWorld, startAdminWorld } from "./admin_world.ts";

const issuer = "https://login.example";
type Document = { paths: Record<string, Record<string, { operationId: string; security: unknown }>> };
const document = openApiDocument(issuer, "1.2.3") as unknown as Document;

describe("/v1/openapi.json", () => {
  it("is well-formed", async () => {
    const config = await createConfig({ extends: ["recommended"], rules: { "no-empty-servers": "error" } });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    assert.deepEqual(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
      [],
    );
  });

  it("describes every route, each under an id of its own, with its scope", () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const served = apiRoutes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    assert.deepEqual(described.sort(), served.sort());
    const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    assert.equal(new Set(all.map(({ operationId }) => operationId)).size, all.length);
    assert.deepEqual(document.paths["/v1/login-challenges/{challenge}"]?.["get"]?.security, [
      { accessToken: ["tti:handoff"] },
    ]);
  });

  it("says what every member is for", () => {
    for (const { entry } of operations) {
      for (const [name, member] of Object.entries(membersOf(entry.input))) {
        assert.ok(member.description, `${entry.name}: ${name} is not described`);
      }
    }
  });
});

describe("the admin port", () => {
  let world: AdminWorld;
  before(async () => {
    world = await startAdminWorld();
  });
  after(() => world.close());

  it("serves it to tools, which send no token; the public port does not", async () => {
    const { status, body } = await world.call("GET", "/v1/openapi.json");
    assert.equal(status, 200);
    assert.deepEqual(body["paths"], document.paths);
    assert.equal((await world.callPublic("GET", "/v1/openapi.json")).status, 404);
  });
});
