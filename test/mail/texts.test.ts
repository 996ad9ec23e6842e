// What mail says, in each language: every kind for every reader, as long as the other, addressed as its readers are, and
// nothing left in English.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type MailKind, mailKinds } from "../../src/mail/mail_kinds.ts";
import { mailWords } from "../../src/mail/mail_texts.ts";
import { languages } from "../../src/views/words/languages.ts";
import { mailReaders } from "./mail_readers.ts";

const [base = assert.fail()] = mailReaders;
const kinds = Object.keys(mailKinds) as MailKind[];
for (const kind of kinds) {
  test(`${kind} is told in each language, alike in what it says and leads to`, () => {
    for (const facts of mailReaders) {
      const english = mailWords(kind, facts, "en");
      for (const language of languages) {
        const words = mailWords(kind, facts, language);
        assert.equal(words.lang, language);
        assert.equal(words.lines.length, english.lines.length);
        assert.equal(words.notes.length, english.notes.length);
        assert.equal(words.action === undefined, english.action === undefined);
        const all = [words.subject, words.heading, ...words.lines, ...words.notes, words.action ?? ""].join(
          "\n",
        );
        assert.doesNotMatch(all, /\b(?:tenant|operator|oops|client|token|session|mandant|sitzung)s?\b/i);
        assert.doesNotMatch(all, /undefined|\[object|NaN/);
        if (language === "de") {
          assert.doesNotMatch(all, /\b(?:the|you|your|and|of|is|with|to|this|not|du|dein\w*|dir|dich)\b/i);
          const same = [...english.lines, ...english.notes, english.heading].filter((line) =>
            all.includes(line),
          );
          assert.deepEqual(same, []);
        }
      }
    }
  });
}

test("a language nobody knows is English", () => {
  for (const language of [undefined, "tlh", "__proto__", ""])
    assert.equal(mailWords("invitation", base, language).lang, "en");
});
