// The portal's journeys: an administrator of an organization looks after its people, domains, policy and data accessors,
// and reads what was done for its people. Each act is an operation of the table, so each leaves its event.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createAdministrator,
  deleteAdministrator,
} from "../../src/admin/administrators/administrator_store.ts";
import { addPerson, useProvider } from "../provider/support/provider_fixture.ts";
import type { Visit } from "../provider/support/user_agent.ts";
import { addPortalPeople, type People, signInToPortal } from "./portal_support.ts";

let people: People;
const records: string[][] = [];
const fixture = useProvider({ resolveTxt: async () => records }, async () => {
  people = await addPortalPeople(fixture);
});

const at = (path: string) => `${fixture.issuer}/portal/acme${path}`;
const typesBy = async (actor: string): Promise<string[]> =>
  (await fixture.db("audit_events").where({ actor: `account:${actor}` })).map(({ type }) => type);

function assertArrived(visit: Visit, path: string, words: RegExp): void {
  assert.equal(visit.status, 200, visit.text);
  assert.equal(visit.url.pathname, `/portal/acme${path}`);
  assert.match(visit.text, words);
}

test("an administrator signs in and arrives at the people of the only organization", async () => {
  const { page } = await signInToPortal(fixture.issuer, "ann@acme.example");
  assertArrived(page, "/people", /<h1>People<\/h1>/);
  assert.match(page.text, /for <strong>Tenant acme<\/strong>/);
  assert.match(page.text, /bob of acme\.example/);
  assert.match(page.text, /This is you/);
  assert.doesNotMatch(page.text, /globex/);
});

test("who administers several chooses; who administers none is told so", async () => {
  const several = await signInToPortal(fixture.issuer, "dana@consulting.example");
  assert.match(several.page.text, /href="\/portal\/acme\/people"/);
  assert.match(several.page.text, /href="\/portal\/globex\/people"/);
  const none = await signInToPortal(fixture.issuer, "bob@acme.example");
  assert.match(none.page.text, /You administer no organization/);
});

test("a person of a proven domain is added with a password shown once, and signs in; others are refused", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const form = await agent.follow(at("/people/new"));
  const added = await agent.submit(form, { email: "New@acme.example", name: "New One", role: "member" });
  const [, secret = ""] = /aria-label="Password">([^<]+)</.exec(added.text) ?? [];
  assert.ok(secret.length > 10, added.text);
  assert.match(added.text, /Shown this once/);
  const again = await agent.submit(form, { email: "New@acme.example", name: "", role: "admin" });
  assert.equal(again.status, 400);
  assert.match(again.text, /<p class="wrong" id="role-error">/);

  for (const email of ["mallory@globex.example", "gus@globex.example", people.gus, "", "no address"]) {
    const refused = await agent.submit(form, { email, name: "", role: "member" });
    assert.equal(refused.status, 400, email);
    assert.match(refused.text, /<title>Error: Add a person/);
    assert.match(refused.text, /<p class="wrong" id="email-error">E-mail address /, email);
    assert.match(refused.text, /aria-describedby="email-hint email-error" aria-invalid="true"/);
    assert.doesNotMatch(refused.text, /gus of|tti [a-z]/, "nothing of a stranger, and no command");
  }
  assert.deepEqual(
    (await fixture.db("memberships").where({ account_id: people.gus })).map((row) => row.tenant_id),
    ["globex"],
  );
  const types = await typesBy(people.ann);
  for (const type of ["account.created", "membership.created"]) assert.ok(types.includes(type), type);
});

test("an account from before the domain was proven is not added: others may know its password", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const form = await agent.follow(at("/people/new"));
  const { verified_at_ms: provenAtMs } = await fixture
    .db("tenant_domains")
    .where({ tenant_id: "acme", domain: "acme.example" })
    .first("verified_at_ms");
  const added = async (name: string, createdAtMs: number) => {
    const email = `${name}@acme.example`;
    const { id } = await addPerson(fixture.db, { email, tenants: ["globex"] });
    await fixture.db("accounts").where({ id }).update({ created_at_ms: createdAtMs });
    const page = await agent.submit(form, { email, name: "", role: "admin" });
    const rows = await fixture.db("memberships").where({ account_id: id, tenant_id: "acme" });
    return { page, rows: rows.length };
  };
  const older = await added("older", Number(provenAtMs) - 1);
  assert.deepEqual([older.page.status, older.rows], [400, 0]);
  assert.match(
    older.page.text,
    /id="email-error">This person has an account from before[^<]*Ask your vendor/,
  );
  const newer = await added("newer", Number(provenAtMs) + 1);
  assert.deepEqual([newer.page.status, newer.rows], [200, 1], newer.page.text);
});

test("a member gets another role and is removed after a question; nobody does that to themselves", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const role = await agent.follow(at(`/people/${people.bob}/role`));
  assertArrived(await agent.submit(role, { role: "admin" }), "/people", /has the other role now/);
  const wrong = await agent.submit(role, { role: "owner" });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /id="role-error">Role must be one of/);
  const own = await agent.follow(at(`/people/${people.ann}/role`));
  const refused = await agent.submit(own, { role: "member" });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /You cannot change your own role/);

  const question = await agent.follow(at(`/people/${people.bob}/remove`));
  assert.match(question.text, /bob of acme\.example will not belong to Tenant acme any more/);
  const unconfirmed = await agent.submit(question, {});
  assert.match(unconfirmed.text, /Remove bob of acme\.example\?/, "a form without the answer asks again");
  const removed = await agent.submit(question, { confirm: "yes" });
  assertArrived(removed, "/people", /belongs to your organization no longer/);
  assert.doesNotMatch(removed.text, /bob of/);
  const self = await agent.follow(at(`/people/${people.ann}/remove`));
  assert.equal((await agent.submit(self, { confirm: "yes" })).status, 400);
  const types = await typesBy(people.ann);
  for (const type of ["membership.updated", "membership.deleted"]) assert.ok(types.includes(type), type);
});

test("the membership of who administers the installation is not an organization's to change", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const now = new Date();
  const { id } = await addPerson(fixture.db, { email: "oz@acme.example", tenants: ["acme"] });
  await createAdministrator(fixture.db, { accountId: id, role: "auditor" }, now);
  const role = await agent.follow(at(`/people/${id}/role`));
  const removal = await agent.follow(at(`/people/${id}/remove`));
  await agent.submit(role, { role: "admin" });
  await agent.submit(removal, { confirm: "yes" });
  const held = async () => (await fixture.db("memberships").where({ account_id: id })).map((row) => row.role);
  assert.deepEqual(await held(), ["member"]);
  // The same person, an administrator no longer, is theirs like any other.
  await deleteAdministrator(fixture.db, id);
  await agent.submit(role, { role: "admin" });
  assert.deepEqual(await held(), ["admin"]);
  await agent.submit(removal, { confirm: "yes" });
  assert.deepEqual(await held(), []);
});

test("a domain is claimed, its record shown, proven when it is there, and removed after a question", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const page = await agent.follow(at("/domains"));
  const claimed = await agent.submit(page, { domain: "new.acme.example" }, "/domains");
  assertArrived(claimed, "/domains/new.acme.example", /The domain is claimed/);
  const [, value = ""] = /aria-label="Value">([^<]+)</.exec(claimed.text) ?? [];
  const early = await agent.submit(claimed, {}, "/domains/new.acme.example");
  assert.equal(early.status, 400);
  assert.match(early.text, /The record is not there, or not yet/);
  records.push([value]);
  const proven = await agent.submit(claimed, {}, "/domains/new.acme.example");
  assertArrived(proven, "/domains/new.acme.example", /The domain is proven/);
  const question = await agent.follow(at("/domains/new.acme.example/remove"));
  const removed = await agent.submit(question, { confirm: "yes" });
  assertArrived(removed, "/domains", /The domain is removed/);
  const bad = await agent.submit(page, { domain: "not a domain" }, "/domains");
  assert.equal(bad.status, 400);
  assert.match(bad.text, /id="domain-error">Domain /);
});

test("a domain that another organization owns is refused without saying whose it is", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "eve@globex.example");
  const page = await agent.follow(`${fixture.issuer}/portal/globex/domains`);
  const claimed = await agent.submit(page, { domain: "acme.example" }, "/domains");
  const [, value = ""] = /aria-label="Value">([^<]+)</.exec(claimed.text) ?? [];
  records.push([value]);
  const refused = await agent.submit(claimed, {}, "/domains/acme.example");
  assert.equal(refused.status, 400);
  assert.match(refused.text, /belongs to another organization/);
  assert.doesNotMatch(refused.text, /Tenant acme|portal\/acme/);
});

test("whether people may close their accounts is said by their organization, for itself alone", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const allowed = async () =>
    (await fixture.db("tenants").whereNotNull("self_close_at_ms")).map(({ id }) => id);
  const page = await agent.follow(at("/presence"));
  const saved = await agent.submit(page, { selfClose: "on", id: "globex", name: "Taken" }, "/closing");
  assert.match(saved.text, /role="status">Saved\. It counts from now on\./);
  assert.deepEqual(await allowed(), ["acme"]);
  assert.match(saved.text, /name="selfClose"[^>]* checked/);
  await agent.follow(at("/closing"), { method: "POST", body: new URLSearchParams() });
  assert.deepEqual(await allowed(), []);
});

test("the presence policy is changed, and only that of the organization", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const page = await agent.follow(at("/presence"));
  assertArrived(
    await agent.submit(page, { policy: "within", hours: "8", loginMethod: "handoff", name: "Mine" }),
    "/presence",
    /up to 8 hours after their last sign-in/,
  );
  const wrong = await agent.submit(page, { policy: "within", hours: "900" });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /id="hours-error">Hours is not a presence policy/);
  const rows = await fixture
    .db("tenants")
    .orderBy("id")
    .select("id", "name", "presence_policy", "login_method");
  assert.deepEqual(
    rows.map((row) => [row.id, row.name, row.presence_policy, row.login_method]),
    [
      ["acme", "Tenant acme", rows[0]?.presence_policy, rows[1]?.login_method],
      ["globex", "Tenant globex", rows[1]?.presence_policy, rows[1]?.login_method],
    ],
  );
  assert.notEqual(rows[0]?.presence_policy, rows[1]?.presence_policy);
});

test("a data accessor is entered, shown, and forgotten after a question", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const form = await agent.follow(at("/accessors/new"));
  const accessor = {
    name: "default",
    applicationId: "11111111-2222-3333-4444-555555555555",
    retrieverId: "66666666-7777-8888-9999-000000000000",
    qRegion: "us-east-1",
    idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
    idcRegion: "us-east-1",
  };
  const wrong = await agent.submit(form, { ...accessor, retrieverId: "x" });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /id="retrieverId-error"/);
  assert.match(wrong.text, /value="11111111-2222/, "what was typed stays");
  const entered = await agent.submit(form, accessor);
  assertArrived(entered, "/accessors", /arn:aws:sso::111122223333/);
  const twice = await agent.submit(form, accessor);
  assert.match(twice.text, /There is a data accessor of this name already/);
  const question = await agent.follow(at("/accessors/default/forget"));
  assertArrived(await agent.submit(question, { confirm: "yes" }), "/accessors", /None yet/);
});

test("activity tells what was done for the organization's people, page by page and by kind", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  const page = await agent.follow(at("/activity"));
  assertArrived(page, "/activity", /Data accessor entered/);
  assert.match(page.text, /Became a member/);
  assert.match(page.text, /by ann of acme\.example/);
  assert.doesNotMatch(page.text, /globex|gus of|eve of/);
  const now = Date.now();
  for (let place = 0; place < 120; place += 1) {
    await fixture.db("audit_events").insert({
      id: `evt-${place}`,
      at_ms: now + place,
      type: "token.minted",
      actor: "client:app",
      tenant_id: place % 2 === 0 ? "acme" : "globex",
      account_id: people.dana,
      client_id: "app",
      details: JSON.stringify({ by: "assertion", jti: `jti-${place}` }),
    });
  }
  const minted = await agent.follow(at("/activity?kind=token.minted"));
  assert.match(minted.text, /token: jti-118/);
  assert.doesNotMatch(minted.text, /token: jti-119|Became a member/);
  const slip = await agent.follow(at("/activity?kind=nonsense"));
  assert.deepEqual([slip.status, /There is no such kind of activity/.test(slip.text)], [400, true]);
  const earlier = await agent.follow(at("/activity?kind="));
  const [, next = ""] = /href="([^"]+)" rel="next"/.exec(earlier.text) ?? [];
  assert.ok(next !== "", "there is another page");
});

test("an address, a cursor or a cookie of somebody's making is answered as what it is: nothing", async () => {
  const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example");
  for (const path of ["/people/nobody/role", "/domains/none.example", "/accessors/none/forget", "/x"]) {
    assert.equal((await agent.follow(at(path))).status, 404, path);
  }
  assert.equal((await agent.follow(at("/people?after=x"))).status, 400);
  const planted = Buffer.from(JSON.stringify({ did: "constructor" })).toString("base64url");
  agent.plant(fixture.issuer, "tti_outcome_portal", planted);
  assert.doesNotMatch((await agent.follow(at("/people"))).text, /class="banner/);
});

test("the portal's pages run nothing and are kept by nobody, and a form of another site is refused", async () => {
  const { agent, page } = await signInToPortal(fixture.issuer, "ann@acme.example");
  assert.match(page.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'self'/);
  assert.equal(page.headers.get("cache-control"), "no-store");
  const foreign = (headers: Record<string, string>) =>
    agent.visit(at("/presence"), {
      method: "POST",
      body: new URLSearchParams({ policy: "never" }),
      headers,
    });
  for (const site of ["cross-site", "same-site", "none"]) {
    assert.equal((await foreign({ "sec-fetch-site": site })).status, 403, site);
  }
  assert.equal((await foreign({ origin: "https://evil.example" })).status, 403);
});
