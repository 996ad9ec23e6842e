// The texts of persons' pages in each language: none is missing, none was left in English, and a page drawn in German says
// nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ttlSeconds } from "../../src/provider/assembly/policies.ts";
import { withFrame } from "../../src/views/frame.ts";
import type { PageName } from "../../src/views/pages.ts";
import { renderPage } from "../../src/views/render.ts";
import { host, saidParts, strong } from "../../src/views/said.ts";
import { languages, nameOfLanguage, wordsIn } from "../../src/views/words/languages.ts";
import { everyText, filler, saidBy } from "./catalogue.ts";
import { faultsOfMarkup } from "./markup.ts";
import { fixtures, personsPages, withoutSentences } from "./page_fixtures.ts";

const english = everyText(wordsIn("en"));
const german = everyText(wordsIn("de"));
// Spelt alike in both.
const alike = new Set([
  "frame.code",
  "errorPage.code",
  "device.code",
  "overview.name",
  "nameForm.label",
  "passkeys.name",
  "passkeys.title",
  "account.tabs.passkeys",
]);

const frame = { name: "Obsthof", host: "konto.obsthof.example", supportUrl: "https://obsthof.example/" };

const drawIn = <Name extends PageName>(language: string, name: Name): string =>
  withFrame({ ...frame, language, here: `/${name}` }, () =>
    renderPage(name, withoutSentences(fixtures[name])),
  );

test("every language has the same texts, none is empty, and none was left in English", () => {
  for (const language of languages) {
    const texts = everyText(wordsIn(language));
    assert.deepEqual([...texts.keys()].sort(), [...english.keys()].sort(), language);
    for (const [place, text] of texts) assert.match(text, /\S/, `${language} ${place}`);
  }
  const same = [...english].filter(([place, text]) => german.get(place) === text).map(([place]) => place);
  assert.deepEqual(same.sort(), [...alike].sort());
});

test("how long an application keeps what it is let do is said as it is", () => {
  const days = ttlSeconds.grant / 86_400;
  for (const language of languages) {
    assert.match(
      wordsIn(language).scopes.offline_access,
      new RegExp(`\\b${days} (?:days|Tage)\\b`),
      language,
    );
  }
});

test("a page in German is marked as that, well-formed, offers English, and says no word of English", () => {
  const pieces = [...english]
    .filter(([place]) => !alike.has(place))
    .flatMap(([, text]) => text.split(filler).map((piece) => piece.trim()));
  const whole = new Set(pieces.filter((piece) => /\w\w/.test(piece)));
  const sentences = pieces.filter((piece) => piece.split(" ").length > 2);
  for (const name of personsPages) {
    const html = drawIn("de", name);
    assert.deepEqual(faultsOfMarkup(html, "de"), [], name);
    assert.match(html, /<button [^>]*lang="en">English<\/button>/, name);
    for (const said of saidBy(html).filter((one) => one !== nameOfLanguage("en"))) {
      const left = whole.has(said) || sentences.some((sentence) => said.includes(sentence));
      assert.ok(
        !left && !/\b(?:the|you|your|and|of|is|with|to|this|not)\b/i.test(said),
        `${name} says: ${said}`,
      );
    }
  }
});

test("pages of administration and of the demo stay in English and offer no other", () => {
  for (const name of (Object.keys(fixtures) as PageName[]).filter((one) => !personsPages.includes(one))) {
    const html = drawIn("de", name);
    assert.match(html, /<html lang="en">/, name);
    assert.doesNotMatch(html, /Deutsch/, name);
  }
});

test("what a sentence stresses is cut out of it, and no value can begin or end a stress", () => {
  assert.deepEqual(saidParts(`to ${strong("A")}, code ${host("B")}.`), [
    { text: "to ", as: undefined },
    { text: "A", as: "strong" },
    { text: ", code ", as: undefined },
    { text: "B", as: "host" },
    { text: ".", as: undefined },
  ]);
  assert.equal(strong(undefined), undefined);
  for (const value of [strong("x"), "\uE000x", "x\uE002", "\uE001"]) {
    const parts = saidParts(`a ${strong(value)} b`);
    assert.equal(
      parts
        .map(({ text }) => text)
        .join("")
        .replace("  ", " x "),
      "a x b",
    );
    assert.ok(parts.length <= 3);
  }
});

// A person's page speaks as persons do: not of what developers and those who run the service call things.
const jargon: Readonly<Record<string, RegExp>> = {
  en: /\b(?:tenant|operator|oops|client|token|session|log ?in|user)s?\b/i,
  de: /\b(?:tenants?|mandant\w*|operator\w*|ups|hoppla|clients?|klient\w*|tokens?|sessions?|sitzung\w*|logins?|einlogg\w*|user|du|dein\w*|dir|dich)\b/i,
};

for (const language of languages) {
  const makersWords =
    jargon[language] ?? assert.fail(`which words does nobody say to a person in ${language}?`);
  test(`no text and no page says to a person, in ${nameOfLanguage(language)}, what only its makers say`, () => {
    for (const [place, text] of everyText(wordsIn(language))) assert.doesNotMatch(text, makersWords, place);
    for (const name of personsPages) {
      for (const said of saidBy(drawIn(language, name))) assert.doesNotMatch(said, makersWords, name);
    }
  });
}
