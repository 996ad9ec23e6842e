// A request that has nothing to say needs no body, and what proves a client otherwise than by a secret may leak too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { rotateClientSecret } from "../../src/admin/operations/client_secrets.ts";
import { createClient } from "../../src/admin/operations/clients.ts";
import { type AdminWorld, startAdminWorld } from "./admin_world.ts";

let world: AdminWorld;
let authorization: string;
before(async () => {
  world = await startAdminWorld();
  const token = await world.accessToken({ clientId: "ops", purposes: ["admin"] }, "tti:admin");
  authorization = `Bearer ${token}`;
  await world.call("POST", "/v1/tenants", token, { id: "acme" });
});
after(() => world.close());

const post = (path: string, headers = {}) =>
  fetch(new URL(path, world.server.adminUrl), { method: "POST", headers: { authorization, ...headers } });

test("a POST that needs no member is taken without a body, announced or not", async () => {
  assert.equal((await post("/v1/tenants/acme/disable")).status, 200);
  const enabled = await post("/v1/tenants/acme/enable", { "content-type": "application/json" });
  assert.equal(enabled.status, 200);
});

test("one that needs members names the one that is missing", async () => {
  const answer = await post("/v1/tenants");
  const body = (await answer.json()) as Record<string, unknown>;
  assert.deepEqual([answer.status, body["field"]], [400, "id"]);
});

test("whoever asks for another secret of a client with a key is told what to do if the key leaked", async () => {
  const key = { keys: [{ kty: "EC", crv: "P-256", x: "x", y: "y" }] };
  const signs = { authMethod: "private_key_jwt", redirectUris: ["https://app.example/cb"] };
  await createClient(world.context, { ...signs, clientId: "keyed", jwks: key });
  await createClient(world.context, { ...signs, clientId: "fetched", jwksUri: "https://app.example/jwks" });
  for (const [clientId, then] of [
    ["keyed", /leaked: tti client update keyed .*--retire-key.*tti client disable keyed/],
    ["fetched", /leaked: tti client disable fetched at once.*jwksUri/],
  ] as const) {
    await assert.rejects(rotateClientSecret(world.context, { clientId }), (error: Error) =>
      then.test(String(Reflect.get(error, "fix"))),
    );
  }
});
