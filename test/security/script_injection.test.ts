// Class: XSS on login and form-post pages (CVE-2026-29191). Whatever a request or a record holds, a page shows it as
// text, and no page allows a script that is not its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationUrl } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";

const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", name: attack, tenants: ["acme", "bolt"] });
  await fixture.db("tenants").where({ id: "acme" }).update({ name: attack });
  await addClient(fixture.db, { client_id: "app", client_name: attack });
  await addClient(fixture.db, { client_id: "third", client_name: attack, first_party: false });
});

function assertHarmless(page: Visit): void {
  assert.ok(!page.text.includes("<script>alert"), page.text);
  assert.ok(!page.text.includes("<img src=x"), page.text);
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/);
}

test("every parameter of an authorization request", async () => {
  for (const name of [
    "login_hint",
    "state",
    "nonce",
    "scope",
    "ui_locales",
    "acr_values",
    "display",
    "claims",
    "tenant_hint",
  ]) {
    assertHarmless(await new UserAgent().follow(authorizationUrl(fixture, { [name]: attack })));
  }
  for (const name of [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "prompt",
    "tenant",
    "request",
  ]) {
    const answer = await new UserAgent().follow(authorizationUrl(fixture, { [name]: attack, state: attack }));
    if (answer.url.origin === fixture.issuer) assertHarmless(answer);
  }
});

test("login, tenant choice, consent, logout and error pages with hostile names", async () => {
  const agent = new UserAgent();
  const login = await agent.follow(authorizationUrl(fixture, { client_id: "third", login_hint: attack }));
  assertHarmless(login);
  assertHarmless(await agent.submit(login, { email: attack, password: attack }, "/login"));
  const choice = await signInAt(agent, authorizationUrl(fixture, { client_id: "third" }), "ann@acme.example");
  assertHarmless(choice);
  assertHarmless(await agent.submit(choice, { tenant: attack }, "/tenant"));
  assertHarmless(await agent.submit(choice, { tenant: "acme" }, "/tenant"));
  assertHarmless(
    await agent.follow(
      new URL(`/session/end?client_id=app&state=${encodeURIComponent(attack)}`, fixture.issuer),
    ),
  );
  assertHarmless(await agent.follow(new URL(`/${encodeURIComponent(attack)}`, fixture.issuer)));
  assertHarmless(await agent.follow(new URL(`/interaction/${encodeURIComponent(attack)}`, fixture.issuer)));
});

test("a form_post answer escapes its values and allows its one script by hash", async () => {
  const agent = new UserAgent();
  const url = authorizationUrl(fixture, { response_mode: "form_post", state: attack, tenant: "acme" });
  const page = await signInAt(agent, url, "ann@acme.example");
  assert.equal(page.status, 200);
  assertHarmless(page);
  assert.match(page.text, /action="https:\/\/rp\.example\/callback"/);
  assert.match(page.headers.get("content-security-policy") ?? "", /script-src 'self' 'sha256-[\w+/=]+'/);
});
