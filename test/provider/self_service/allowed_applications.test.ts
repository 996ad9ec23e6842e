// What a person let another vendor's application have stands on their own page, and is taken back there: its tokens are
// worth nothing from then on, and it asks anew. Somebody else's is neither shown nor taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { postAccountForm } from "../support/account_forms.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

const people = { ann: { id: "" }, bob: { id: "" } };
const fixture = useProvider({}, async () => {
  people.ann = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  people.bob = await addPerson(fixture.db, { email: "bob@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "reports", client_name: "Report Builder", first_party: false });
  await addClient(fixture.db, { client_id: "app", client_name: "Own app" });
});

const begin = (client: string) => {
  const url = authorizationUrl(fixture);
  url.searchParams.set("client_id", client);
  return url;
};

const grantsOf = async () =>
  (await fixture.db("oidc_records").where({ model: "Grant", client_id: "reports" })).length;

test("a consent is listed and taken back, by the person who gave it", async () => {
  const agent = new UserAgent();
  const asked = await signInAt(agent, begin("reports"), "ann@acme.example");
  assert.match(asked.text, /Allow access\?/);
  await agent.submit(asked, { decision: "allow" }, "/consent");
  await agent.follow(begin("app"));
  assert.equal(await grantsOf(), 1);

  const applications = `${fixture.issuer}/account/applications`;
  const page = await agent.follow(applications);
  const [, listed = ""] = /id="applications-title">([\s\S]*?)<\/section>/.exec(page.text) ?? [];
  assert.match(listed, /<strong>Report Builder<\/strong> at Tenant acme/);
  assert.doesNotMatch(listed, /Own app|Your account/);
  const [, grant = ""] = /name="grant" value="([^"]+)"/.exec(page.text) ?? [];

  const bob = new UserAgent();
  const login = await bob.follow(applications);
  const bobs = await bob.submit(login, { email: "bob@acme.example", password }, "/login");
  assert.doesNotMatch(bobs.text, /Report Builder/);
  const form = { decision: "end", grant };
  const stolen = await postAccountForm(bob, applications, people.bob, form);
  assert.match(stolen.text, /Nothing was changed/);
  assert.equal(await grantsOf(), 1);

  const ended = await postAccountForm(agent, applications, people.ann, form);
  assert.match(ended.text, /has nothing of yours any more/);
  assert.equal(await grantsOf(), 0);
  const events = await fixture.db("audit_events").where({ type: "consent.revoked", client_id: "reports" });
  assert.equal(events.length, 1);
  const again = await agent.follow(begin("reports"));
  assert.match(again.text, /Allow access\?/);
});
