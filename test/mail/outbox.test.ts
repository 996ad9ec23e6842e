// The outbox: a mail stands or falls with what causes it, one instance sends it, what fails is tried again and at last told.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { silentLog } from "../../src/log.ts";
import { mailPolicy, nextAttemptMs } from "../../src/mail/attempts.ts";
import { startOutbox, type Written } from "../../src/mail/outbox.ts";
import { listMails, readOutboxState } from "../../src/mail/outbox_overview_store.ts";
import { claimMail, createMail, findMail, type Mail, saveMailGivenUp } from "../../src/mail/outbox_store.ts";
import { MailNotTaken, type OutgoingMail } from "../../src/mail/transport.ts";
import { storeKinds } from "../support/databases.ts";
import { useStore } from "../support/use_store.ts";

const startMs = 1_800_000_000_000;
const policy = { ...mailPolicy, intervalMs: 3_600_000 };
const written = async ({ id, recipient }: Mail): Promise<Written> => ({
  id,
  to: recipient,
  subject: "s",
  text: "t",
  html: "h",
});

for (const kind of storeKinds) {
  describe(`the outbox in ${kind}`, () => {
    const store = useStore(kind);
    let nowMs = startMs;
    let sent: OutgoingMail[] = [];
    let refuse: Error | undefined;
    const clock = () => new Date(nowMs);
    const transport = {
      async send(mail: OutgoingMail) {
        if (refuse !== undefined) throw refuse;
        sent.push(mail);
      },
      close() {},
    };
    const open = (db = store.db, write: (mail: Mail) => Promise<Written> = written, atOnce = policy.atOnce) =>
      startOutbox({ db, clock, log: silentLog, transport, write }, { ...policy, atOnce });
    const put = (recipient = "ann@acme.example") =>
      createMail(store.db, { kind: "password_changed", recipient }, clock());
    const only = async () => (await listMails(store.db, { limit: 10 }))[0];
    beforeEach(async () => {
      [nowMs, sent, refuse] = [startMs, [], undefined];
      await store.db("mails").delete();
      await store.db("audit_events").delete();
    });

    test("sends what was put in, once, and says so", async () => {
      await put();
      const outbox = open();
      await outbox.work();
      await outbox.work();
      await outbox.stop();
      assert.deepEqual(
        sent.map(({ to }) => to),
        ["ann@acme.example"],
      );
      const mail = await only();
      assert.equal(mail?.state, "sent");
      assert.equal(mail?.nextAttemptAtMs, null);
    });

    test("keeps nothing of a mail whose cause was taken back", async () => {
      await store.db
        .transaction(async (trx) => {
          await createMail(trx, { kind: "password_changed", recipient: "ann@acme.example" }, clock());
          throw new Error("taken back");
        })
        .catch(() => undefined);
      const outbox = open();
      await outbox.work();
      await outbox.stop();
      assert.deepEqual(sent, []);
    });

    test("what was given up by hand is not tried, unless an instance hands it over at that moment: then it was sent", async () => {
      const id = await put();
      const by = { nowMs, keepMs: policy.keepFailedMs, fault: "an administrator gave it up" };
      assert.equal(await saveMailGivenUp(store.db, id, by), true);
      assert.equal(await saveMailGivenUp(store.db, id, by), false, "once");
      const outbox = open();
      await outbox.work();
      assert.deepEqual([sent.length, (await only())?.state], [0, "failed"]);
      const other = await put("bob@acme.example");
      const during = open(store.db, async (mail) => {
        await saveMailGivenUp(store.db, other, by);
        return written(mail);
      });
      await during.work();
      await Promise.all([outbox.stop(), during.stop()]);
      const settled = await findMail(store.db, other);
      assert.deepEqual([sent.length, settled?.state, settled?.fault], [1, "sent", null]);
    });

    test("tells how it does: what waits, what is late and why, what was given up, what was sent", async () => {
      const dayAgo = () => nowMs - 86_400_000;
      const none = { waiting: 0, late: null, failed: 0, lastSentAtMs: null };
      assert.deepEqual(await readOutboxState(store.db, dayAgo()), none);
      await put();
      assert.deepEqual(await readOutboxState(store.db, dayAgo()), { ...none, waiting: 1 });
      refuse = new MailNotTaken("the mail server puts it off: 451", false);
      const outbox = open();
      await outbox.work();
      const late = { createdAtMs: startMs, fault: "the mail server puts it off: 451" };
      assert.deepEqual(await readOutboxState(store.db, dayAgo()), { ...none, waiting: 1, late });
      refuse = new MailNotTaken("the mail server refuses it: 550", true);
      nowMs += 30_000;
      await outbox.work();
      assert.deepEqual(await readOutboxState(store.db, dayAgo()), { ...none, failed: 1 });
      nowMs += 86_400_001;
      refuse = undefined;
      await put();
      await outbox.work();
      await outbox.stop();
      assert.deepEqual(await readOutboxState(store.db, dayAgo()), { ...none, lastSentAtMs: nowMs });
    });

    test("gives a mail to one of a hundred who ask, on two instances", async () => {
      await put();
      const another = store.openAnother();
      const claims = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          claimMail(index % 2 === 0 ? store.db : another, { nowMs, leaseMs: policy.leaseMs }),
        ),
      );
      assert.equal(claims.filter((mail) => mail !== undefined).length, 1);
    });

    test("sends each mail once where two instances work it off", async () => {
      for (let number = 0; number < 20; number += 1) await put(`p${number}@acme.example`);
      const boxes = [open(), open(store.openAnother())];
      await Promise.all(boxes.map((box) => box.work()));
      await Promise.all(boxes.map((box) => box.stop()));
      assert.equal(new Set(sent.map(({ to }) => to)).size, 20);
      assert.equal(sent.length, 20);
    });

    test("takes up what an instance had taken when it ended, once its lease is over", async () => {
      await put();
      assert.ok(await claimMail(store.db, { nowMs, leaseMs: policy.leaseMs }));
      const outbox = open();
      await outbox.work();
      assert.equal(sent.length, 0);
      nowMs += policy.leaseMs;
      await outbox.work();
      await outbox.stop();
      assert.equal(sent.length, 1);
    });

    test("tries again what the server puts off, later each time, and gives it up in the end, told in the trail", async () => {
      await put();
      refuse = new MailNotTaken("the mail server puts it off: 451 4.7.1", false);
      const outbox = open();
      const waits: number[] = [];
      for (;;) {
        await outbox.work();
        const mail = await only();
        if (mail?.nextAttemptAtMs == null) break;
        waits.push(mail.nextAttemptAtMs - nowMs);
        assert.equal(mail.fault, "the mail server puts it off: 451 4.7.1");
        nowMs = mail.nextAttemptAtMs;
      }
      await outbox.stop();
      assert.equal(waits.length, policy.mostAttempts - 1);
      assert.deepEqual(
        waits,
        waits.toSorted((a, b) => a - b),
      );
      const mail = await only();
      assert.equal(mail?.state, "failed");
      const { events } = await eventsOf();
      assert.deepEqual(
        events.map(({ type, details }) => [type, details["fault"], details["attempts"]]),
        [["mail.failed", "the mail server puts it off: 451 4.7.1", policy.mostAttempts]],
      );
    });

    test("gives up at once what is refused for good", async () => {
      await put();
      refuse = new MailNotTaken("the mail server refuses it: 550 5.1.1", true);
      const outbox = open();
      await outbox.work();
      await outbox.stop();
      const mail = await only();
      assert.deepEqual(
        [mail?.state, mail?.attempts, mail?.fault],
        ["failed", 1, "the mail server refuses it: 550 5.1.1"],
      );
    });

    test("sends nothing that comes too late to be of use", async () => {
      await put();
      nowMs += 3 * 24 * 3_600_000;
      const outbox = open();
      await outbox.work();
      await outbox.stop();
      assert.equal(sent.length, 0);
      assert.equal((await only())?.state, "failed");
    });

    test("keeps nothing of a mail for nobody", async () => {
      await put();
      const outbox = open(store.db, async () => "nobody");
      await outbox.work();
      await outbox.stop();
      assert.equal(await only(), undefined);
    });

    test("a mail that no instance ever tries does not stay for ever", async () => {
      await put();
      const [row] = await store.db("mails").select("expires_at_ms", "give_up_at_ms");
      assert.equal(row.expires_at_ms, row.give_up_at_ms + policy.keepFailedMs);
    });

    test("tries again what could not be written, and says so without the error's words", async () => {
      await put();
      const outbox = open(store.db, async () => {
        throw new Error("select secret from somewhere");
      });
      await outbox.work();
      await outbox.stop();
      const mail = await only();
      assert.equal(mail?.state, "waiting");
      assert.equal(mail?.fault, "it could not be written; the log says why");
    });

    test("says that a mail was sent also where its lease was over meanwhile", async () => {
      await put();
      const outbox = open(store.db, async (mail) => {
        nowMs += policy.leaseMs;
        // Another instance takes it and fails.
        assert.ok(await claimMail(store.db, { nowMs, leaseMs: policy.leaseMs }));
        return written(mail);
      });
      await outbox.work();
      await outbox.stop();
      assert.equal((await only())?.state, "sent");
    });

    test("hands over what is under way before it stops, and takes nothing new", async () => {
      await put("a@acme.example");
      let go = () => {};
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      // One hand: a second one may be looking at the very moment of the stop, and what it finds then is under way, too.
      const outbox = open(
        store.db,
        async (mail) => {
          await held;
          return written(mail);
        },
        1,
      );
      const working = outbox.work();
      while ((await only())?.attempts === 0) await new Promise((resolve) => setImmediate(resolve));
      const stopped = outbox.stop();
      await put("b@acme.example");
      go();
      await Promise.all([working, stopped]);
      assert.deepEqual(
        sent.map(({ to }) => to),
        ["a@acme.example"],
      );
    });

    const eventsOf = async () => ({ events: await listAuditEvents(store.db, { type: "mail.failed" }) });
  });
}

describe("when a mail is tried again", () => {
  test("never after it is of no use, and never more often than the policy says", () => {
    assert.equal(nextAttemptMs({ attempts: 1, giveUpAtMs: 30_000 }, 0), undefined);
    assert.equal(nextAttemptMs({ attempts: 1, giveUpAtMs: 30_001 }, 0), 30_000);
    assert.equal(nextAttemptMs({ attempts: 12, giveUpAtMs: Number.MAX_SAFE_INTEGER }, 0), undefined);
    assert.equal(nextAttemptMs({ attempts: 11, giveUpAtMs: Number.MAX_SAFE_INTEGER }, 0), 3_600_000);
  });
});
