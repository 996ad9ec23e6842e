// Class: cross-tenant confusion (CVE-2026-55670, CVE-2026-29067). The negative matrix: every way to a token, for every
// pair of tenants.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  authorizationUrl,
  codeOf,
  type Params,
  payloadOf,
  redeem,
} from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";

const tenants = ["acme", "bolt", "Acme", "acme-eu"] as const;
const fixture = useProvider({}, async () => {
  // A store of before ids that look alike were refused may hold them.
  const row = (id: string) => ({ id, name: `Tenant ${id}`, created_at_ms: 1, updated_at_ms: 1 });
  await fixture.db("tenants").insert(tenants.map(row));
  for (const tenant of tenants) {
    await addPerson(fixture.db, {
      email: `one@${tenant}.${tenant === "Acme" ? "org" : "com"}`,
      tenants: [tenant],
    });
  }
  await addPerson(fixture.db, { email: "both@x.example", tenants: ["acme", "bolt"] });
  await addClient(fixture.db, { client_id: "app" });
});

const addressOf = (tenant: string): string => `one@${tenant}.${tenant === "Acme" ? "org" : "com"}`;
const open = (agent: UserAgent, email: string, params: Params = {}): Promise<Visit> =>
  signInAt(agent, authorizationUrl(fixture, params), email);

async function claimsOf(answer: Visit): Promise<Record<string, unknown>> {
  return payloadOf((await redeem(fixture, codeOf(answer))).body["id_token"]);
}

for (const mine of tenants) {
  for (const other of tenants.filter((tenant) => tenant !== mine)) {
    test(`a member of ${mine} gets no token of ${other}`, async () => {
      const hinted = await claimsOf(await open(new UserAgent(), addressOf(mine), { tenant_hint: other }));
      assert.equal(hinted["tenant_id"], mine);
      const agent = new UserAgent();
      const required = await open(agent, addressOf(mine), { tenant: other });
      assert.equal(required.status, 403);
      assert.equal(required.url.searchParams.has("code"), false);
      const silent = await agent.follow(authorizationUrl(fixture, { tenant: other, prompt: "none" }));
      assert.equal(silent.url.searchParams.get("error"), "login_required");
      assert.equal((await claimsOf(await agent.follow(authorizationUrl(fixture))))["tenant_id"], mine);
    });
  }
}

test("posting a foreign tenant to the choice, twice or in another form, gets nothing", async () => {
  const agent = new UserAgent();
  const page = await open(agent, "both@x.example");
  for (const body of ["tenant=acme-eu", "tenant=Acme", "tenant=", "tenant[]=acme", "", "tenant=acme%00"]) {
    const answer = await agent.visit(`${page.url}/tenant`, {
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    // A choice that is refused is told on a page of its own.
    const told =
      answer.status === 303
        ? await agent.visit(new URL(answer.headers.get("location") ?? "", page.url))
        : answer;
    assert.equal(told.status, body.includes("%00") ? 400 : 403, body);
  }
  const twice = await agent.visit(`${page.url}/tenant`, {
    method: "POST",
    body: "tenant=acme&tenant=acme-eu",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  assert.equal(twice.status, 400);
});

test("a grant of one tenant never becomes another's, even in the store", async () => {
  const agent = new UserAgent();
  const tokens = await redeem(fixture, codeOf(await open(agent, "both@x.example", { tenant: "acme" })));
  const more = await redeem(
    fixture,
    codeOf(await agent.follow(authorizationUrl(fixture, { tenant: "bolt" }))),
  );
  const grants = await fixture.db("oidc_records").where({ model: "Grant" }).select("payload");
  const named = grants.map((row) => JSON.parse(row.payload).tenantId);
  assert.ok(named.includes("acme") && named.includes("bolt"));
  assert.equal(payloadOf(tokens.body["id_token"])["tenant_id"], "acme");
  assert.equal(payloadOf(more.body["id_token"])["tenant_id"], "bolt");
});
