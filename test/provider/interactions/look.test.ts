// Whose page it is: an organization's looks come with a membership that was read, never with what a request names; and what
// administration may write of them is a colour and addresses, over both stores.
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { setTenantBrand, showTenantBrand } from "../../../src/admin/operations/tenant_brand.ts";
import { deleteTenant } from "../../../src/admin/operations/tenant_deletion.ts";
import { createTenant, updateTenant } from "../../../src/admin/operations/tenants.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

const sheet = /\/assets\/brand\/([0-9a-f]{6})-\d+\.css/;
const world = useProvider({}, async () => {
  await addPerson(world.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addPerson(world.db, { email: "both@x.example", tenants: ["acme", "bolt"] });
  await addPerson(world.db, { email: "bea@bolt.example", tenants: ["bolt"] });
  await addClient(world.db, { client_id: "third", first_party: false });
  const context = cliContext(world.db);
  for (const [id, color] of [
    ["acme", "#0b6b53"],
    ["bolt", "#ffd400"],
  ] as const) {
    await setTenantBrand(context, { id, color, termsUrl: `https://${id}.example/terms` });
    await updateTenant(context, { id, discoverable: true });
  }
});
const urlFor = (params = {}) => authorizationUrl(world, { client_id: "third", ...params });

test("a request that names an organization dresses no page as it, whoever made the link", async () => {
  const login = await new UserAgent().follow(urlFor({ tenant: "acme", tenant_hint: "acme" }));
  assert.match(login.text, /<h1>Sign in</);
  assert.doesNotMatch(login.text, sheet);
  assert.doesNotMatch(login.text, /acme\.example\/terms/);
  // Nor for somebody who is signed in, and no member of it.
  const agent = new UserAgent();
  await signInAt(agent, urlFor(), "bea@bolt.example");
  const refused = await agent.follow(urlFor({ tenant: "acme" }));
  assert.doesNotMatch(refused.text, /0b6b53/);
});

test("the page wears the organization's colour once it is entered, and none while it is chosen", async () => {
  const agent = new UserAgent();
  const login = await agent.follow(urlFor());
  const choice = await agent.submit(login, { email: "both@x.example", password }, "/login");
  assert.match(choice.text, /<h1>Choose an organization</);
  assert.doesNotMatch(choice.text, sheet);
  const consent = await agent.submit(choice, { tenant: "bolt" }, "/tenant");
  assert.match(consent.text, /<h1>Allow access\?</);
  assert.equal(sheet.exec(consent.text)?.[1], "ffd400");
  assert.match(
    consent.text,
    /href="https:\/\/bolt\.example\/terms" rel="noopener noreferrer">Terms of service/,
  );
  assert.doesNotMatch(consent.text, /<style|\sstyle=/);
});

test("the account page is an organization's for who belongs to one alone", async () => {
  const account = async (email: string) => {
    const agent = new UserAgent();
    await signInAt(agent, urlFor(), email);
    return (await agent.follow(new URL("/account", world.issuer))).text;
  };
  assert.equal(sheet.exec(await account("ann@acme.example"))?.[1], "0b6b53");
  assert.doesNotMatch(await account("both@x.example"), sheet);
});

test("the sheet is served as a style sheet that may be kept, and only for a colour", async () => {
  const get = (path: string) => fetch(new URL(path, world.issuer));
  const served = await get("/assets/brand/0b6b53-1.css");
  assert.equal(served.status, 200);
  assert.equal(served.headers.get("content-type"), "text/css; charset=utf-8");
  assert.equal(served.headers.get("x-content-type-options"), "nosniff");
  assert.match(served.headers.get("cache-control") ?? "", /immutable/);
  for (const path of ["0b6b53-2.css", "0b6b5-1.css", "0b6b53-1.css%0a", "%7B%7D.css", "x"]) {
    assert.equal((await get(`/assets/brand/${path}`)).status, 404, path);
  }
});

for (const kind of storesOfToday(import.meta.url)) {
  describe(`an organization's looks on ${kind}`, () => {
    const store = useStore(kind);

    it("are a colour and addresses, each refused in its own words, and then nothing is written", async () => {
      const context = cliContext(store.db);
      await createTenant(context, { id: "acme" });
      const kept = { color: "#0b6b53", supportUrl: "mailto:help@acme.example" };
      await setTenantBrand(context, { id: "acme", ...kept });
      for (const [member, values] of Object.entries({
        color: ["red", "#fff", "#0b6b53;}", "url(https://x)", "#0b6b5g", "var(--bad)"],
        supportUrl: ["javascript:alert(1)", "http://acme.example", "mailto:a@b?bcc=c@d", "mailto:", "help"],
        policyUrl: [
          "javascript:alert(1)",
          "http://acme.example",
          "data:text/html,x",
          "//acme.example",
          "mailto:a@b",
        ],
        termsUrl: [
          "https://user:secret@acme.example",
          "<b>terms</b>",
          `https://a.example/${"x".repeat(3000)}`,
        ],
      })) {
        for (const value of values) {
          const given = { id: "acme", policyUrl: "https://acme.example/new", [member]: value };
          const error = await setTenantBrand(context, given).catch((caught: unknown) => caught);
          assert.equal(Reflect.get(Object(error), "code"), "invalid_input", value);
          assert.equal(Reflect.get(Object(error), "field"), member, value);
          assert.ok(!String(Reflect.get(Object(error), "message")).includes("secret"));
        }
      }
      const whole = { id: "acme", policyUrl: null, termsUrl: null, logo: null, ...kept };
      assert.deepEqual(await showTenantBrand(context, { id: "acme" }), whole);
    });

    it("change one by one, are taken away by an empty text or null, and are told with what they were", async () => {
      const context = cliContext(store.db);
      assert.equal((await setTenantBrand(context, { id: "acme", color: "#0B6B53" })).unchanged, true);
      await setTenantBrand(context, { id: "acme", color: "", supportUrl: null });
      const nothing = { color: null, supportUrl: null, policyUrl: null, termsUrl: null, logo: null };
      assert.deepEqual(await showTenantBrand(context, { id: "acme" }), { id: "acme", ...nothing });
      const told = await store
        .db("audit_events")
        .where({ type: "tenant.branded" })
        .pluck<string[]>("details");
      assert.equal(told.length, 2, "what changed nothing is not told");
      assert.ok(told.some((details) => JSON.stringify(details).includes("colorWas")));
      await assert.rejects(setTenantBrand(context, { id: "acme" }), { code: "invalid_input" });
      await assert.rejects(showTenantBrand(context, { id: "nobody" }), { code: "tenant_not_found" });
    });

    it("go with the tenant", async () => {
      const context = cliContext(store.db);
      await setTenantBrand(context, { id: "acme", color: "#0b6b53" });
      await deleteTenant(context, { id: "acme" });
      assert.deepEqual(await store.db("tenant_brands").select(), []);
    });
  });
}
