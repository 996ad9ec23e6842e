// Class: one right lends its tenants to another (S14). A client is registered with one right for every tenant and
// the others for one, in each combination; what it may not do for a tenant it is refused, by the real way.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { SignJWT } from "jose";
import { createClient } from "../../src/admin/operations/clients.ts";
import { createTenant, updateTenant } from "../../src/admin/operations/tenants.ts";
import { disableUser } from "../../src/admin/operations/user_access.ts";
import { createUser } from "../../src/admin/operations/users.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { listSharedAddresses } from "../../src/provider/accounts/shared_address_store.ts";
import { type TenantRight, tenantRights } from "../../src/provider/clients/tenant_rights.ts";
import { beginHandoff } from "../../src/provider/handoff/login_handoff.ts";
import { type AdminWorld, startAdminWorld } from "../admin/admin_world.ts";

const secret = "a-secret-of-the-tests-that-is-long-enough";
const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = { ...keys.publicKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "k1" };

let world: AdminWorld;
before(async () => {
  world = await startAdminWorld();
  for (const id of ["acme", "globex"]) {
    await createTenant(world.context, { id });
    await updateTenant(world.context, { id, loginMethod: "both" });
  }
  await createUser(world.context, { email: "gil@globex.example", memberships: [{ tenantId: "globex" }] });
});
after(() => world.close());

interface Answer {
  status: number;
  text: string;
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<Answer> {
  const response = await fetch(url, { method: "POST", headers, body });
  return { status: response.status, text: await response.text() };
}

const basic = (clientId: string) => ({
  authorization: `Basic ${btoa(`${clientId}:${secret}`)}`,
  "content-type": "application/x-www-form-urlencoded",
});

async function bearer(clientId: string, scope: string) {
  const form = new URLSearchParams({ grant_type: "client_credentials", scope });
  const answer = await post(`${world.server.issuer}/token`, basic(clientId), form.toString());
  const { access_token } = JSON.parse(answer.text) as { access_token: string };
  return { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
}

const use: Record<TenantRight, (clientId: string, tenant: string) => Promise<Answer>> = {
  async mint(clientId, tenant) {
    const now = Math.floor(Date.now() / 1000);
    const subject = `new-${randomUUID()}`;
    const assertion = await new SignJWT({ tenant, email: `${subject}@${tenant}.example` })
      .setProtectedHeader({ alg: "ES256", kid: "k1", typ: "tti-subject+jwt" })
      .setIssuer(clientId)
      .setAudience(world.server.issuer)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + 60)
      .sign(keys.privateKey);
    const form = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      subject_token: assertion,
    });
    return post(`${world.server.issuer}/token`, basic(clientId), form.toString());
  },
  async handoff(clientId, tenant) {
    const { db, clock } = world.context;
    const deps = { db, clock, issuer: world.server.issuer, requireVerifiedDomain: false };
    const request = { interaction: randomUUID(), client_id: "app", client_name: "App" };
    const challenge = await beginHandoff(deps, request);
    const body = { subject: `new-${randomUUID()}`, tenant, email: `a@${tenant}.example` };
    const url = `${world.server.adminUrl}/v1/login-challenges/${challenge}/accept`;
    return post(url, await bearer(clientId, "tti:handoff"), JSON.stringify(body));
  },
  async search(clientId, tenant) {
    const url = `${world.server.adminUrl}/v1/tenants/${tenant}/search`;
    const body = { user: `gil@globex.example`, query: "anything" };
    return post(url, await bearer(clientId, "tti:search"), JSON.stringify(body));
  },
};

const notAllowed = /tenant_not_allowed|may not act for (this|the) tenant/;

for (const wide of tenantRights) {
  describe(`a client with ${wide} for every tenant and the rest for acme`, () => {
    const clientId = `wide-${wide}`;
    before(async () => {
      const tenants = tenantRights.map((right) => [`${right}Tenants`, right === wide ? ["*"] : ["acme"]]);
      await createClient(world.context, {
        clientId,
        purposes: [...tenantRights],
        jwks: { keys: [jwk] },
        secret,
        ...Object.fromEntries(tenants),
      });
    });

    for (const right of tenantRights) {
      for (const tenant of ["acme", "globex"]) {
        const may = right === wide || tenant === "acme";
        test(`${may ? "may" : "may not"} ${right} for ${tenant}`, async () => {
          const trailOf = () => listAuditEvents(world.server.db, { tenantId: tenant, limit: 999 });
          const before = await trailOf();
          const answer = await use[right](clientId, tenant);
          if (may) return assert.doesNotMatch(answer.text, notAllowed);
          assert.match(answer.text, notAllowed, `${answer.status} ${answer.text}`);
          assert.deepEqual(
            await trailOf(),
            before,
            "nobody writes into the trail of whom they may not act for",
          );
        });
      }
    }
  });
}

describe("a search", () => {
  test("says one thing of users there are not, of other tenants, and disabled elsewhere", async () => {
    await createClient(world.context, {
      clientId: "searcher",
      purposes: ["search"],
      searchTenants: ["acme"],
      secret,
    });
    const gone = await createUser(world.context, {
      email: "gone@globex.example",
      memberships: [{ tenantId: "globex" }],
    });
    await disableUser(world.context, { user: gone.id });
    const headers = await bearer("searcher", "tti:search");
    const told = new Set<string>();
    for (const user of [
      "gil@globex.example",
      "nobody@acme.example",
      "nobody",
      "gone@globex.example",
      gone.id,
    ]) {
      const body = JSON.stringify({ user, query: "anything" });
      const answer = await post(`${world.server.adminUrl}/v1/tenants/acme/search`, headers, body);
      const { request_id: _other, ...said } = JSON.parse(answer.text) as Record<string, unknown>;
      told.add(JSON.stringify([answer.status, said]));
    }
    assert.equal(told.size, 1, [...told].join("\n"));
    assert.match([...told].join(""), /not_a_member/);
  });
});

describe("two members with one address", () => {
  test("are told when the second comes to be, in the answer and in the trail", async () => {
    const memberships = [{ tenantId: "acme" }];
    await world.server.db("accounts").insert({
      id: "told-1",
      email: "Same@acme.example",
      email_verified_at_ms: 1,
      external_at_ms: 1,
      created_at_ms: 1,
      updated_at_ms: 1,
    });
    const other = { tenant_id: "acme", account_id: "told-1", role: "member", created_at_ms: 1 };
    await world.server.db("memberships").insert({ ...other, email: "Same@acme.example" });
    const made = await createUser(world.context, { email: "same@acme.example", memberships });
    assert.match(made.warnings?.join() ?? "", /told-1 of the tenant acme has the same address/);
    const events = await listAuditEvents(world.server.db, { tenantId: "acme", type: "membership.created" });
    const [event] = events.filter(({ accountId }) => accountId === made.id);
    assert.equal(event?.details["sameAddressAs"], "told-1");
    const shared = await listSharedAddresses(world.server.db);
    assert.deepEqual(
      shared.filter(({ address }) => address.startsWith("same@")),
      [{ tenantId: "acme", address: "same@acme.example", accounts: 2 }],
    );
    assert.ok(!shared.some(({ address }) => address === "alone@acme.example"));
    const alone = await createUser(world.context, { email: "alone@acme.example", memberships });
    assert.equal(alone.warnings, undefined);
  });
});
