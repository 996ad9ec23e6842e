// Owns the proof that pages are complete, escaped, free of script and usable by everyone.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type ServiceFrame, withFrame } from "../../src/views/frame.ts";
import type { PageName } from "../../src/views/pages.ts";
import { frameOf, pageHeaders, renderPage } from "../../src/views/render.ts";
import { passkeyScript, showPasswordScript } from "../../src/views/script.ts";
import { sheetsOf, stylesheet, stylesheets } from "../../src/views/stylesheets.ts";
import { faultsOfMarkup, hostile } from "./markup.ts";
import { fixtures, freshSession, refusedSession } from "./page_fixtures.ts";

const names = Object.keys(fixtures) as PageName[];
const folder = fileURLToPath(new URL("../../src/views/", import.meta.url));

function draw<N extends PageName>(name: N): string {
  return renderPage(name, fixtures[name]);
}

function renderHostile<N extends PageName>(name: N): string {
  const frame = hostile({
    name: "Orchard",
    host: "login.orchard.example",
    supportUrl: "/help",
  }) as ServiceFrame;
  return withFrame(frame, () => renderPage(name, hostile(fixtures[name]) as (typeof fixtures)[N]));
}

test("every page is one well-formed document: one heading of the first level, labels, references, no script or style", () => {
  for (const name of names) {
    const html = draw(name);
    assert.deepEqual(faultsOfMarkup(html), [], name);
    assert.ok(html.includes(`href="${stylesheet(frameOf(name)).path}"`), name);
  }
});

test("markup in any field of any page is shown as text", () => {
  for (const name of names) {
    const html = renderHostile(name);
    assert.doesNotMatch(html, /<img src=x/, name);
    assert.ok(html.includes("&lt;img src=x"), `${name} shows what it was given`);
    assert.doesNotMatch(html, /="[^"]*"'>/, `${name} lets no value out of its attribute`);
  }
});

test("templates print unescaped only what another template gave them", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ejs"),
  );
  assert.ok(files.length > 10);
  for (const file of files) {
    const raw = readFileSync(`${folder}${file}`, "utf8").match(/<%-[^%]*/g) ?? [];
    for (const output of raw) assert.match(output, /^<%- include\('_\w+'/, `${file}: ${output}`);
  }
});

test("the login page announces why it failed, keeps the address and never the password", () => {
  const html = draw("login");
  assert.match(html, /<p role="alert" id="login-error">The e-mail address and password/);
  assert.match(html, /name="email"[^>]*value="alice@acme\.example"/);
  assert.match(html, /name="password"[^>]*autocomplete="current-password"/);
  assert.doesNotMatch(/<input[^>]*name="password"[^>]*>/.exec(html)?.[0] ?? "", /value=/);
  assert.equal(html.match(/ autofocus/g)?.length, 1);
});

test("a form carries its anti-forgery token only when it has one", () => {
  assert.match(draw("tenant_choice"), /name="csrf" value="csrf-token-value"/);
  const without = { ...fixtures.tenant_choice, form: { action: "/x" } };
  assert.doesNotMatch(renderPage("tenant_choice", without), /name="csrf"/);
});

test("scopes are put in words, and links to anything but http and https are left out", () => {
  const html = draw("consent");
  assert.match(html, /See your e-mail address/);
  assert.match(html, /Use the permission “reports:read”/);
  assert.match(html, /href="https:\/\/reports\.example\.net\/privacy"/);
  assert.doesNotMatch(html, /Terms of service/);
});

test("the page of applications offers to take back what was given, and to give what was not", () => {
  const html = draw("account_applications");
  const decisions = [...html.matchAll(/name="client" value="([^"]+)">\s*<button[^>]* value="(\w+)"/g)];
  assert.deepEqual(
    decisions.map(([, client, decision]) => [client, decision]),
    [
      ["isv-app", "revoke"],
      ["reports", "allow"],
    ],
  );
});

test("the demo page shows a refused exchange with its code, cause and fix, and what was not reached", () => {
  const html = renderPage("demo_session", refusedSession);
  assert.match(html, /JWT is already redeemed/);
  assert.match(html, /Likely cause/);
  assert.match(html, /What to do/);
  assert.equal(html.match(/class="step skipped"/g)?.length, 2);
  assert.match(renderPage("demo_session", freshSession), /not exchanged yet/);
});

test("the demo's page says in its title what came of a search, and tells a refusal once", () => {
  const titleOf = (html: string) => /<title>([^<]*)<\/title>/.exec(html)?.[1];
  assert.equal(titleOf(renderPage("demo_session", freshSession)), "Search – Sample ISV app");
  assert.equal(titleOf(draw("demo_session")), "2 passages for travel budget – Search – Sample ISV app");
  const refused = renderPage("demo_session", refusedSession);
  assert.equal(titleOf(refused), "The second exchange was refused – Sample ISV app");
  assert.equal(refused.match(/role="alert"/g)?.length, 1);
  // Who follows the redirect after a search to #results goes on from there by keyboard.
  assert.match(refused, /<section class="section" id="results" tabindex="-1"/);
  assert.equal(refused.match(/alice@acme\.example<\/code>/g)?.length, 1, "everybody is listed once");
});

test("each frame has its own stylesheet, whose name follows its content, and which fetches nothing", () => {
  for (const frame of ["narrow", "console", "portal", "demo"] as const) {
    const asset = stylesheet(frame);
    assert.match(asset.path, /^\/assets\/[0-9a-f]{16}\.css$/);
    assert.equal(asset.etag, `"${asset.path.slice("/assets/".length, -".css".length)}"`);
    assert.match(asset.cacheControl, /immutable/);
    const css = asset.body.toString();
    assert.doesNotMatch(css, /@import|url\(|\/\*/);
    assert.match(css, /prefers-color-scheme: ?dark/);
    assert.deepEqual(gunzipSync(asset.gzipped), asset.body);
    assert.equal(css.split("{").length, css.split("}").length, `${frame}: every brace is closed`);
  }
  assert.equal(new Set(stylesheets().map(({ path }) => path)).size, stylesheets().length);
});

test("every sheet belongs to a frame, and a login loads neither the console's parts nor the demo's", () => {
  const used = new Set<string>(Object.values(sheetsOf).flat());
  const there = readdirSync(`${folder}style`).map((file) => file.replace(/\.css$/, ""));
  assert.deepEqual(
    there.filter((name) => !used.has(name)),
    [],
  );
  const css = stylesheet(frameOf("login")).body.toString();
  assert.doesNotMatch(css, /\.filters|\.replay|\.side/);
  assert.ok(css.length < 12_000, `${css.length} characters`);
  assert.ok(stylesheet("narrow").gzipped.length < 4_000);
});

test("every page goes out under a policy that allows no script and no framing", () => {
  const policy = pageHeaders()["Content-Security-Policy"] ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|script-src|form-action/);
  assert.equal(pageHeaders()["Cache-Control"], "no-store");
});

test("a page of passkeys or of a password may load the two scripts of ours from their own addresses, and nothing that is written into a page", () => {
  const [strict = "", withOne = ""] = [pageHeaders(), pageHeaders({ script: true })].map(
    (headers) => headers["Content-Security-Policy"] ?? "",
  );
  assert.equal(withOne.replace("script-src 'self'; ", ""), strict);
  assert.doesNotMatch(withOne, /unsafe|connect-src|nonce|sha256/);
  const pagesWith = ({ path }: { path: string }) =>
    names.filter((name) => draw(name).includes(`<script src="${path}"`)).toSorted();
  assert.deepEqual(pagesWith(passkeyScript), ["account_passkeys", "passkey_set_up"]);
  assert.deepEqual(pagesWith(showPasswordScript), ["account_form", "new_password", "password"]);
  const name = { ...fixtures.account_form, fields: [{ id: "name", label: "Name" }] };
  assert.doesNotMatch(renderPage("account_form", name), /<script/, "nothing there is a password");
  const all = names.filter((name) => draw(name).includes("<script"));
  assert.deepEqual(all.toSorted(), [
    "account_form",
    "account_passkeys",
    "new_password",
    "passkey_set_up",
    "password",
  ]);
  for (const { body, gzipped, path } of [passkeyScript, showPasswordScript]) {
    assert.doesNotMatch(body.toString(), /eval|innerHTML|Function\(|fetch|XMLHttpRequest|localStorage/);
    assert.ok(gzipped.length < 2_000, `${gzipped.length} bytes`);
    assert.match(path, /^\/assets\/[0-9a-f]{16}\.js$/);
  }
});

test("a page that does not exist is a programming error, not an empty page", () => {
  assert.throws(() => renderPage("toString" as PageName, fixtures.error), /there is no page named toString/);
});
