// One design: colours, sizes and weights come from the tokens, so that two pages cannot drift apart.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../src/views/style/", import.meta.url));
const sheets = readdirSync(folder).sort();
// The sandbox's own rules stand in a file of its package, on the same tokens (scripts/sandbox_style.ts).
const sandbox = readFileSync(
  fileURLToPath(new URL("../../packages/sandbox/src/page/stylesheet.ts", import.meta.url)),
  "utf8",
);
const tokens = readFileSync(`${folder}0_tokens.css`, "utf8");

function linesOf(pattern: RegExp): string[] {
  const own = sheets
    .filter((name) => name !== "0_tokens.css")
    .map((name) => [name, readFileSync(`${folder}${name}`, "utf8")] as const);
  const [, rules = ""] = sandbox.split("`");
  const lines = rules.replace(/[{}]/g, "\n").replace(/; /g, ";\n");
  return [...own, ["sandbox", lines] as const]
    .flatMap(([name, text]) => text.split("\n").map((line) => `${name}: ${line.trim()}`))
    .filter((line) => pattern.test(line));
}

test("no style sheet but the tokens' names a raw colour", () => {
  assert.equal(sheets[0], "0_tokens.css");
  assert.deepEqual(
    linesOf(/#[0-9a-f]{3,8}\b(?! \{)|\b(rgb|hsl|oklch)a?\(/i).filter((line) => /:.*:/.test(line)),
    [],
  );
});

test("sizes of type come from the tokens, and weights are three", () => {
  assert.deepEqual(linesOf(/font-size: (?!var\(|clamp\(var|0\.\d+em|inherit)/), []);
  assert.deepEqual(linesOf(/font-weight: (?!400|600|700|inherit)/), []);
});

// What is too small for a step of the scale (0, 1 and 2 pixels, a shift back) needs none; a share of what surrounds it is none.
const space =
  /^(?:(?:0|auto|-?[12]px|[\d.]+(?:em|%|fr)|inherit|var\(--[\w-]+\)|calc\([^;]*\)|clamp\(var[^;]*\)) ?)+$/;

test("spaces, radii and heights of controls come from the tokens", () => {
  const measured = /^[\w.]+: ((?:padding|margin|gap|row-gap|column-gap|border-radius)[\w-]*): (.*);$/;
  const found = linesOf(measured).filter((line) => {
    const [, property = "", value = ""] = measured.exec(line) ?? [];
    return !space.test(value) && !(property === "border-radius" && value === "50%");
  });
  assert.deepEqual(found, []);
  assert.deepEqual(linesOf(/min-height: \d+px/), []);
});

test("pages change at three widths, and no others", () => {
  const widths = linesOf(/@media.*width/).map((line) => /(\d[\d.]*rem)/.exec(line)?.[1] ?? line);
  assert.deepEqual([...new Set(widths)].sort(), ["24rem", "44rem", "60rem"]);
});

test("every token that is used exists, in both schemes where it is a colour", () => {
  const [light = "", dark = ""] = tokens.split("@media (prefers-color-scheme: dark)");
  const names = (text: string) => new Set([...text.matchAll(/^\s*(--[\w-]+):/gm)].map(([, name]) => name));
  const used = [sandbox, ...sheets.map((name) => readFileSync(`${folder}${name}`, "utf8"))].flatMap((text) =>
    [...text.matchAll(/var\((--[\w-]+)/g)].map(([, token]) => token ?? ""),
  );
  assert.deepEqual(
    [...new Set(used)].filter((name) => !names(light).has(name)),
    [],
  );
  const colours = [...light.matchAll(/(--[\w-]+): #/g)].map(([, name]) => name ?? "");
  assert.ok(colours.length > 20);
  assert.deepEqual(
    colours.filter((name) => !names(dark).has(name)),
    [],
  );
});
