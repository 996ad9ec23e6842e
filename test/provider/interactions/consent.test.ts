// Third-party clients ask the person; the ISV's own never do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { updateClient } from "../../../src/admin/operations/client_update.ts";
import { allowResource } from "../../../src/admin/operations/resource_rights.ts";
import { updateResource } from "../../../src/admin/operations/resources.ts";
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
  await addPerson(fixture.db, { email: "nan@acme.example", name: "Nan Nash", tenants: ["acme"] });
  const details = ["email", "email_verified", "name"];
  for (const [scope, told, words] of [
    ["openid", [], []],
    ["openid email", ["email", "email_verified"], [/See your e-mail address/]],
    ["openid profile", ["name"], [/See your name/]],
    ["openid email profile", details, [/See your e-mail address/, /See your name/]],
  ] as const) {
    const agent = new UserAgent();
    const page = await open(agent, "nan@acme.example", { scope });
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
  const agent = new UserAgent();
  const page = await open(agent, "ann@acme.example", { scope: "openid" });
  await agent.submit(page, { decision: "allow" }, "/consent");
  assert.ok(codeOf(await agent.follow(authorizationUrl(fixture, { client_id: "third", scope: "openid" }))));
  const more = await agent.follow(authorizationUrl(fixture, { client_id: "third", scope: "openid email" }));
  assert.match(more.url.pathname, /^\/interaction\//);
  assert.ok(codeOf(await agent.submit(more, { decision: "allow" }, "/consent")));
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
