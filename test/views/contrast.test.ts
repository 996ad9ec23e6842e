// Owns the proof that text can be read in light and in dark: every pair of colours the stylesheet combines has the
// contrast WCAG 2.2 asks for (4.5:1 for text, 3:1 for the edges of controls).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../src/views/style/0_tokens.css", import.meta.url), "utf8");

function paletteOf(scheme: "light" | "dark"): ReadonlyMap<string, string> {
  const [light = "", dark = ""] = css.split("@media (prefers-color-scheme: dark)");
  const colours = (text: string) =>
    [...text.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map(
      ([, name = "", value = ""]) => [name, value] as const,
    );
  return new Map([...colours(light), ...(scheme === "dark" ? colours(dark) : [])]);
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

const grounds = ["--surface", "--bg", "--sunken"];
const pairs: readonly (readonly [text: string, ground: string, atLeast: number])[] = [
  ...grounds.flatMap((ground) =>
    ["--text", "--text-2", "--brand-text"].map((text) => [text, ground, 4.5] as const),
  ),
  ...["--part-1", "--part-2", "--part-3"].map((part) => [part, "--sunken", 4.5] as const),
  ["--on-brand", "--brand", 4.5],
  ["--on-brand", "--brand-strong", 4.5],
  ["--brand-text", "--brand-soft", 4.5],
  ["--text", "--brand-soft", 4.5],
  // On the tone of a state stand its own word and plain text; what is small there, too.
  ...["ok", "warn", "bad", "info"].flatMap((tone) =>
    [`--${tone}`, "--text", "--text-2", "--brand-text"].map((text) => [text, `--${tone}-soft`, 4.5] as const),
  ),
  ...grounds.flatMap((ground) => [
    ["--bad", ground, 4.5] as const,
    ["--ok", ground, 4.5] as const,
    ["--control", ground, 3] as const,
    ["--focus", ground, 3] as const,
    ["--brand", ground, 3] as const,
  ]),
  ["--on-bad", "--bad", 4.5],
];

for (const scheme of ["light", "dark"] as const) {
  test(`every pair of colours can be told apart in ${scheme}`, () => {
    const palette = paletteOf(scheme);
    const faint = pairs
      .map(([text, ground, atLeast]) => {
        const reached = contrast(
          palette.get(text) ?? assert.fail(text),
          palette.get(ground) ?? assert.fail(ground),
        );
        return { text, ground, reached: Math.round(reached * 100) / 100, atLeast };
      })
      .filter(({ reached, atLeast }) => reached < atLeast);
    assert.deepEqual(faint, []);
  });
}

test("the dark palette is another one", () => {
  assert.notEqual(paletteOf("light").get("--surface"), paletteOf("dark").get("--surface"));
});
