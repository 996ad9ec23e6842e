// API credentials: told once and kept as a hash; what one of a tenant sees and changes is that tenant's alone; each ends
// at once, in the middle of a call too.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { withinTenant } from "../../../src/admin/administrators/tenant_bound.ts";
import { createAdministrator, removeAdministrator } from "../../../src/admin/operations/administrators.ts";
import {
  createCredential,
  listCredentials,
  revokeCredential,
} from "../../../src/admin/operations/credentials.ts";
import type { Operation } from "../../../src/admin/operations/entry.ts";
import { addUserToTenant } from "../../../src/admin/operations/members.ts";
import { operations } from "../../../src/admin/operations/table.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { deleteUser } from "../../../src/admin/operations/user_deletion.ts";
import { createUser } from "../../../src/admin/operations/users.ts";
import { createExternalAccount, saveName } from "../../../src/provider/accounts/account_store.ts";
import { createMembership } from "../../../src/provider/tenants/membership_store.ts";
import { type AdminWorld, startAdminWorld } from "../admin_world.ts";

let world: AdminWorld;
before(async () => {
  world = await startAdminWorld();
  for (const id of ["acme", "globex"]) await createTenant(world.context, { id });
  await createUser(world.context, { email: "ann@acme.example", memberships: [{ tenantId: "acme" }] });
  await addUserToTenant(world.context, { user: "ann@acme.example", tenantId: "globex" });
  await createUser(world.context, { email: "bob@globex.example", memberships: [{ tenantId: "globex" }] });
});
after(() => world.close());

const make = (role: string, tenantId?: string, expires?: string) =>
  createCredential(world.context, {
    name: "test",
    role,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(expires === undefined ? {} : { expires }),
  });

describe("an API credential", () => {
  it("is told once: no table, list, log or event has its key", async () => {
    const { key, id } = await make("owner");
    assert.match(key, /^tti_[\w-]{43}$/);
    assert.equal((await world.call("GET", "/v1/admins", key)).status, 200);
    const { db } = world.server;
    const tables: { name: string }[] = await db("sqlite_master").where("type", "table").select("name");
    for (const { name } of tables) {
      assert.ok(!JSON.stringify(await db(name).select()).includes(key.slice(4)), name);
    }
    assert.ok(!JSON.stringify(await listCredentials(world.context)).includes(key.slice(4)));
    const created = await db("audit_events").where("type", "credential.created").select("details");
    assert.ok(created.some(({ details }) => details.includes(id)));
  });

  it("names itself in the trail", async () => {
    const { key, id } = await make("operator");
    assert.equal((await world.call("POST", "/v1/tenants", key, { id: "initech" })).status, 201);
    const event = await world.server.db("audit_events").where("tenant_id", "initech").first();
    assert.equal(event.actor, `credential:${id}`);
    assert.equal((await world.call("POST", "/v1/admins", key, {})).status, 403);
    const refused = await world.server.db("audit_events").where("actor", `credential:${id}`);
    assert.ok(refused.some(({ type }) => type === "admin.refused"));
  });

  it("ends when it says, and when it is revoked", async () => {
    const { key, id, expiresAtMs, createdAtMs } = await make("auditor", undefined, "2h");
    assert.equal(expiresAtMs - createdAtMs, 7_200_000);
    assert.equal((await make("auditor")).expiresAtMs - Date.now() > 89 * 86_400_000, true);
    assert.equal((await world.call("GET", "/v1/tenants", key)).status, 200);
    assert.equal((await revokeCredential(world.context, { credential: id })).unchanged, undefined);
    assert.equal((await world.call("GET", "/v1/tenants", key)).status, 401);
    const refused = await world.call("GET", "/v1/tenants", key);
    assert.deepEqual(
      [refused.status, refused.body["fix"]],
      [401, "An owner makes another: tti credential create."],
    );
    assert.equal((await revokeCredential(world.context, { credential: id })).unchanged, true);
    await assert.rejects(revokeCredential(world.context, { credential: "nobody" }), {
      code: "credential_not_found",
    });
    for (const expires of ["0d", "731d", "90", "1y", "-1d", ""]) {
      await assert.rejects(make("auditor", undefined, expires), { code: "invalid_input", field: "expires" });
    }
  });

  it("outlives its maker, whom the trail names, and ends by being revoked", async () => {
    const email = "maker@isv.example";
    await createAdministrator(world.context, { email: "stays@isv.example", role: "owner" });
    const maker = await createAdministrator(world.context, { email, role: "owner" });
    const made = await createCredential(
      { ...world.context, actor: `account:${maker.id}` },
      { name: "report", role: "auditor" },
    );
    await removeAdministrator(world.context, { user: email });
    await deleteUser(world.context, { user: email });
    assert.equal((await world.call("GET", "/v1/tenants", made.key)).status, 200);
    const asked = `type=credential.created&actor=account:${maker.id}`;
    const trail = await world.call("GET", `/v1/audit-events?${asked}`, made.key);
    assert.match(JSON.stringify(trail.body), new RegExp(made.id));
    await revokeCredential(world.context, { credential: made.id });
    assert.equal((await world.call("GET", "/v1/tenants", made.key)).status, 401);
  });

  it("ends in the middle of a call: what is sent after it was revoked does nothing", async () => {
    const { key, id } = await make("operator");
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const body = JSON.stringify({ id: "held" });
      const held = request(`${world.server.adminUrl}/v1/tenants`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${key}`,
          "content-type": "application/json",
          "content-length": body.length,
        },
      });
      held.once("error", reject).once("response", (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      held.write(body.slice(0, 3));
      // Once the credential has been looked up for the head of the request.
      const asked = async () => {
        await world.server.db("api_credentials").where({ id }).first();
        await new Promise((wait) => setTimeout(wait, 50));
        await revokeCredential(world.context, { credential: id });
        held.end(body.slice(3));
      };
      asked().catch(reject);
    });
    assert.equal(status, 401);
    assert.equal(await world.server.db("tenants").where("id", "held").first(), undefined);
  });

  it("of a tenant is never an owner's, nor of a tenant that does not exist", async () => {
    await assert.rejects(make("owner", "acme"), { code: "invalid_input", field: "role" });
    await assert.rejects(make("auditor", "nobody"), { code: "tenant_not_found" });
  });
});

describe("a credential of a tenant", () => {
  let key: string;
  before(async () => {
    key = (await make("operator", "acme")).key;
  });

  it("gets its part of every list, and of its people nothing but that they are there", async () => {
    const { status, body } = await world.call("GET", "/v1/users", key);
    assert.equal(status, 200);
    const users = body["users"] as { email: string; memberships: unknown[] }[];
    assert.deepEqual(
      users.map(({ email, memberships }) => [email, memberships]),
      [["ann@acme.example", [{ tenantId: "acme", role: "member" }]]],
    );
    const events = (await world.call("GET", "/v1/audit-events", key)).body["events"] as {
      tenantId: string;
    }[];
    assert.ok(events.length > 0);
    assert.deepEqual([...new Set(events.map(({ tenantId }) => tenantId))], ["acme"]);
    const exported = (await world.call("GET", "/v1/exports/users", key)).body["people"] as {
      tenant: string;
    }[];
    assert.deepEqual(
      exported.map(({ tenant }) => tenant),
      ["acme"],
    );
    const answer = await world.call("PATCH", "/v1/tenants/acme/users/ann%40acme.example", key, {
      role: "admin",
    });
    assert.deepEqual(answer.body["memberships"], [{ tenantId: "acme", role: "admin" }]);
  });

  it("does not learn who is known elsewhere, nor who administers", async () => {
    await createAdministrator(world.context, { email: "owner@isv.example", role: "owner" });
    const told = new Set<string>();
    for (const user of ["bob@globex.example", "owner@isv.example", "nobody@globex.example", "no-id"]) {
      for (const [method, sent] of [
        ["DELETE", undefined],
        ["PATCH", { role: "admin" }],
      ] as const) {
        const path = `/v1/tenants/acme/users/${encodeURIComponent(user)}`;
        const { status, body } = await world.call(method, path, key, sent);
        const { request_id: _, instance: __, ...answer } = body;
        told.add(JSON.stringify([status, answer]));
      }
    }
    assert.equal(told.size, 1, [...told].join("\n"));
    assert.match(String([...told]), /not_a_member/);
  });

  it("names its own people, and does not learn whose address elsewhere a name is", async () => {
    const { db } = world.server;
    const now = new Date();
    for (const [id, email] of [
      ["own-ceo@other.example", "o@acme.example"],
      ["far-ceo@globex.example", "f@globex.example"],
    ] as const) {
      await createUser(world.context, { email: id, memberships: [{ tenantId: "globex" }] });
      // As of before names were held.
      await createExternalAccount(db, { id, email }, now);
    }
    const place = { role: "member", name: null } as const;
    const own = { accountId: "own-ceo@other.example", tenantId: "acme", email: "o@acme.example" };
    await createMembership(db, { ...place, ...own }, now);
    const far = { accountId: "far-ceo@globex.example", tenantId: "globex", email: "f@globex.example" };
    await createMembership(db, { ...place, ...far }, now);
    const member = (user: string) => `/v1/tenants/acme/users/${encodeURIComponent(user)}`;
    const told = new Set<string>();
    for (const user of ["far-ceo@globex.example", "id:far-ceo@globex.example", "nobody@globex.example"]) {
      const { status, body } = await world.call("PATCH", member(user), key, { role: "admin" });
      const { request_id: _, instance: __, ...answer } = body;
      told.add(JSON.stringify([status, answer]));
      const query = `/v1/audit-events?account=${encodeURIComponent(user)}`;
      const trail = await world.call("GET", query, key);
      assert.deepEqual([trail.status, trail.body["events"]], [200, []]);
    }
    assert.equal(told.size, 1, [...told].join("\n"));
    const changed = await world.call("PATCH", member("own-ceo@other.example"), key, { role: "admin" });
    assert.deepEqual([changed.status, changed.body["id"]], [200, "own-ceo@other.example"]);
    const removed = await world.call("DELETE", `${member("own-ceo@other.example")}?allowNoAdmin=true`, key);
    assert.equal(removed.status, 200);
    assert.equal(await db("memberships").where("account_id", "own-ceo@other.example").first(), undefined);
  });

  it("reads a person whom another customer knows too as its own tenant knows them, whatever it calls", async () => {
    const { db } = world.server;
    const now = new Date();
    const foreign = { email: "secret.person@globex.example", name: "Secret Person" };
    await createExternalAccount(db, { id: "emp-77", email: foreign.email }, now);
    await saveName(db, "emp-77", foreign.name, now);
    const place = { accountId: "emp-77", role: "member" } as const;
    await createMembership(db, { ...place, tenantId: "globex", ...foreign }, now);
    const own = { email: "e77@acme.example", name: "E. Seventy-Seven" };
    await createMembership(db, { ...place, tenantId: "acme", ...own }, now);
    const id = "emp-77";
    const accessor = {
      applicationId: "11111111-2222-4333-8444-555555555555",
      retrieverId: "11111111-2222-4333-8444-666666666666",
      idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
      idcRegion: "us-east-1",
      qRegion: "us-east-1",
    };
    // Every operation such a credential may call, and how.
    const calls: Record<string, [method: string, path: string, body?: unknown]> = {
      "tenant show": ["GET", "/v1/tenants/acme"],
      "tenant update": ["PATCH", "/v1/tenants/acme", { name: "Acme Ltd" }],
      "domain list": ["GET", "/v1/tenants/acme/domains"],
      "domain add": ["POST", "/v1/tenants/acme/domains", { domain: "acme.example" }],
      "domain verify": ["POST", "/v1/tenants/acme/domains/acme.example/verify", {}],
      "domain remove": ["DELETE", "/v1/tenants/acme/domains/acme.example"],
      "onboard pack": ["GET", "/v1/tenants/acme/onboarding-pack"],
      "accessor list": ["GET", "/v1/tenants/acme/accessors"],
      "accessor create": ["POST", "/v1/tenants/acme/accessors", { name: "one", ...accessor }],
      "accessor show": ["GET", "/v1/tenants/acme/accessors/one"],
      "accessor delete": ["DELETE", "/v1/tenants/acme/accessors/one"],
      "user list": ["GET", "/v1/users"],
      "user export": ["GET", "/v1/exports/users"],
      "member update": ["PATCH", `/v1/tenants/acme/users/${id}`, { role: "admin" }],
      "member remove": ["DELETE", `/v1/tenants/acme/users/${id}`],
      "audit list": ["GET", "/v1/audit-events"],
      "error explain": ["POST", "/v1/error-explanations", { text: "InvalidGrantException" }],
    };
    const mayCall = ({ entry }: Operation<never>) => {
      try {
        return withinTenant(entry, "acme", {}) !== undefined;
      } catch {
        return false;
      }
    };
    const bound = operations.filter(mayCall).map(({ entry }) => entry.name);
    assert.deepEqual(Object.keys(calls).sort(), bound.sort());
    const told: Record<string, string> = {};
    for (const [name, [method, path, body]] of [
      ...Object.entries(calls),
      ["user list, searched", ["GET", "/v1/users?search=e"]],
    ] as [string, [string, string, unknown?]][]) {
      const { status, body: answer } = await world.call(method, path, key, body);
      assert.ok(![401, 403, 404, 405].includes(status), `${name}: ${status} ${JSON.stringify(answer)}`);
      told[name] = JSON.stringify(answer);
      assert.doesNotMatch(told[name], /secret.?person|globex|signInGeneration|membershipEndings/i, name);
    }
    for (const name of ["user list", "user export", "member update"]) {
      assert.match(String(told[name]), /e77@acme\.example.*E\. Seventy-Seven/, name);
    }
  });

  it("names no other tenant, in path, query or body, and shares no domain", async () => {
    for (const [method, path, body] of [
      ["GET", "/v1/tenants/globex", undefined],
      ["PATCH", "/v1/tenants/globex", { name: "Taken" }],
      ["GET", "/v1/users?tenantId=globex", undefined],
      ["GET", "/v1/audit-events?tenantId=globex", undefined],
      ["POST", "/v1/tenants", { id: "third" }],
      ["POST", "/v1/tenants/acme/users", { user: "bob@globex.example" }],
      ["POST", "/v1/tenants/acme/domains/x.example/verify", { shared: true }],
      ["GET", "/v1/users/ann%40acme.example", undefined],
      ["POST", "/v1/tenants/acme/disable", {}],
    ] as const) {
      const answer = await world.call(method, path, key, body);
      assert.deepEqual([answer.status, answer.body["error"]], [403, "forbidden"], `${method} ${path}`);
    }
    assert.equal((await world.call("PATCH", "/v1/tenants/acme", key, { name: "Acme Ltd" })).status, 200);
  });
});
