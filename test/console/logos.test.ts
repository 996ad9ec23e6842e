// A logo by the console: a form that brings a file, from the console's own page only; what is wrong with the file is told beside it,
// and the page still says which state it is of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setClientLogo } from "../../src/admin/operations/client_logo.ts";
import { showTenantBrand } from "../../src/admin/operations/tenant_brand.ts";
import { plainPng } from "../provider/looks/png_maker.ts";
import { addClient } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { csrfOf, emails, filledForm, signInToConsole, useConsole } from "./console_world.ts";

const agent = new UserAgent();
const world = useConsole({}, async () => {
  await addClient(world.db, { client_id: "app" });
  assert.equal((await signInToConsole(world, agent, emails.operator)).status, 200);
});
const path = "/console/organizations/acme/logo";
const picture = plainPng({ width: 40, height: 10 });

/** Sends a form of a page with a file, as a browser does. */
async function send(
  to: string,
  file: Buffer,
  { fields = {}, origin = world.origin }: { fields?: Record<string, string>; origin?: string } = {},
) {
  const page = await agent.visit(`${world.origin}${to}`);
  assert.match(page.text, /enctype="multipart\/form-data"/);
  const body = new FormData();
  for (const [name, value] of Object.entries({
    csrf: await csrfOf(world, agent),
    ...filledForm(page, to, {}),
    ...fields,
  }))
    if (name !== "png") body.append(name, value);
  body.append("png", new File([new Uint8Array(file)], "logo.png", { type: "image/png" }));
  return agent.visit(`${world.origin}${to}`, {
    method: "POST",
    headers: { origin, "sec-fetch-site": origin === world.origin ? "same-origin" : "cross-site" },
    body,
  });
}
const logoOf = async () => (await showTenantBrand(cliContext(world.db), { id: "acme" })).logo;

test("a file that is no logo is told beside its field, and may be sent again from there", async () => {
  for (const [file, told] of [
    [Buffer.from("<svg>"), /Logo is no PNG: it begins as markup, such as SVG\. Save the picture as PNG/],
    [Buffer.alloc(0), /Logo is empty\. Choose a PNG file/],
    [Buffer.alloc(50_000, 1), /Logo is larger than 40 KiB/],
    [Buffer.alloc(2_000_000, 1), /Logo is larger than 40 KiB/],
  ] as const) {
    const refused = await send(path, file);
    assert.equal(refused.status, 400, refused.text);
    assert.match(refused.text, told);
    assert.match(refused.text, /name="revision" value="[^"]+"/);
  }
  assert.equal(await logoOf(), null);
});

test("a logo is given and taken away, from the console's own page only", async () => {
  const foreign = await send(path, picture, { origin: "https://evil.example" });
  assert.equal(foreign.status, 403);
  assert.equal((await send(path, picture, { fields: { csrf: "x" } })).status, 403);
  assert.equal(await logoOf(), null);
  assert.equal((await send(path, picture)).status, 303);
  const logo = await logoOf();
  const page = await agent.visit(`${world.origin}${path}`);
  assert.ok(page.text.includes(`src="${logo?.path}"`), page.text);
  const shown = await fetch(`${world.origin}${logo?.path}`);
  assert.equal(shown.headers.get("content-type"), "image/png");
  assert.equal((await send(path, picture, { fields: { revision: '"stale"' } })).status, 412);
  assert.equal((await send(path, Buffer.alloc(0), { fields: { remove: "on" } })).status, 303);
  assert.equal(await logoOf(), null);
});

test("an application's logo too", async () => {
  const to = "/console/applications/app/logo";
  assert.equal((await send(to, picture)).status, 303);
  assert.equal(
    (await setClientLogo(cliContext(world.db), { clientId: "app", png: picture.toString("base64") }))
      .unchanged,
    true,
  );
});
