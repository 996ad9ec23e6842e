// Asking for a new password tells nobody who has an account: the same answer, by the same statements, whoever is asked for, and
// nobody can keep another person from their mail.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLoginNames } from "../../../src/audit/login_names.ts";
import { attemptKeysOf } from "../../../src/provider/accounts/attempt_rates.ts";
import { saveKnown } from "../../../src/provider/accounts/sign_in_attempt_store.ts";
import { askForReset, resetRates } from "../../../src/provider/links/ask_for_reset.ts";
import { sentBy } from "../../support/plans.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";
import { addPerson } from "../support/provider_fixture.ts";
import { askForPassword, browserElsewhere, useLinks } from "./links_world.ts";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`asking for a new password in ${kind}`, () => {
    const store = useStore(kind, async () => {
      await addPerson(store.db, { email: "known@acme.example" });
      await addPerson(store.db, { email: "unproven@acme.example", emailVerified: false });
      await addPerson(store.db, { email: "disabled@acme.example" });
      await store.db("accounts").where("email", "disabled@acme.example").update({ disabled_at_ms: 1 });
    });
    let nowMs = 1_800_000_000_000;
    const clock = () => new Date(nowMs);
    const loginNames = createLoginNames([Buffer.alloc(32, 1)]);
    const ask = (email: string, clientAddress: string, browser?: string) =>
      askForReset({ db: store.db, clock, loginNames }, { email, clientAddress, browser });
    const mailsTo = async (email: string): Promise<number> =>
      (await store.db("mails").where("recipient", email).select("id")).length;

    test("sends the same statements for everybody", async () => {
      const statements = [];
      for (const [index, who] of ["known", "unproven", "disabled", "nobody"].entries()) {
        const asked = { email: `${who}@acme.example`, clientAddress: `203.0.113.${index + 1}` };
        const sent = await sentBy(store, (db) => askForReset({ db, clock, loginNames }, asked));
        statements.push(sent.map(({ sql }) => sql));
      }
      assert.ok((statements[0]?.length ?? 0) >= 4);
      for (const one of statements) assert.deepEqual(one, statements[0]);
    });

    test("sends the same statements for everybody who is asked for far too often, and while that is told", async () => {
      const floods: string[][] = [];
      for (const who of ["known", "nobody"]) {
        const sent = await sentBy(store, async (db) => {
          for (let time = 0; time < 16; time += 1) {
            const asked = { email: `${who}@acme.example`, clientAddress: `203.0.${time}.113` };
            await askForReset({ db, clock, loginNames }, asked);
          }
        });
        floods.push(sent.map(({ sql }) => sql));
      }
      const told = floods[0]?.filter((sql) => sql.includes("into audit_events")) ?? [];
      assert.equal(told.length, 1, "once in ten minutes");
      // The first of the two began with a mail less: it was asked for before.
      const withoutMails = floods.map((sqls) => sqls.filter((sql) => !sql.includes("into mails")));
      assert.deepEqual(withoutMails[0]?.slice(-20), withoutMails[1]?.slice(-20));
      nowMs += 24 * 3_600_000;
    });

    test("is slowed down by address, and by no name", async () => {
      for (let time = 0; time < resetRates.address.burst; time += 1)
        await ask(`a${time}@acme.example`, "192.0.2.1");
      for (const who of ["known@acme.example", "nobody@acme.example"]) {
        await assert.rejects(ask(who, "192.0.2.1"), { code: "too_many_attempts" });
      }
      // One IPv6 network is one address.
      for (let time = 0; time < resetRates.address.burst; time += 1)
        await ask(`b${time}@acme.example`, `2001:db8::${time + 1}`);
      await assert.rejects(ask("known@acme.example", "2001:db8:0:0:ffff::1"), { code: "too_many_attempts" });
      await ask("known@acme.example", "2001:db8:0:1::1");
    });

    test("fills no mailbox, and says nothing of it; a person is never without a link that counts", async () => {
      const email = "flooded@acme.example";
      const begun = nowMs;
      let latest = nowMs;
      for (let time = 0; time < 200; time += 1) {
        const before = await mailsTo(email);
        await ask(email, `198.18.${time}.1`);
        if ((await mailsTo(email)) > before) latest = nowMs;
        // Whenever it is asked, a mail is on its way or came within a quarter of an hour: its link counts for an hour.
        assert.ok(nowMs - latest <= resetRates.mailbox.intervalMs, `${nowMs - latest}`);
        nowMs += 60_000;
      }
      const most = resetRates.mailbox.burst + Math.ceil((nowMs - begun) / resetRates.mailbox.intervalMs);
      assert.ok((await mailsTo(email)) <= most, `${await mailsTo(email)} of ${most}`);
    });

    test("a browser in which the person signed in before is not held up by others at its address", async () => {
      const [email, clientAddress, browser] = ["known@acme.example", "192.0.2.77", "b".repeat(43)];
      const { knownBrowserHash = "" } = attemptKeysOf(email, { clientAddress, browser });
      await saveKnown(store.db, knownBrowserHash, nowMs + 1_000_000);
      for (let time = 0; time < resetRates.address.burst; time += 1)
        await ask(`c${time}@acme.example`, clientAddress);
      await assert.rejects(ask(email, clientAddress), { code: "too_many_attempts" });
      await ask(email, clientAddress, browser);
    });

    test("what is no address is told so, and counts nothing", async () => {
      for (const email of [
        "",
        "nobody",
        "a@b",
        "a@acme.example, b@acme.example",
        "a@acme.example\r\nBcc: x@y.example",
      ]) {
        await assert.rejects(ask(email, "192.0.2.200"), { code: "invalid_input", field: "email" });
      }
    });
  });
}

describe("the page for asking", () => {
  const world = useLinks("sqlite", async () => {
    await addPerson(world.fixture.db, { email: "known@acme.example" });
  });

  test("answers alike, by status, headers and text", async () => {
    const answers = [];
    for (const email of ["known@acme.example", "nobody@acme.example"]) {
      const { status, headers, text, url } = await askForPassword(world, email, browserElsewhere());
      const told = [...headers].filter(([name]) => !["date", "x-request-id"].includes(name));
      answers.push({ status, told, text, url: url.href });
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.equal(answers[0]?.text.includes("known@"), false);
  });

  test("leads back to the sign-in one came from, and nowhere else", async () => {
    const { issuer } = world.fixture;
    const open = async (from: string) =>
      (await fetch(`${issuer}/account/forgot?from=${encodeURIComponent(from)}`)).text();
    assert.match(await open("abcdefghij"), /href="\/interaction\/abcdefghij\/login"/);
    for (const from of ["//evil.example", "../../evil", "https://evil.example", "a/b/c/d/e/f/g", "x"]) {
      // The other language leads back to this very page, as it was asked for, and the page it leads to is this one again.
      const itself = `value="de /account/forgot?from=${encodeURIComponent(from)}"`;
      const page = await open(from);
      assert.ok(page.includes(itself));
      assert.doesNotMatch(page.replace(itself, ""), /interaction|evil/);
    }
  });
});
