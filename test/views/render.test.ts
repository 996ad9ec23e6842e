// Owns the proof that pages are complete, escaped, free of script and usable by everyone.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type ServiceFrame, withFrame } from "../../src/views/frame.ts";
import type { PageName } from "../../src/views/pages.ts";
import { pageHeaders, renderPage, stylesheet } from "../../src/views/render.ts";
import { fixtures, freshSession, refusedSession } from "./page_fixtures.ts";

const names = Object.keys(fixtures) as PageName[];
const folder = fileURLToPath(new URL("../../src/views/", import.meta.url));

function draw<N extends PageName>(name: N): string {
  return renderPage(name, fixtures[name]);
}

/** Replaces every string of a model, to see where it comes out. */
function hostile(value: unknown): unknown {
  if (typeof value === "string") return `"'><img src=x onerror=alert(1)>${value}`;
  if (Array.isArray(value)) return value.map(hostile);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hostile(inner)]));
  }
  return value;
}

function renderHostile<N extends PageName>(name: N): string {
  const frame = hostile({
    name: "Orchard",
    host: "login.orchard.example",
    supportUrl: "/help",
  }) as ServiceFrame;
  return withFrame(frame, () => renderPage(name, hostile(fixtures[name]) as (typeof fixtures)[N]));
}

test("every page is one HTML document with a language, a title, a viewport and the stylesheet", () => {
  for (const name of names) {
    const html = draw(name);
    assert.match(html, /^<!DOCTYPE html>\n<html lang="en">/, name);
    assert.match(html, /<title>[^<]{4,}<\/title>/, name);
    assert.match(html, /<meta name="viewport" content="width=device-width, initial-scale=1">/, name);
    assert.ok(html.includes(`href="${stylesheet().path}"`), name);
    assert.equal(html.match(/<h1[ >]/g)?.length, 1, `${name} has one first-level heading`);
    assert.equal(html.match(/<main[ >]/g)?.length, 1, `${name} has one main part`);
    assert.match(html, /<\/html>\s*$/, name);
  }
});

test("no page holds script, inline style or an event handler, so a strict policy breaks nothing", () => {
  for (const name of names) {
    const html = draw(name);
    assert.doesNotMatch(html, /<script|<style|\sstyle=|\son[a-z]+=|javascript:/i, name);
  }
});

test("markup in any field of any page is shown as text", () => {
  for (const name of names) {
    const html = renderHostile(name);
    assert.doesNotMatch(html, /<img/, name);
    assert.ok(html.includes("&lt;img src=x"), `${name} shows what it was given`);
    assert.doesNotMatch(html, /="[^"]*"'>/, `${name} lets no value out of its attribute`);
  }
});

test("templates print unescaped only what another template gave them", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ejs"));
  assert.ok(files.length > 10);
  for (const file of files) {
    const raw = readFileSync(`${folder}${file}`, "utf8").match(/<%-[^%]*/g) ?? [];
    for (const output of raw) assert.match(output, /^<%- include\('_\w+'/, `${file}: ${output}`);
  }
});

test("every field a person fills in has a label, and every id is used once", () => {
  for (const name of names) {
    const html = draw(name);
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    assert.equal(new Set(ids).size, ids.length, `${name} repeats an id`);
    for (const [input] of html.matchAll(/<input [^>]*>/g)) {
      if (input.includes('type="hidden"')) continue;
      const id = /\sid="([^"]+)"/.exec(input)?.[1];
      assert.ok(html.includes(`for="${id}"`), `${name}: ${input} has no label`);
    }
    for (const [, references] of html.matchAll(/aria-(?:describedby|labelledby)="([^"]+)"/g)) {
      assert.ok(ids.includes(references), `${name}: ${references} names nothing`);
    }
  }
});

test("the login page announces why it failed, keeps the address and never the password", () => {
  const html = draw("login");
  assert.match(
    html,
    /role="alert"[^>]*>\s*<p class="alert" id="login-error">The e-mail address and password/,
  );
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

test("the account page offers to take back what was given, and to give what was not", () => {
  const html = draw("account");
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

test("the stylesheet's name follows its content and it fetches nothing", () => {
  const asset = stylesheet();
  assert.match(asset.path, /^\/assets\/[0-9a-f]{16}\.css$/);
  assert.equal(asset.etag, `"${asset.path.slice("/assets/".length, -".css".length)}"`);
  assert.match(asset.cacheControl, /immutable/);
  const css = asset.body.toString();
  assert.doesNotMatch(css, /@import|url\(/);
  assert.match(css, /prefers-color-scheme: dark/);
});

test("every page goes out under a policy that allows no script and no framing", () => {
  const policy = pageHeaders()["Content-Security-Policy"] ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|script-src|form-action/);
  assert.equal(pageHeaders()["Cache-Control"], "no-store");
});

test("a page that does not exist is a programming error, not an empty page", () => {
  assert.throws(() => renderPage("toString" as PageName, fixtures.error), /there is no page named toString/);
});
