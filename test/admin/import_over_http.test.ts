// How a back end adds many people and memberships at once: one call for up to 200 rows, whose answer says of each row that was
// not taken why, which may be tried first, and which may be sent again as often as it takes.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { mostImportedRows } from "../../src/admin/operations/user_import.ts";
import { type AdminWorld, startAdminWorld } from "./admin_world.ts";

describe("many people in one call of a back end", () => {
  let world: AdminWorld;
  let token: string;
  before(async () => {
    world = await startAdminWorld();
    token = await world.accessToken({ clientId: "back-end", purposes: ["admin"] }, "tti:admin");
    for (const id of ["acme", "globex"]) await world.call("POST", "/v1/tenants", token, { id });
  });
  after(() => world.close());

  const bring = async (people: object[], more: object = {}) => {
    const { status, body } = await world.call("POST", "/v1/users/import", token, { people, ...more });
    return { status, body };
  };
  const membersOf = async (tenant: string) => {
    const { body } = await world.call("GET", `/v1/tenants/${tenant}/users`, token);
    return (body["users"] as { email: string }[]).map(({ email }) => email).sort();
  };
  const events = () => world.server.db("audit_events").count("* as count").first();

  it("are tried, taken, and the same call again finds nothing to do; a row that is refused keeps no other out", async () => {
    const people = [
      { email: "ann@acme.example", tenant: "acme", role: "admin", emailVerified: true },
      { email: "ann@acme.example", tenant: "globex", emailVerified: true },
      { email: "bob@acme.example", tenant: "nowhere" },
      { email: "kim@acme.example", tenant: "acme" },
    ];
    const done = { created: 2, joined: 3, unchanged: 0, warnings: [] };
    const refusedOf = ({ body }: Awaited<ReturnType<typeof bring>>) =>
      (body["refused"] as { row: number; code: string }[]).map(({ row, code }) => [row, code]);
    const before = await events();
    const tried = await bring(people, { dryRun: true });
    assert.deepEqual([tried.status, tried.body["dryRun"], await events()], [200, true, before]);
    assert.deepEqual(await membersOf("acme"), []);

    const taken = await bring(people);
    for (const answer of [tried, taken]) {
      const { dryRun: _, refused: _refused, ...told } = answer.body;
      assert.deepEqual([told, refusedOf(answer)], [done, [[2, "tenant_not_found"]]]);
    }
    assert.equal(taken.body["dryRun"], undefined);
    assert.deepEqual(await membersOf("acme"), ["ann@acme.example", "kim@acme.example"]);
    assert.deepEqual(await membersOf("globex"), ["ann@acme.example"]);

    const left = await events();
    const again = await bring(people);
    const { refused: _, ...told } = again.body;
    assert.deepEqual(told, { created: 0, joined: 0, unchanged: 3, warnings: [] });
    assert.deepEqual([refusedOf(again), await events()], [[[2, "tenant_not_found"]], left]);
    // What stood in the way is there by now: the same call takes the rest.
    await world.call("POST", "/v1/tenants", token, { id: "nowhere" });
    const rest = await bring(people);
    assert.deepEqual([rest.body["created"], rest.body["joined"], rest.body["refused"]], [1, 1, []]);
  });

  it("are two hundred at most, and none is taken of a call that is malformed", async () => {
    const people = Array.from({ length: mostImportedRows }, (_, n) => ({
      email: `crowd${n}@globex.example`,
      tenant: "globex",
    }));
    const before = await membersOf("globex");
    const tooMany = await bring([...people, { email: "last@globex.example", tenant: "globex" }]);
    assert.deepEqual([tooMany.status, tooMany.body["field"]], [400, "people"]);
    const malformed = await bring([...people.slice(1), { email: "no address", tenant: "globex" }]);
    assert.deepEqual([malformed.status, malformed.body["field"]], [400, "/people/199/email"]);
    assert.deepEqual(await membersOf("globex"), before);
    const whole = await bring(people);
    assert.deepEqual([whole.status, whole.body["created"], whole.body["refused"]], [200, 200, []]);
  });
});
