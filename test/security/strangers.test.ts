// Class: a list of customers for anybody (S10). Before a login a request that names a tenant is answered as one that
// names none such, unless the tenant chose to be found.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { updateTenant } from "../../src/admin/operations/tenants.ts";
import { saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { loginUrl } from "../provider/handoff/handoff_support.ts";
import { authorizationUrl } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  signInAt,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";

async function start(environment: Record<string, string>): Promise<ProviderFixture> {
  const fixture = await startProvider({ environment });
  await addClient(fixture.db, { client_id: "app" });
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  for (const id of ["globex", "both", "gone"])
    await addPerson(fixture.db, { email: `x@${id}.example`, tenants: [id] });
  await saveTenant(fixture.db, "globex", { loginMethod: "handoff" }, new Date());
  await saveTenant(fixture.db, "both", { loginMethod: "both" }, new Date());
  await fixture.db("tenants").where({ id: "gone" }).update({ disabled_at_ms: 1 });
  return fixture;
}

/** What a stranger can compare: everything but the random parts; of a question to a passkey, how long it is. */
function told(visit: Visit): unknown {
  const text = visit.text
    .replace(/(?<=challenge&#34;:&#34;)[\w-]+/, (question) => `… of ${question.length}`)
    .replaceAll(/[A-Za-z0-9_-]{43}/g, "…")
    .replaceAll(/[0-9a-f-]{36}/g, "…");
  return { status: visit.status, to: visit.url.origin + visit.url.pathname.replace(/[\w-]{43}/, "…"), text };
}

const ask = async (fixture: ProviderFixture, more: Record<string, string>, agent = new UserAgent()) =>
  told(await agent.follow(authorizationUrl(fixture, more)));

describe("to strangers", () => {
  let fixture: ProviderFixture;
  before(async () => {
    fixture = await start({});
  });
  after(() => fixture.close());

  for (const name of ["tenant", "tenant_hint"]) {
    for (const prompt of ["login", "none"]) {
      test(`every ${name} with prompt=${prompt} looks like one that is not there`, async () => {
        const unknown = await ask(fixture, { [name]: "nosuch", prompt });
        for (const id of ["acme", "globex", "both", "gone"])
          assert.deepEqual(await ask(fixture, { [name]: id, prompt }), unknown, id);
      });
    }
  }

  test("a name is shown only of a tenant that chose to be found", async () => {
    const context = { db: fixture.db, clock: () => new Date(), actor: "operator", may: () => true } as never;
    const page = async () =>
      (await new UserAgent().follow(authorizationUrl(fixture, { tenant: "acme" }))).text;
    assert.ok(!(await page()).includes("Tenant acme"));
    await updateTenant(context, { id: "acme", discoverable: true });
    assert.ok((await page()).includes("Tenant acme"));
    await updateTenant(context, { id: "acme", discoverable: false });
    assert.ok(!(await page()).includes("Tenant acme"));
  });

  test("and to somebody signed in a foreign tenant looks like one that is not there", async () => {
    const agent = new UserAgent();
    await signInAt(agent, authorizationUrl(fixture), "ann@acme.example");
    const unknown = await agent.follow(authorizationUrl(fixture, { tenant: "nosuch", prompt: "none" }));
    for (const id of ["globex", "both", "gone"]) {
      const known = await agent.follow(authorizationUrl(fixture, { tenant: id, prompt: "none" }));
      assert.deepEqual([...known.url.searchParams], [...unknown.url.searchParams], id);
    }
  });
});

test("where people log in at the ISV, a tenant that is not there goes there like one that is", async () => {
  const fixture = await start({ TTI_LOGIN_URL: loginUrl });
  try {
    const unknown = await ask(fixture, { tenant: "nosuch" });
    for (const id of ["globex", "both"]) assert.deepEqual(await ask(fixture, { tenant: id }), unknown, id);
  } finally {
    await fixture.close();
  }
});
