// An organization's own administrators and its looks: theirs alone, once a domain is proven, and by pixels and plain words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { showTenantBrand } from "../../src/admin/operations/tenant_brand.ts";
import { plainPng } from "../provider/looks/png_maker.ts";
import { useProvider } from "../provider/support/provider_fixture.ts";
import type { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { addPortalPeople, signInToPortal } from "./portal_support.ts";

const agents: Record<string, UserAgent> = {};
const fixture = useProvider({}, async () => {
  await addPortalPeople(fixture);
  for (const email of ["ann@acme.example", "eve@globex.example"])
    agents[email] = (await signInToPortal(fixture.issuer, email)).agent;
});
const looksOf = (id: string) => showTenantBrand(cliContext(fixture.db), { id });
const picture = plainPng({ width: 40, height: 10 });

function send(email: string, path: string, body: URLSearchParams | FormData) {
  const headers = { origin: new URL(fixture.issuer).origin, "sec-fetch-site": "same-origin" };
  return (
    agents[email]?.visit(`${fixture.issuer}${path}`, { method: "POST", headers, body }) ?? assert.fail(email)
  );
}
function logo(bytes: Buffer, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("png", new File([new Uint8Array(bytes)], "logo.png", { type: "image/png" }));
  return form;
}

test("colour, links and logo are changed, shown, and taken away", async () => {
  const email = "ann@acme.example";
  const given = { color: "#0B6B53", supportUrl: "mailto:help@acme.example", policyUrl: "", termsUrl: "" };
  assert.equal((await send(email, "/portal/acme/looks", new URLSearchParams(given))).status, 303);
  assert.equal((await send(email, "/portal/acme/looks/logo", logo(picture, { id: "globex" }))).status, 303);
  const looks = await looksOf("acme");
  assert.deepEqual([looks.color, looks.logo?.width], ["#0b6b53", 40]);
  const page = await agents[email]?.visit(`${fixture.issuer}/portal/acme/looks`);
  assert.ok(page?.text.includes(`src="${looks.logo?.path}"`));
  assert.match(page?.text ?? "", /\/assets\/brand\/0b6b53/);
  assert.equal(
    (await send(email, "/portal/acme/looks/logo", logo(Buffer.alloc(0), { remove: "on" }))).status,
    303,
  );
  assert.equal((await looksOf("acme")).logo, null);
  assert.equal((await looksOf("globex")).logo, null);
});

test("what is wrong is told beside its field, and nothing is changed", async () => {
  const before = await looksOf("acme");
  for (const [path, body, told] of [
    ["looks", new URLSearchParams({ color: "red" }), /Colour is no colour/],
    ["looks", new URLSearchParams({ termsUrl: "javascript:alert(1)" }), /Terms of service/],
    ["looks/logo", logo(Buffer.from("<svg>")), /Logo is no PNG: it begins as markup/],
    ["looks/logo", logo(Buffer.alloc(0)), /Logo is empty/],
    ["looks/logo", logo(Buffer.alloc(58_000)), /Logo is larger than 40 KiB/],
  ] as const) {
    const { status, text } = await send("ann@acme.example", `/portal/acme/${path}`, body);
    assert.equal(status, 400, path);
    assert.match(text, told);
  }
  assert.deepEqual(await looksOf("acme"), before);
});

test("who has proven no domain looks and changes nothing; another organization's looks are nobody's but its own", async () => {
  const email = "eve@globex.example";
  const before = [await looksOf("acme"), await looksOf("globex")];
  for (const [path, body] of [
    ["looks", new URLSearchParams({ color: "#b0211a" })],
    ["looks/logo", logo(picture)],
  ] as const) {
    const refused = await send(email, `/portal/globex/${path}`, body);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /Prove a domain of your organization first/);
    assert.equal((await send(email, `/portal/acme/${path}`, body)).status, 404);
  }
  assert.deepEqual([await looksOf("acme"), await looksOf("globex")], before);
});
