// The instance that is asked to give a key up has given it up when it answers: nothing signed with it, nothing published.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type AdminWorld, startAdminWorld } from "./admin_world.ts";

let world: AdminWorld;
let token: string;
before(async () => {
  world = await startAdminWorld();
  token = await world.accessToken({ clientId: "ops", purposes: ["admin"] }, "tti:admin");
});
after(() => world.close());

const published = async (): Promise<(string | undefined)[]> => {
  const response = await fetch(`${world.server.issuer}/jwks`);
  return ((await response.json()) as { keys: { kid?: string }[] }).keys.map(({ kid }) => kid);
};

test("after an emergency rotation the answering instance signs with the new key, at once", async () => {
  const before = world.server.keyRing.current().signingKid ?? assert.fail();
  const answer = await world.call("POST", "/v1/keys/rotate-emergency", token, {});
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { kid } = answer.body;
  assert.notEqual(kid, before);
  assert.equal(world.server.keyRing.current().signingKid, kid);
  const kids = await published();
  assert.ok(kids.includes(String(kid)) && !kids.includes(before), kids.join(" "));
});

test("a key that is revoked, or made for a planned rotation, is gone or published when the answer comes", async () => {
  const signing = world.server.keyRing.current().signingKid;
  const next = (await published()).find((kid) => kid !== signing) ?? assert.fail("no next key");
  assert.equal((await world.call("POST", `/v1/keys/${next}/revoke`, token, {})).status, 200);
  assert.ok(!(await published()).includes(next));
  const rotated = await world.call("POST", "/v1/keys/rotate", token, {});
  assert.ok((await published()).includes(String(rotated.body["kid"])), JSON.stringify(rotated.body));
});
