// How a wish for a language is read: by weight, by lookup, and never past what a stranger may make us look at.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { firstLanguage, preferredLanguage } from "../../src/input/language_tags.ts";
import "../support/property_seed.ts";

const offered = ["en", "de"] as const;

for (const [header, language] of [
  ["de", "de"],
  ["DE-at", "de"],
  ["de-CH-1996, en;q=0.5", "de"],
  ["en;q=0.5, de-DE;q=0.8", "de"],
  ["en;q=0.5,de;q=0.5", "en"],
  ["fr, nl;q=0.9, de;q=0.001", "de"],
  ["fr", undefined],
  ["", undefined],
  ["*", "en"],
  ["fr, *;q=0.1", "en"],
  ["en;q=0, *", "de"],
  ["de;q=0", undefined],
  ["de-AT, de;q=0", undefined],
  ["de;q=1.5", undefined],
  ["de;q=0.1234", undefined],
  ["de;q", undefined],
  ["de;level=1", undefined],
  ["deutsch-und-vieles-mehr-a-b-c-d-e-f", undefined],
  ["den", undefined],
  ["de_DE", undefined],
  ["__proto__, constructor", undefined],
] as const) {
  test(`Accept-Language ${JSON.stringify(header)} means ${language ?? "none"}`, () => {
    assert.equal(preferredLanguage(header, offered), language);
  });
}

test("ui_locales names the first language that there is, and nothing else does", () => {
  assert.equal(firstLanguage("fr-CA de-CH en", offered), "de");
  assert.equal(firstLanguage("en de", offered), "en");
  for (const locales of ["", "fr", "de;q=1", "*", "d e", "\u0000de", "de,en"]) {
    assert.equal(firstLanguage(locales, offered), undefined, JSON.stringify(locales));
  }
});

test("any text is read to a language that is offered or to none, and its end beyond the bound is not looked at", () => {
  const piece = fc.constantFrom(
    "de",
    "en",
    "*",
    "fr-",
    ";",
    "q=",
    "0.",
    "1",
    ",",
    " ",
    "\t",
    "=",
    "\u{1f600}",
    "-x",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 400 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(text, (any) => {
      for (const found of [preferredLanguage(any, offered), firstLanguage(any, offered)]) {
        assert.ok(found === undefined || offered.includes(found));
      }
    }),
  );
  for (const filler of ["fr,", "fr;q=0.1,", ",", " ", "a-", ";"]) {
    assert.equal(preferredLanguage(`${filler.repeat(100_000)}de`, offered), undefined, filler);
    assert.equal(firstLanguage(`${filler.repeat(100_000)} de`, offered), undefined, filler);
  }
});
