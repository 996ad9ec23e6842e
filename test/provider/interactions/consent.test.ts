// Third-party clients ask the person; the ISV's own never do.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { disableClient, enableClient } from "../../../src/admin/operations/client_access.ts";
import { updateClient } from "../../../src/admin/operations/client_update.ts";
import { addUserToTenant, removeMember } from "../../../src/admin/operations/members.ts";
import { allowResource } from "../../../src/admin/operations/resource_rights.ts";
import { updateResource } from "../../../src/admin/operations/resources.ts";
import { disableTenant, enableTenant } from "../../../src/admin/operations/tenant_access.ts";
import { disableUser, enableUser, signUserOut } from "../../../src/admin/operations/user_access.ts";
import { listUserGrants, revokeGrant } from "../../../src/admin/operations/user_grants.ts";
import { revokeSession } from "../../../src/admin/operations/user_sessions.ts";
import { saveConsent, useConsent } from "../../../src/provider/sessions/consent_store.ts";
import { endConsent } from "../../../src/provider/sessions/grant_store.ts";
import { hashRecordId } from "../../../src/provider/storage/record_payload.ts";
import { cliContext } from "../../support/cli_context.ts";
import { addApis, signedApi } from "../resources/resource_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  type Params,
  payloadOf,
  postToken,
  redeem,
} from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "both@x.example", tenants: ["acme", "bolt"] });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "third", first_party: false, client_name: "Third <b>Party</b>" });
});

const open = (agent: UserAgent, email: string, params: Params = {}): Promise<Visit> =>
  signInAt(agent, authorizationUrl(fixture, { client_id: "third", ...params }), email);

test("the page says who asks for what, escaped, and consent gives a code", async () => {
  const agent = new UserAgent();
  const page = await open(agent, "ann@acme.example");
  assert.match(page.text, /Third &lt;b&gt;Party&lt;\/b&gt;/);
  assert.match(page.text, /rp\.example/);
  assert.match(page.text, /See your e-mail address/);
  const answer = await agent.submit(page, { decision: "allow" }, "/consent");
  const tokens = await redeem(fixture, codeOf(answer), {}, basic("third"));
  assert.equal(payloadOf(tokens.body["id_token"])["tenant_id"], "acme");
});

test("each page that names an application links its policy and terms, and nothing that runs or comes from elsewhere", async () => {
  const uris = { policy_uri: "https://rp.example/privacy?a=1&b=%22", tos_uri: "https://rp.example/terms" };
  await addClient(fixture.db, {
    ...{ client_id: "linked", first_party: false, client_name: "Linked" },
    ...{ ...uris, logo_uri: "https://rp.example/logo.png" },
  });
  const agent = new UserAgent();
  const login = await agent.follow(authorizationUrl(fixture, { client_id: "linked" }));
  const choice = await agent.submit(login, { email: "both@x.example", password }, "/login");
  const consent = await agent.submit(choice, { tenant: "bolt" }, "/tenant");
  for (const [page, title] of [
    [login, /<h1>Sign in</],
    [choice, /<h1>Choose an organization</],
    [consent, /<h1>Allow access\?</],
  ] as const) {
    assert.match(page.text, title);
    assert.match(
      page.text,
      /Linked: <a href="https:\/\/rp\.example\/privacy\?a=1&amp;b=%22" rel="noopener noreferrer">/,
    );
    assert.match(
      page.text,
      /<a href="https:\/\/rp\.example\/terms" rel="noopener noreferrer">Terms of service/,
    );
    assert.doesNotMatch(page.text, /logo\.png/);
    assert.match(page.headers.get("content-security-policy") ?? "", /img-src 'self' data:;/);
  }
  // What is not to be linked is refused where it is registered, and where it stands all the same.
  for (const uri of ["javascript:alert(1)", "http://rp.example/terms", "data:text/html,x"]) {
    for (const member of ["policyUri", "tosUri", "logoUri", "clientUri"]) {
      const change = { clientId: "linked", [member]: uri };
      await assert.rejects(updateClient(cliContext(fixture.db), change), {
        code: "invalid_input",
        field: member,
      });
    }
  }
});

test("an ID token tells a third party what was allowed, and the page says all that is told", async () => {
  const details = ["email", "email_verified", "name"];
  for (const [scope, told, words] of [
    ["openid", [], []],
    ["openid email", ["email", "email_verified"], [/See your e-mail address/]],
    ["openid profile", ["name"], [/See your name/]],
    ["openid email profile", details, [/See your e-mail address/, /See your name/]],
  ] as const) {
    const email = `nan-${scope.replaceAll(" ", "-")}@acme.example`;
    await addPerson(fixture.db, { email, name: "Nan Nash", tenants: ["acme"] });
    const agent = new UserAgent();
    const page = await open(agent, email, { scope });
    assert.match(page.text, /which organization you are signed in to/);
    for (const word of [/See your e-mail address/, /See your name/]) {
      assert.equal(
        word.test(page.text),
        words.some((one) => one.source === word.source),
        `${scope}: ${word}`,
      );
    }
    const answer = await agent.submit(page, { decision: "allow" }, "/consent");
    const { body } = await redeem(fixture, codeOf(answer), {}, basic("third"));
    const renewal = { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) };
    const renewed = (await postToken(fixture, renewal, basic("third"))).body;
    for (const idToken of [body["id_token"], renewed["id_token"]]) {
      const claims = payloadOf(idToken);
      assert.deepEqual(
        details.filter((name) => name in claims),
        [...told],
        scope,
      );
      assert.equal(claims["tenant_id"], "acme");
    }
    const narrowed = { ...renewal, refresh_token: String(renewed["refresh_token"]), scope: "openid" };
    const { body: narrow } = await postToken(fixture, narrowed, basic("third"));
    assert.equal(payloadOf(narrow["id_token"])["email"], undefined, "a narrower refresh tells less");
  }
});

test("the client of AWS gets the address whatever it asks for, and the page says so", async () => {
  await addClient(fixture.db, { client_id: fixture.config.clientId, first_party: false });
  const agent = new UserAgent();
  const params = { client_id: fixture.config.clientId, scope: "openid" };
  const page = await open(agent, "ann@acme.example", params);
  assert.match(page.text, /See your e-mail address/);
  assert.match(page.text, /See your name/);
  const answer = await agent.submit(page, { decision: "allow" }, "/consent");
  const { body } = await redeem(fixture, codeOf(answer), {}, basic(fixture.config.clientId));
  assert.equal(payloadOf(body["id_token"])["email"], "ann@acme.example");
});

test("what was allowed is not asked again in the same session, more is", async () => {
  await addPerson(fixture.db, { email: "again@acme.example", tenants: ["acme"] });
  const agent = new UserAgent();
  const page = await open(agent, "again@acme.example", { scope: "openid" });
  await agent.submit(page, { decision: "allow" }, "/consent");
  assert.ok(codeOf(await agent.follow(authorizationUrl(fixture, { client_id: "third", scope: "openid" }))));
  const more = await agent.follow(authorizationUrl(fixture, { client_id: "third", scope: "openid email" }));
  assert.match(more.url.pathname, /^\/interaction\//);
  assert.ok(codeOf(await agent.submit(more, { decision: "allow" }, "/consent")));
});

describe("a consent is remembered", () => {
  let people = 0;
  /** Somebody who allowed `third` the address in one browser; another browser in which they are signed in. */
  async function allowed(tenants = ["acme"]): Promise<{ email: string; id: string; other: UserAgent }> {
    people += 1;
    const email = `remembered${people}@acme.example`;
    const { id } = await addPerson(fixture.db, { email, tenants });
    const first = new UserAgent();
    const page = await open(first, email, { ...asked, tenant: tenants[0] });
    assert.ok(codeOf(await first.submit(page, { decision: "allow" }, "/consent")));
    const other = new UserAgent();
    await signInAt(other, authorizationUrl(fixture, { tenant: tenants[0] }), email);
    return { email, id, other };
  }
  const asked = { client_id: "third", scope: "openid email" };
  const ask = async (agent: UserAgent, params: Params = {}) =>
    agent.follow(authorizationUrl(fixture, { ...asked, tenant: "acme", ...params }));
  const isAsked = async (agent: UserAgent, params: Params = {}) => {
    const { text, url } = await ask(agent, params);
    assert.ok(url.searchParams.has("code") || /Allow access\?/.test(text), url.href);
    return !url.searchParams.has("code");
  };
  const context = () => cliContext(fixture.db);

  test("in another browser nobody is asked again, silently neither, and a token says what was allowed", async () => {
    const { other } = await allowed();
    const silent = await ask(other, { prompt: "none" });
    const { body } = await redeem(fixture, codeOf(silent), {}, basic("third"));
    assert.equal(body["scope"], "openid email");
    assert.equal(await isAsked(other, { scope: "openid" }), false);
  });

  test("asked for more, the person is asked for that alone, and both are remembered", async () => {
    const { email, other } = await allowed();
    const silent = await ask(other, { scope: "openid email profile", prompt: "none" });
    assert.equal(silent.url.searchParams.get("error"), "consent_required");
    const more = await ask(other, { scope: "openid email profile" });
    assert.match(more.text, /See your name/);
    assert.doesNotMatch(more.text, /See your e-mail address/);
    const answer = await other.submit(more, { decision: "allow" }, "/consent");
    const { body } = await redeem(fixture, codeOf(answer), {}, basic("third"));
    assert.equal(body["scope"], "openid email profile");
    const third = new UserAgent();
    await signInAt(third, authorizationUrl(fixture, { tenant: "acme" }), email);
    assert.equal(await isAsked(third, { scope: "openid email profile" }), false);
  });

  test("what was taken back while the person is asked for more is not given with the more", async () => {
    const { other, id } = await allowed();
    const more = await ask(other, { scope: "openid email profile" });
    const key = { accountId: id, clientId: "third", tenantId: "acme" };
    await fixture.db.transaction((trx) => endConsent(trx, key, new Date()));
    const answer = await other.submit(more, { decision: "allow" }, "/consent");
    assert.equal(answer.url.searchParams.has("code"), false);
    assert.deepEqual(await fixture.db("consents").where("account_id", id), []);
    assert.equal(await isAsked(other), true);
  });

  test("who refuses more keeps what they allowed, and what is refused is not given", async () => {
    const { other } = await allowed();
    const more = await ask(other, { scope: "openid email profile" });
    const answer = await other.submit(more, { decision: "deny" }, "/consent");
    assert.equal(answer.url.searchParams.get("error"), "access_denied");
    assert.equal(await isAsked(other), false);
    assert.equal(await isAsked(other, { scope: "openid email profile" }), true);
  });

  test("prompt=consent asks always, for all of it, and nobody goes on while the person is away without being asked", async () => {
    const { other } = await allowed();
    const page = await ask(other, { prompt: "consent", scope: "openid email offline_access" });
    for (const words of [/Know that it is you/, /See your e-mail address/, /while you are away/])
      assert.match(page.text, words);
    const answer = await other.submit(page, { decision: "allow" }, "/consent");
    const { body } = await redeem(fixture, codeOf(answer), {}, basic("third"));
    assert.match(String(body["scope"]), /offline_access/);
    const silent = await ask(other, { prompt: "none", scope: "openid email offline_access" });
    const again = await redeem(fixture, codeOf(silent), {}, basic("third"));
    assert.equal(again.body["scope"], "openid email");
  });

  test("it is the person's, the application's and the organization's: no other's", async () => {
    const { other, email } = await allowed(["acme", "bolt"]);
    assert.equal(await isAsked(other, { tenant: "bolt" }), true);
    assert.equal(await isAsked(other), false);
    await addClient(fixture.db, { client_id: `fourth${people}`, first_party: false });
    assert.equal(await isAsked(other, { client_id: `fourth${people}` }), true);
    // Somebody else at the browser in which it was used.
    await addPerson(fixture.db, { email: `next-${email}`, tenants: ["acme"] });
    const url = authorizationUrl(fixture, { ...asked, tenant: "acme", prompt: "login" });
    const page = await signInAt(other, url, `next-${email}`);
    assert.doesNotMatch(page.url.search, /code=/);
  });

  const endings: Record<string, (of: { email: string; id: string }) => Promise<unknown>> = {
    "taken back by the grant": async ({ email, id }) => {
      const { grants } = await listUserGrants(context(), { user: email });
      const grant = grants.find(({ clientId }) => clientId === "third");
      assert.ok(grant, id);
      await revokeGrant(context(), { user: email, grant: grant.id });
    },
    "signed out everywhere": ({ email }) => signUserOut(context(), { user: email }),
    "disabled and enabled": async ({ email }) => {
      await disableUser(context(), { user: email });
      await enableUser(context(), { user: email });
    },
    "removed and added": async ({ email }) => {
      await removeMember(context(), { user: email, tenantId: "acme", allowNoAdmin: true });
      await addUserToTenant(context(), { user: email, tenantId: "acme" });
    },
    "the application is disabled and enabled": async () => {
      await disableClient(context(), { clientId: "third" });
      await enableClient(context(), { clientId: "third" });
    },
    "the organization is disabled and enabled": async () => {
      await disableTenant(context(), { id: "acme" });
      await enableTenant(context(), { id: "acme" });
    },
    "the session it was given in is ended": async ({ email, id }) => {
      const [given] = await fixture.db("consents").where("account_id", id);
      await revokeSession(context(), { session: `s_${given.session_uid_hash}`, user: email });
    },
  };
  for (const [ending, end] of Object.entries(endings)) {
    test(`until it ended, and nothing of it comes back: ${ending}`, async () => {
      const of = await allowed();
      const rows = () => fixture.db("consents").where("account_id", of.id);
      const [given] = await rows();
      assert.ok(given);
      await end(of);
      assert.deepEqual(await rows(), []);
      // What a request under way would have written of before stands for nothing.
      await fixture.db("consents").insert(given);
      const fresh = new UserAgent();
      await signInAt(fresh, authorizationUrl(fixture, { tenant: "acme" }), of.email);
      const stands = /taken back|session it was/.test(ending);
      assert.equal(await isAsked(fresh), !stands, "a generation of before");
      await fixture.db("consents").where("account_id", of.id).delete();
    });
  }

  test("what is taken back at the moment it is used makes no grant", async () => {
    const { other, id } = await allowed();
    const key = { accountId: id, clientId: "third", tenantId: "acme" };
    const now = new Date();
    assert.equal(await useConsent(fixture.db, key, now), true);
    await fixture.db.transaction((trx) => endConsent(trx, key, now));
    assert.equal(await useConsent(fixture.db, key, now), false);
    const grants = await fixture
      .db("oidc_records")
      .where({ model: "Grant", account_id: id, client_id: "third" });
    assert.deepEqual(grants, []);
    assert.equal(await isAsked(other), true);
  });

  test("a session that is over, or of a login of before, leaves nothing to remember", async () => {
    const { id } = await allowed();
    const [given] = await fixture.db("consents").where("account_id", id);
    const login = {
      ...{ generation: 0, memberSinceMs: given.member_since_ms, membershipEndings: 0 },
      method: "password",
      level: "pwd",
      ...{ clientId: null, clientGeneration: null, tenantGeneration: given.tenant_generation },
    } as const;
    const key = { accountId: id, clientId: "third", tenantId: "acme" };
    const what = { scopes: ["openid"], resources: {} };
    // Its grant stands: by nothing but the login is it refused.
    const grant = { model: "Grant", account_id: id, client_id: "third" };
    await fixture
      .db("oidc_records")
      .where(grant)
      .update({ id_hash: hashRecordId("standing") });
    const by = { clientGeneration: given.client_generation, sessionUid: "nobody's", grantId: "standing" };
    assert.equal(await saveConsent(fixture.db, key, what, { ...by, login }, new Date()), false);
    assert.deepEqual(await fixture.db("consents").where("account_id", id), [given]);
  });
});

test("denying, and anything that is not allowing, tells the client access_denied", async () => {
  for (const decision of ["deny", "", "yes"]) {
    const agent = new UserAgent();
    const page = await open(agent, "ann@acme.example");
    const answer = await agent.submit(page, { decision }, "/consent");
    assert.equal(answer.url.searchParams.get("error"), "access_denied");
  }
});

test("the tenant is chosen before, and consent is for that tenant only", async () => {
  const agent = new UserAgent();
  const choice = await open(agent, "both@x.example");
  const page = await agent.submit(choice, { tenant: "bolt" }, "/tenant");
  assert.match(page.text, /Tenant bolt/);
  const answer = await agent.submit(page, { decision: "allow" }, "/consent");
  const tokens = await redeem(fixture, codeOf(answer), {}, basic("third"));
  assert.equal(payloadOf(tokens.body["id_token"])["tenant_id"], "bolt");
  const other = await agent.follow(authorizationUrl(fixture, { client_id: "third", tenant: "acme" }));
  assert.match(other.text, /Tenant acme/);
  const second = await agent.submit(other, { decision: "allow" }, "/consent");
  const more = await redeem(fixture, codeOf(second), {}, basic("third"));
  assert.equal(payloadOf(more.body["id_token"])["tenant_id"], "acme");
});

test("prompt=none without consent answers consent_required", async () => {
  const agent = new UserAgent();
  await signInAt(agent, authorizationUrl(fixture), "ann@acme.example");
  const silent = await agent.follow(authorizationUrl(fixture, { client_id: "third", prompt: "none" }));
  assert.equal(silent.url.searchParams.get("error"), "consent_required");
});

test("a consent form cannot be answered while the sign-in is at another page", async () => {
  const agent = new UserAgent();
  const login = await agent.follow(authorizationUrl(fixture, { client_id: "third" }));
  const skipped = await agent.follow(`${login.url}/consent`, {
    method: "POST",
    body: new URLSearchParams({ decision: "allow" }),
  });
  assert.equal(skipped.url.href, login.url.href, "back to the page the sign-in is at");
  assert.match(skipped.text, /<h1>Sign in<\/h1>/);
});

test("the ISV's own client asks nothing, even for access while away", async () => {
  const url = authorizationUrl(fixture, { scope: "openid offline_access", prompt: "consent" });
  const answer = await signInAt(new UserAgent(), url, "ann@acme.example");
  const tokens = await redeem(fixture, codeOf(answer));
  assert.match(String(tokens.body["scope"]), /offline_access/);
});

test("the page says what an API's scopes mean, and a token has what was allowed there", async () => {
  const operator = await addApis(fixture);
  const name = "Reports <i>";
  await updateResource(operator, { identifier: signedApi, name });
  await allowResource(operator, { identifier: signedApi, clientId: "third", scopes: ["read", "write"] });
  await addPerson(fixture.db, { email: "api@acme.example", tenants: ["acme"] });
  const agent = new UserAgent();
  const asked = { resource: signedApi, scope: "openid read" };
  const page = await open(agent, "api@acme.example", asked);
  assert.match(page.text, /Reports &lt;i&gt;: Read your things/);
  assert.doesNotMatch(page.text, /Change your things/);
  const answer = await agent.submit(page, { decision: "allow" }, "/consent");
  const { body } = await redeem(fixture, codeOf(answer), {}, basic("third"));
  assert.equal(payloadOf(body["access_token"])["scope"], "read");
  // What was allowed is not asked again; what was not, is.
  const third = { client_id: "third" };
  assert.ok(codeOf(await agent.follow(authorizationUrl(fixture, { ...third, ...asked }))));
  const more = await agent.follow(
    authorizationUrl(fixture, { ...third, ...asked, scope: "openid read write" }),
  );
  assert.match(more.text, /Change your things/);
  const refused = await agent.submit(more, { decision: "deny" }, "/consent");
  assert.equal(refused.url.searchParams.get("error"), "access_denied");
  const plain = await agent.follow(authorizationUrl(fixture, { ...third, scope: "openid read write" }));
  const ofNone = await redeem(fixture, codeOf(plain), {}, basic("third"));
  assert.equal(ofNone.body["scope"], "openid", "a scope of an API needs its resource");
});
