// Class: one customer's administrator reaching another customer. The portal's right is the role in the tenant of the path,
// through a session that speaks for it; every address refuses whoever has it not, and ends at once when it is taken away.
import assert from "node:assert/strict";
import { test } from "node:test";
import { listDomains, removeDomain } from "../../src/admin/operations/domains.ts";
import { systemClock } from "../../src/clock.ts";
import { OperationError } from "../../src/errors.ts";
import { callsBy } from "../../src/portal/calls.ts";
import { createMembership, deleteMembership, saveRole } from "../../src/provider/tenants/membership_store.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { addPortalPeople, type People, portalAddresses, signInToPortal } from "../portal/portal_support.ts";
import { useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

let people: People;
let other: RunningServer;
const fixture = useProvider({}, async () => {
  people = await addPortalPeople(fixture);
  other = await fixture.startAnother();
});

/** Sends a whole request to an address, with its parameters filled in. */
async function ask(agent: UserAgent, { method, path }: { method: string; path: string }, tenant: string) {
  const filled = path
    .replace(":tenant", tenant)
    .replace(":account", people.bob)
    .replace(":domain", "acme.example")
    .replace(":accessor", "default");
  const body = new URLSearchParams({
    ...{ confirm: "yes", role: "admin", email: "x@acme.example", domain: "evil.example", policy: "never" },
    ...{ name: "default", applicationId: "x", tenantId: "acme", tenant: "acme" },
  });
  return agent.visit(`${fixture.issuer}${filled}`, method === "POST" ? { method, body } : {});
}

async function everythingOf(tenantId: string): Promise<string> {
  const rows = await Promise.all(
    ["memberships", "tenant_domains", "accessors", "tenants"].map((table) =>
      fixture.db(table).where(table === "tenants" ? { id: tenantId } : { tenant_id: tenantId }),
    ),
  );
  return JSON.stringify(rows);
}

const addresses = portalAddresses();
const below = addresses.filter(({ path }) => path.startsWith("/portal/:tenant"));

test("at every address of the portal, another customer's administrator finds what nobody finds", async () => {
  assert.ok(below.length > 15, `${below.length} addresses`);
  const { agent } = await signInToPortal(fixture.issuer, "eve@globex.example");
  const before = await everythingOf("acme");
  for (const address of below) {
    const foreign = await ask(agent, address, "acme");
    const none = await ask(agent, address, "no-such-tenant");
    assert.equal(foreign.status, 404, `${address.method} ${address.path}`);
    // The request's id, and the address itself, to which another language leads back.
    const bare = (text: string) =>
      text.replace(/<dd><code>[^<]*<\/code><\/dd>/g, "").replaceAll(/\/portal\/(?:acme|no-such-tenant)/g, "");
    assert.equal(bare(foreign.text), bare(none.text), `${address.method} ${address.path}`);
  }
  assert.equal(await everythingOf("acme"), before);
});

test("at every address, a member without the role is refused, and whoever is signed out is asked to sign in", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "bob@acme.example");
  const before = await everythingOf("acme");
  for (const address of below) {
    assert.equal((await ask(agent, address, "acme")).status, 404, `${address.method} ${address.path}`);
    const stranger = await ask(new UserAgent(), address, "acme");
    assert.equal(stranger.status, 303, `${address.method} ${address.path}`);
    assert.match(stranger.headers.get("location") ?? "", /^http:\/\/[^/]+\/auth\?client_id=tti-account/);
  }
  assert.equal(await everythingOf("acme"), before);
});

const atOther = (agent: UserAgent, path: string) =>
  // The browser's cookies are for the issuer; the other instance is asked behind the same name.
  agent.visit(`${fixture.issuer}${path}`).then(async ({ status }) => {
    const cookie = [...agent.cookies].map(([key, value]) => `${key.split(" ")[2]}=${value}`).join("; ");
    const there = await fetch(`${other.localUrl}${path}`, {
      redirect: "manual",
      headers: { cookie, accept: "text/html" },
    });
    return [status, there.status];
  });

const endings: Record<string, [end: () => Promise<unknown>, again: () => Promise<unknown>]> = {
  "the role": [
    () => saveRole(fixture.db, member(), { was: "admin", is: "member" }),
    () => saveRole(fixture.db, member(), { was: "member", is: "admin" }),
  ],
  "the account": [
    () => fixture.db("accounts").where({ id: people.ann }).update({ disabled_at_ms: Date.now() }),
    () => fixture.db("accounts").where({ id: people.ann }).update({ disabled_at_ms: null }),
  ],
  "the tenant": [
    () => fixture.db("tenants").where({ id: "acme" }).update({ disabled_at_ms: Date.now() }),
    () => fixture.db("tenants").where({ id: "acme" }).update({ disabled_at_ms: null }),
  ],
  "the membership": [
    () => deleteMembership(fixture.db, "acme", people.ann, new Date()),
    () => createMembership(fixture.db, { ...member(), role: "admin" }, new Date()),
  ],
};
const member = () => ({ tenantId: "acme", accountId: people.ann });

for (const [what, [end, again]] of Object.entries(endings)) {
  test(`who loses ${what} loses the portal at once, on every instance`, async () => {
    const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
    assert.deepEqual(await atOther(agent, "/portal/acme/people"), [200, 200]);
    await end();
    const left = await atOther(agent, "/portal/acme/people");
    assert.ok(
      left.every((status) => status === 404 || status === 303),
      String(left),
    );
    await again();
  });
}

test("a session that was signed out opens nothing, not even with the cookie it had", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const kept = [...agent.cookies];
  await fixture.db("oidc_records").where({ model: "Session", account_id: people.ann }).delete();
  assert.ok(kept.length > 0);
  assert.deepEqual(await atOther(agent, "/portal/acme/people"), [303, 303]);
});

test("the right is asked again in the transaction of the act: lost in between, nothing is done", async () => {
  const { sessionUid } = await signedInAs("ann@acme.example", people.ann);
  const right = { session: { sessionUid, accountId: people.ann }, tenantId: "acme" };
  const call = callsBy(baseOf(), right);
  assert.equal((await call(listDomains)).domains.length, 1);
  let asked = 0;
  const lost = call(removeDomain, { domain: "acme.example" }, async (db) => {
    asked += 1;
    // Between the first question and the second, somebody else takes the role.
    if (asked === 1) await saveRole(db, member(), { was: "admin", is: "member" });
  });
  await assert.rejects(lost, (error) => error instanceof OperationError && error.code === "unauthenticated");
  assert.equal(asked, 1);
  await saveRole(fixture.db, member(), { was: "member", is: "admin" });
  assert.equal((await call(listDomains)).domains.length, 1);
});

test("a session that ends in the middle of an act ends the act", async () => {
  const { sessionUid } = await signedInAs("ann@acme.example", people.ann);
  const right = { session: { sessionUid, accountId: people.ann }, tenantId: "acme" };
  const call = callsBy(baseOf(), right);
  let asked = 0;
  const lost = call(removeDomain, { domain: "acme.example" }, async (db) => {
    asked += 1;
    await db("oidc_records").where({ model: "Session", account_id: people.ann }).delete();
  });
  await assert.rejects(lost, (error) => error instanceof OperationError && error.code === "unauthenticated");
  assert.equal(asked, 1);
});

const baseOf = () =>
  ({
    db: fixture.db,
    clock: systemClock,
    requireVerifiedDomain: true,
    portalFactor: "optional",
  }) as unknown as Parameters<typeof callsBy>[0];

async function signedInAs(
  email: string,
  accountId: string,
): Promise<{ agent: UserAgent; sessionUid: string }> {
  await fixture.db("oidc_records").where({ model: "Session", account_id: accountId }).delete();
  const { agent, page } = await signInToPortal(fixture.issuer, email);
  assert.equal(page.status, 200);
  const row = await fixture
    .db("oidc_records")
    .where({ model: "Session", account_id: accountId })
    .first("payload");
  return { agent, sessionUid: (JSON.parse(row.payload) as { uid: string }).uid };
}
