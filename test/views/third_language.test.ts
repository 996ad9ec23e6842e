// A third language is one file: laid beside the others, every page for persons and every mail speaks it, and no word of theirs is
// left in English. It speaks English with other letters, so that whatever does not come from it is seen.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type MailKind, mailKinds } from "../../src/mail/mail_kinds.ts";
import { english } from "../../src/views/words/en/english.ts";
import { englishMail } from "../../src/views/words/en/mails.ts";
import type { SpokenLanguage } from "../../src/views/words/language.ts";
import { languages, readLanguages } from "../../src/views/words/languages.ts";
import { mailReaders } from "../mail/mail_readers.ts";
import { saidBy } from "./catalogue.ts";
import { faultsOfMarkup } from "./markup.ts";
import { fixtures, personsPages, withoutSentences } from "./page_fixtures.ts";
import { drawPart, everyPart } from "./parts_fixture.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tti-language-"));

const third = `
import { english } from "../en/english.ts";
import { englishMail } from "../en/mails.ts";
import type { SpokenLanguage } from "../language.ts";

const other = (text: string): string =>
  text.replace(/[A-Za-z]/g, (letter) => String.fromCodePoint((letter < "a" ? 0x1d5d4 - 65 : 0x1d5ee - 97) + letter.charCodeAt(0)));

function said<Said>(words: Said): Said {
  if (typeof words === "string") return other(words) as Said;
  if (typeof words === "function") return ((...given: unknown[]) => said(words(...given))) as Said;
  if (typeof words !== "object" || words === null) return words;
  const members = Object.entries(words).map(([name, one]) => [name, said(one)]);
  return (Array.isArray(words) ? members.map(([, one]) => one) : Object.fromEntries(members)) as Said;
}

export const language: SpokenLanguage = { name: other("Other"), words: said(english), mails: said(englishMail) };
`;

// As it stands when the file was laid there; nothing else is changed.
const load = <Module>(path: string): Promise<Module> => import(pathToFileURL(join(folder, path)).href);

before(() => {
  cpSync(join(root, "src"), join(folder, "src"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "src/views/words/spoken/art.ts"), third);
});
after(() => rmSync(folder, { recursive: true, force: true }));

// Every text of a model: names and addresses, which are the same in every language.
function givenBy(model: unknown): string[] {
  if (typeof model === "string") return [model];
  if (typeof model !== "object" || model === null) return [];
  return Object.values(model).flatMap(givenBy);
}

const isLeft = (said: string, given: readonly string[]): boolean => {
  const rest = given
    .filter((one) => one.length > 1)
    .toSorted((one, other) => other.length - one.length)
    .reduce((text, one) => text.replaceAll(one, ""), said);
  return /[A-Za-z]{2,}/.test(rest);
};

test("one file more is a language more: every page for persons speaks it, and nothing on one is left in English", async () => {
  const { withFrame } = await load<typeof import("../../src/views/frame.ts")>("src/views/frame.ts");
  const { renderPage } = await load<typeof import("../../src/views/render.ts")>("src/views/render.ts");
  const frame = { name: "Obsthof", host: "konto.obsthof.example", supportUrl: "https://obsthof.example/" };
  for (const name of personsPages) {
    const model = withoutSentences(fixtures[name]);
    const html = withFrame({ ...frame, language: "art", here: `/${name}` }, () => renderPage(name, model));
    assert.deepEqual(faultsOfMarkup(html, "art"), [], name);
    const given = [...givenBy(model), ...givenBy(frame), "English", "Deutsch"];
    const left = saidBy(html).filter((said) => isLeft(said, given));
    assert.deepEqual(left, [], name);
  }
});

// Every part that a page for persons may be put together from; steps are the set-up's alone, which administrators read.
const partsOfPersons = [
  "head",
  "tabs",
  "errors",
  "filters",
  "table",
  "pager",
  "secret",
  "confirm",
  "kv",
  "timeline",
  "empty",
];

test("no part of pages brings words of its own, whether or not a page for persons uses it", async () => {
  const { wordsIn } = await load<typeof import("../../src/views/words/languages.ts")>(
    "src/views/words/languages.ts",
  );
  const drawn = partsOfPersons.map((part) => {
    const model = withoutSentences(everyPart[part as keyof typeof everyPart]);
    return { part, model, html: drawPart(part, model, wordsIn("art")) };
  });
  for (const { part, model, html } of drawn) {
    const left = saidBy(`<title>${html}`).filter((said) => isLeft(said, givenBy(model)));
    assert.deepEqual(left, [], part);
  }
});

test("one file more is a language more: every mail speaks it, to each of its readers", async () => {
  const { mailWords } = await load<typeof import("../../src/mail/mail_texts.ts")>("src/mail/mail_texts.ts");
  for (const kind of Object.keys(mailKinds) as MailKind[]) {
    for (const facts of mailReaders) {
      const { lang, ...said } = mailWords(kind, facts, "art");
      assert.equal(lang, "art");
      assert.deepEqual(
        givenBy(said).filter((text) => isLeft(text, [])),
        [],
        kind,
      );
    }
  }
});

test("a language that lacks a word, or says one that there is not, does not compile", () => {
  const { frame, ...lacking } = english;
  const { invitation, ...lackingMail } = englishMail;
  const language: SpokenLanguage = { name: "English", words: english, mails: englishMail };
  const others: SpokenLanguage[] = [
    // @ts-expect-error a group of words is missing
    { ...language, words: lacking },
    // @ts-expect-error one word of a group is missing
    { ...language, words: { ...english, frame: { service: frame.service } } },
    // @ts-expect-error a mail is missing
    { ...language, mails: lackingMail },
    // @ts-expect-error a mail that there is not
    { ...language, mails: { ...englishMail, greeting: invitation } },
  ];
  assert.equal(others.length, 4);
});

test("a folder without the language of last resort, or with a file that is no language, stops the process", async () => {
  const empty = mkdtempSync(join(folder, "none-"));
  const at = pathToFileURL(`${empty}/`);
  await assert.rejects(readLanguages(at), /there is no en in /);
  writeFileSync(join(empty, "en.ts"), "export const tongue = {};");
  await assert.rejects(readLanguages(at), /en\.ts exports no language/);
  assert.deepEqual(languages, ["en", "de"], "those of the product are as before");
});
