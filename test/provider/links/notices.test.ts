// Notices: what happened, when, roughly with which browser, and what to do if it was not you. Nothing in them acts by itself, and
// nothing in them is anybody's own text.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MailKind } from "../../../src/mail/mail_kinds.ts";
import { createMail, type MailDetails } from "../../../src/mail/outbox_store.ts";
import { type FactorThing, factorThings } from "../../../src/views/mail_facts.ts";
import { addPerson } from "../support/provider_fixture.ts";
import { useLinks } from "./links_world.ts";

const kinds = [
  "factor_added",
  "factor_removed",
  "recovery_code_used",
  "new_device",
  "address_changing",
] as const satisfies MailKind[];

describe("a notice", () => {
  let accountId = "";
  const email = "ann@acme.example";
  const world = useLinks("sqlite", async () => {
    accountId = (await addPerson(world.fixture.db, { email, name: "Evil Name" })).id;
  });
  async function sent(kind: MailKind, details: MailDetails) {
    await createMail(world.fixture.db, { kind, recipient: email, accountId, details }, world.now());
    const { mail } = await world.mails.next(email);
    return { subject: mail.subject ?? "", texts: [mail.text ?? "", mail.html ?? ""] };
  }

  test("says what, when, with which browser, and what to do; its one link leads to the account", async () => {
    for (const kind of kinds) {
      const details = { what: "passkey", browser: "Firefox, Windows", address: "new@acme.example" };
      const day = new Date().toISOString().slice(0, 4);
      for (const text of (await sent(kind, details)).texts) {
        assert.match(text, new RegExp(`${day} at \\d\\d:\\d\\d UTC`), kind);
        assert.match(text, /Firefox, Windows/);
        assert.match(text, /If it was not you/);
        assert.doesNotMatch(text, /token|Evil/);
        const leads = new Set(
          [...text.matchAll(/https?:\/\/[^\s"<]+/g)].map(([url]) => new URL(url).pathname),
        );
        assert.deepEqual([...leads].sort(), ["/account", "/account/forgot"], kind);
      }
    }
  });

  test("has words for each thing, and for what an administrator did", async () => {
    const words: Record<FactorThing, [string, string]> = {
      passkey: ["A passkey was added", "A passkey was removed"],
      "authenticator app": ["An authenticator app was added", "The authenticator app was removed"],
      "recovery codes": ["New recovery codes were made", "The recovery codes were removed"],
      "second factors": ["A way to sign in was added", "Every second factor was removed"],
    };
    for (const what of factorThings) {
      assert.ok((await sent("factor_added", { what })).subject.startsWith(words[what][0]));
      const removed = await sent("factor_removed", { what, by: "administration" });
      assert.ok(removed.subject.startsWith(words[what][1]));
      assert.match(removed.texts[0] ?? "", /An administrator did it/);
    }
  });

  test("says how many recovery codes are left, and that none is", async () => {
    for (const [left, says] of [
      ["7", /7 are left/],
      ["1", /One is left/],
      ["0", /None is left\. Make new ones/],
    ] as const) {
      const { texts } = await sent("recovery_code_used", { left });
      for (const text of texts) assert.match(text, says);
    }
  });

  test("repeats no words that a caller left in its details", async () => {
    const evil = "call +49 30 1234";
    const { subject, texts } = await sent("factor_added", { what: evil, browser: evil, by: evil });
    for (const text of [subject, ...texts]) assert.doesNotMatch(text, /1234/);
  });
});
