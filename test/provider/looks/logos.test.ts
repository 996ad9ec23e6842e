// A logo from the hand that gives it to the page that shows it: whom it is shown, as what it is served, and how it goes; over both
// stores. And how an application of the house has pages look on the way to it.
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { deleteClient } from "../../../src/admin/operations/client_access.ts";
import { removeClientLogo, setClientLogo } from "../../../src/admin/operations/client_logo.ts";
import { updateClient } from "../../../src/admin/operations/client_update.ts";
import { createClient, showClient } from "../../../src/admin/operations/clients.ts";
import { setTenantBrand, showTenantBrand } from "../../../src/admin/operations/tenant_brand.ts";
import { deleteTenant } from "../../../src/admin/operations/tenant_deletion.ts";
import { removeTenantLogo, setTenantLogo } from "../../../src/admin/operations/tenant_logo.ts";
import { createTenant, updateTenant } from "../../../src/admin/operations/tenants.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";
import { plainPng } from "./png_maker.ts";

const green = plainPng({ width: 40, height: 10 }).toString("base64");
const red = plainPng({ width: 20, height: 20, pixel: [200, 0, 0, 255] }).toString("base64");
const image =
  /<img class="logo" src="(\/assets\/logo\/[0-9a-f]{32}\.png)" alt="([^"]*)" width="(\d+)" height="(\d+)">/;

const world = useProvider({}, async () => {
  await addPerson(world.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addPerson(world.db, { email: "both@x.example", tenants: ["acme", "plain"] });
  await addClient(world.db, { client_id: "third", client_name: "Third", first_party: false });
  await addClient(world.db, { client_id: "house", client_name: "The <House>", first_party: true });
  const context = cliContext(world.db);
  await setTenantLogo(context, { id: "acme", png: green });
  await updateTenant(context, { id: "acme", name: "Acme & Co", discoverable: true });
  await setTenantBrand(context, { id: "plain", termsUrl: "https://plain.example/terms" });
  for (const clientId of ["third", "house"]) {
    await setClientLogo(context, { clientId, png: red });
    await updateClient(context, { clientId, color: "#B0211A", supportUri: "mailto:help@house.example" });
  }
});
const urlFor = (params = {}) => authorizationUrl(world, { client_id: "third", ...params });

test("an organization's logo is on pages only once its member has entered it", async () => {
  const agent = new UserAgent();
  const login = await agent.follow(urlFor({ tenant: "acme", tenant_hint: "acme" }));
  assert.match(login.text, /at <strong>Acme &amp; Co</, "it chose to be found, by its name");
  assert.doesNotMatch(login.text, image);
  const consent = await agent.submit(login, { email: "ann@acme.example", password }, "/login");
  assert.match(consent.text, /<h1>Allow access\?</);
  const [, path = "", alt, width, height] = image.exec(consent.text) ?? [];
  assert.deepEqual([alt, width, height], ["Acme &amp; Co", "40", "10"]);
  assert.equal((await fetch(new URL(path, world.issuer))).status, 200);
  assert.match((await agent.follow(new URL("/account", world.issuer))).text, image);
});

test("another vendor's application never dresses a page; one of the house does, until an organization has a look of its own", async () => {
  const foreign = await new UserAgent().follow(urlFor());
  assert.doesNotMatch(foreign.text, /class="logo"|assets\/brand|help@house/);
  const agent = new UserAgent();
  const login = await agent.follow(urlFor({ client_id: "house" }));
  assert.match(login.text, /<h1>Sign in</);
  assert.equal(image.exec(login.text)?.[2], "The &lt;House&gt;");
  assert.match(login.text, /\/assets\/brand\/b0211a-1\.css/);
  assert.match(login.text, /href="mailto:help@house\.example"/);
  assert.match(login.text, new RegExp(new URL(world.issuer).host), "whose service it is stays");
  const choice = await agent.submit(login, { email: "both@x.example", password }, "/login");
  assert.match(choice.text, /<h1>Choose an organization</);
  assert.equal(image.exec(choice.text)?.[2], "The &lt;House&gt;", "and of the organizations none");
});

test("a page on which a password is typed has no shield over a name that is nobody's", async () => {
  const { text } = await new UserAgent().follow(urlFor());
  assert.doesNotMatch(text, /class="mark"|Sign-in service|Secure/);
  assert.match(text, new RegExp(`<p class="brand">\\s*<span>${new URL(world.issuer).host}</span>`));
});

test("a logo is served as a picture and as nothing else, to nobody in particular, and may be kept", async () => {
  const { logo } = await showTenantBrand(cliContext(world.db), { id: "acme" });
  const url = new URL(logo?.path ?? "", world.issuer);
  const served = await fetch(url);
  assert.equal(served.headers.get("content-type"), "image/png");
  assert.equal(served.headers.get("x-content-type-options"), "nosniff");
  assert.equal(served.headers.get("content-security-policy"), "default-src 'none'; sandbox");
  assert.match(served.headers.get("cache-control") ?? "", /immutable/);
  assert.equal(served.headers.get("set-cookie"), null);
  const bytes = Buffer.from(await served.arrayBuffer());
  assert.equal(bytes.subarray(1, 4).toString(), "PNG");
  const etag = served.headers.get("etag") ?? "";
  const again = await fetch(url, { headers: { "if-none-match": etag } });
  assert.deepEqual([again.status, (await again.arrayBuffer()).byteLength], [304, 0]);
  assert.equal((await fetch(url, { method: "HEAD" })).headers.get("content-type"), "image/png");
  for (const path of ["0".repeat(32), "acme", "../acme", "%00"]) {
    assert.notEqual((await fetch(new URL(`/assets/logo/${path}.png`, world.issuer))).status, 200, path);
  }
  assert.notEqual((await fetch(`${url}`.replace(".png", ".html"))).status, 200);
});

for (const kind of storesOfToday(import.meta.url)) {
  describe(`logos on ${kind}`, () => {
    const store = useStore(kind);
    const events = async (type: string) =>
      (await store.db("audit_events").where({ type }).pluck<string[]>("details")).length;

    it("are given, stay as they are, become others and are taken away, each told once", async () => {
      const context = cliContext(store.db);
      await createTenant(context, { id: "acme" });
      const trial = await setTenantLogo(context, { id: "acme", png: green, dryRun: true });
      assert.deepEqual([trial.logo?.width, trial.logo?.height], [40, 10]);
      assert.equal((await showTenantBrand(context, { id: "acme" })).logo, null);
      const { logo } = await setTenantLogo(context, { id: "acme", png: green });
      assert.equal((await setTenantLogo(context, { id: "acme", png: green })).unchanged, true);
      assert.deepEqual((await showTenantBrand(context, { id: "acme" })).logo, logo);
      const other = await setTenantLogo(context, { id: "acme", png: red });
      assert.notEqual(other.logo?.path, logo?.path);
      await setTenantBrand(context, { id: "acme", color: "#0b6b53" });
      assert.deepEqual(
        (await showTenantBrand(context, { id: "acme" })).logo,
        other.logo,
        "a colour changes no logo",
      );
      assert.equal((await removeTenantLogo(context, { id: "acme" })).logo, null);
      assert.equal((await removeTenantLogo(context, { id: "acme" })).unchanged, true);
      assert.equal(await events("tenant.branded"), 4);
      assert.deepEqual(await store.db("logos").select(), []);
    });

    it("leave what is there as it is where the file is none, or somebody else was faster", async () => {
      const context = cliContext(store.db);
      await setTenantLogo(context, { id: "acme", png: green });
      const before = await showTenantBrand(context, { id: "acme" });
      await assert.rejects(setTenantLogo(context, { id: "acme", png: "PHN2Zz4=" }), {
        code: "invalid_input",
        field: "png",
        message: "png is no PNG: it begins as markup, such as SVG.",
      });
      const stale = { ...context, condition: { ifMatch: '"stale"', told: () => undefined } };
      await assert.rejects(setTenantLogo(stale, { id: "acme", png: red }), { code: "precondition_failed" });
      await assert.rejects(removeTenantLogo(stale, { id: "acme" }), { code: "precondition_failed" });
      await assert.rejects(setTenantLogo(context, { id: "nobody", png: red }), { code: "tenant_not_found" });
      await assert.rejects(setClientLogo(context, { clientId: "nobody", png: red }), {
        code: "client_not_found",
      });
      assert.deepEqual(await showTenantBrand(context, { id: "acme" }), before);
    });

    it("have an address nobody who has the picture can tell, so that it says of nobody that they are here", async () => {
      const context = cliContext(store.db);
      await createTenant(context, { id: "bolt" });
      const [acme, bolt] = [
        await showTenantBrand(context, { id: "acme" }),
        await setTenantLogo(context, { id: "bolt", png: green }),
      ];
      assert.notEqual(acme.logo?.path, bolt.logo?.path);
    });

    it("of an application are its own, and go with it", async () => {
      const context = cliContext(store.db);
      const app = { clientId: "app", redirectUris: ["https://app.example/cb"] };
      await createClient(context, { ...app, color: "#0B6B53", supportUri: "https://app.example/help" });
      const { client } = await setClientLogo(context, { clientId: "app", png: red });
      assert.deepEqual(
        [client.metadata.brand_color, client.metadata.support_uri],
        ["#0b6b53", "https://app.example/help"],
      );
      assert.deepEqual((await showClient(context, { clientId: "app" })).logo, client.logo);
      for (const [member, value] of [
        ["color", "red"],
        ["supportUri", "javascript:alert(1)"],
      ] as const) {
        await assert.rejects(updateClient(context, { clientId: "app", [member]: value }), {
          code: "invalid_input",
          field: member,
        });
      }
      const bare = await updateClient(context, { clientId: "app", color: null, supportUri: null });
      assert.deepEqual(
        [bare.client.metadata.brand_color, bare.client.metadata.support_uri],
        [undefined, undefined],
      );
      assert.equal((await removeClientLogo(context, { clientId: "app" })).client.logo, null);
      await setClientLogo(context, { clientId: "app", png: red });
      await deleteClient(context, { clientId: "app" });
      assert.equal((await createClient(context, app)).logo, null);
    });

    it("go with the organization", async () => {
      const context = cliContext(store.db);
      for (const id of ["acme", "bolt"]) await deleteTenant(context, { id });
      assert.deepEqual(await store.db("logos").select(), []);
    });
  });
}
