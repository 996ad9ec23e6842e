// A completed sign-in is remembered: in the audit trail, and as the membership's last login.
import assert from "node:assert/strict";
import { test } from "node:test";
import { findMembership } from "../../../src/provider/tenants/membership_store.ts";
import { authorizationUrl, codeOf } from "../support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "third", first_party: false });
});

const eventsOf = (accountId: string): Promise<Record<string, string>[]> =>
  fixture.db("audit_events").where({ account_id: accountId }).orderBy("at_ms").select();

test("signing in leaves one event with tenant and client; single sign-on afterwards leaves one of its own", async () => {
  const { id } = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  const agent = new UserAgent();
  codeOf(await signInAt(agent, authorizationUrl(fixture), "ann@acme.example"));
  codeOf(await agent.follow(authorizationUrl(fixture)));
  const events = await eventsOf(id);
  assert.deepEqual(
    events.map(({ type, tenant_id, client_id, actor, details }) => ({
      type,
      tenant_id,
      client_id,
      actor,
      details,
    })),
    [
      {
        type: "sign_in.succeeded",
        tenant_id: "acme",
        client_id: "app",
        actor: `account:${id}`,
        details: '{"by":"password"}',
      },
      {
        type: "sign_in.continued",
        tenant_id: "acme",
        client_id: "app",
        actor: `account:${id}`,
        details: "{}",
      },
    ],
  );
});

test("the last login is kept for the tenant that was chosen, at the time of the login", async () => {
  const { id } = await addPerson(fixture.db, { email: "both@x.example", tenants: ["bolt", "cold"] });
  const startedMs = Date.now();
  const agent = new UserAgent();
  const page = await signInAt(agent, authorizationUrl(fixture), "both@x.example");
  assert.equal(
    (await findMembership(fixture.db, "bolt", id))?.lastLoginAtMs,
    null,
    "nothing before it is complete",
  );
  await agent.submit(page, { tenant: "bolt" }, "/tenant");
  const lastLoginAtMs = (await findMembership(fixture.db, "bolt", id))?.lastLoginAtMs ?? 0;
  assert.ok(Math.abs(lastLoginAtMs - startedMs) < 10_000);
  assert.equal((await findMembership(fixture.db, "cold", id))?.lastLoginAtMs, null);
  codeOf(await agent.follow(authorizationUrl(fixture, { tenant: "cold" })));
  assert.equal((await findMembership(fixture.db, "cold", id))?.lastLoginAtMs, lastLoginAtMs);
});

test("a last login from the future is replaced by the next login", async () => {
  const { id } = await addPerson(fixture.db, { email: "early@acme.example", tenants: ["acme"] });
  const hourAhead = Date.now() + 3_600_000;
  await fixture.db("memberships").where({ account_id: id }).update({ last_login_at_ms: hourAhead });
  codeOf(await signInAt(new UserAgent(), authorizationUrl(fixture), "early@acme.example"));
  assert.ok(((await findMembership(fixture.db, "acme", id))?.lastLoginAtMs ?? 0) <= Date.now());
});

test("a sign-in that fails, is cancelled or is refused leaves no success", async () => {
  const { id } = await addPerson(fixture.db, { email: "eve@acme.example", tenants: ["acme"] });
  const agent = new UserAgent();
  await signInAt(agent, authorizationUrl(fixture), "eve@acme.example", "a wrong password");
  await agent.submit(await agent.follow(authorizationUrl(fixture)), {}, "/abort");
  await signInAt(agent, authorizationUrl(fixture, { tenant: "bolt" }), "eve@acme.example");
  const types = (await eventsOf(id)).map(({ type }) => type);
  assert.deepEqual(
    types.filter((type) => type !== "sign_in.refused"),
    [],
  );
});

test("consent leaves an event with what was allowed", async () => {
  const { id } = await addPerson(fixture.db, { email: "con@acme.example", tenants: ["acme"] });
  const agent = new UserAgent();
  const page = await signInAt(agent, authorizationUrl(fixture, { client_id: "third" }), "con@acme.example");
  await agent.submit(page, { decision: "allow" }, "/consent");
  const [consent, signIn] = await eventsOf(id);
  assert.deepEqual(
    [consent?.["type"], consent?.["details"]],
    ["consent.granted", '{"scope":"openid email profile"}'],
  );
  assert.equal(signIn?.["type"], "sign_in.succeeded");
});
