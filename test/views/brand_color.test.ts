// Whether any colour an organization chooses can be read: over a grid of all colours and by drawn ones, in light and in dark, on every
// ground.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { brandTokens, contrast, isBrandColor } from "../../src/views/brand_color.ts";
import { brandSheetAt, brandSheetPath } from "../../src/views/brand_sheet.ts";
import { withFrame, withLook } from "../../src/views/frame.ts";
import { renderPage } from "../../src/views/render.ts";
import { propertySeed as seed } from "../support/property_seed.ts";
import { faultsOfMarkup } from "./markup.ts";
import { fixtures } from "./page_fixtures.ts";

const css = readFileSync(new URL("../../src/views/style/0_tokens.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.split("@media (prefers-color-scheme: dark)");
const palettes = { light, dark };

// The grounds as the style sheet has them now, not as the computation remembers them.
const groundsOf = (palette: string): string[] =>
  ["bg", "surface", "sunken", "ok-soft", "warn-soft", "bad-soft", "info-soft"].map(
    (name) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(palette)?.[1] ?? assert.fail(name),
  );
const textOf = (palette: string): string => /--text: (#[0-9a-f]{6});/.exec(palette)?.[1] ?? assert.fail();

type Scheme = keyof typeof palettes;

/** What cannot be read well enough of a page that wears a colour. */
function faintOf(color: string, scheme: Scheme): string[] {
  const grounds = groundsOf(palettes[scheme]);
  const tokens = brandTokens(color, scheme);
  const pairs: [string, number, number][] = [
    ["a button", contrast(tokens["--on-brand"], color), 4.5],
    ["a button that is pressed", contrast(tokens["--on-brand"], tokens["--brand-strong"]), 4.5],
    ["text on the soft tone", contrast(textOf(palettes[scheme]), tokens["--brand-soft"]), 4.5],
    ...[...grounds, tokens["--brand-soft"]].map((ground): [string, number, number] => [
      `a link on ${ground}`,
      contrast(tokens["--brand-text"], ground),
      4.5,
    ]),
    ...grounds.map((ground): [string, number, number] => [
      `an edge on ${ground}`,
      contrast(tokens["--brand-edge"], ground),
      3,
    ]),
  ];
  const faint = pairs.filter(([, reached, atLeast]) => reached < atLeast);
  const changed = tokens["--brand"] === color ? [] : [`${color}: the fill is another colour`];
  return [...changed, ...faint.map(([what, reached]) => `${color}: ${what} has ${reached.toFixed(2)}`)];
}

for (const scheme of ["light", "dark"] as const) {
  test(`every colour can be read in ${scheme}: on buttons, as links, beside its soft tone`, () => {
    const steps = Array.from({ length: 16 }, (_, at) => (at * 17).toString(16).padStart(2, "0"));
    const colors = steps.flatMap((r) => steps.flatMap((g) => steps.map((b) => `#${r}${g}${b}`)));
    assert.deepEqual(colors.flatMap((color) => faintOf(color, scheme)).slice(0, 5), []);
  });

  // Between the steps of the grid, too; one that fails is told by its seed.
  test(`any colour that is drawn can be read in ${scheme} (seed ${seed})`, () => {
    const color = fc
      .integer({ min: 0, max: 0xffffff })
      .map((number) => `#${number.toString(16).padStart(6, "0")}`);
    fc.assert(
      fc.property(color, (drawn) => assert.deepEqual(faintOf(drawn, scheme), [])),
      { seed, numRuns: 1_500 },
    );
  });
}

test("a sheet holds tokens of a colour and nothing else, at the address of that colour alone", () => {
  assert.equal(brandSheetPath("#0B6B53"), "/assets/brand/0b6b53-1.css");
  const sheet = brandSheetAt("/assets/brand/0b6b53-1.css") ?? "";
  assert.match(
    sheet,
    /^:root\{(?:--[a-z-]+:#[0-9a-f]{6};?){7}\}@media \(prefers-color-scheme:dark\)\{:root\{/,
  );
  assert.doesNotMatch(sheet.replaceAll(/:#[0-9a-f]{6}/g, ""), /#|url|\*/);
  for (const other of ["0b6b5", "0b6b53-2", "0b6b53;}body{", "0B6B53-1", "red-1", "../0b6b53-1"]) {
    assert.equal(brandSheetAt(`/assets/brand/${other}.css`), undefined, other);
  }
  for (const text of ["red", "#fff", "#0b6b53;", "#0b6b5g", "url(x)", ""]) {
    assert.equal(isBrandColor(text), false, text);
    assert.equal(brandSheetPath(text), undefined, text);
  }
});

test("an organization's page wears its colour and names its help and terms; a link that is none is left out", () => {
  const frame = {
    name: "Northwind",
    host: "login.northwind.example",
    supportUrl: "https://northwind.example/help",
  };
  const look = {
    name: "Acme <Corp>",
    color: "#0b6b53",
    supportUrl: "mailto:help@acme.example",
    policyUrl: "javascript:alert(1)",
    termsUrl: "https://acme.example/terms",
  };
  for (const name of ["consent", "account", "portal/page"] as const) {
    const draw = () => renderPage(name, fixtures[name] as never);
    const html = withFrame(frame, () => withLook(look, draw));
    assert.deepEqual(faultsOfMarkup(html), [], name);
    assert.ok(html.includes('<link rel="stylesheet" href="/assets/brand/0b6b53-1.css">'), name);
    assert.ok(html.includes("Acme &lt;Corp&gt;") && html.includes('href="mailto:help@acme.example"'), name);
    assert.ok(html.includes('href="https://acme.example/terms"') && !html.includes("javascript:"), name);
    assert.ok(
      html.includes("Northwind") && html.includes("login.northwind.example"),
      "whose service it is stays",
    );
    assert.ok(!withFrame(frame, draw).includes("/assets/brand/"), name);
  }
});
