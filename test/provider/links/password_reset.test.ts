// A new password by mail: who gets one, what ends with it, and that nobody learns from it who has an account.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import { disableUser, setUserPassword, signUserOut } from "../../../src/admin/operations/user_access.ts";
import { deleteUser } from "../../../src/admin/operations/user_deletion.ts";
import { updateUser } from "../../../src/admin/operations/user_update.ts";
import { listMails } from "../../../src/mail/outbox_overview_store.ts";
import { judgedRate } from "../../../src/provider/links/use_link.ts";
import { eventsOf } from "../../audit/audit_world.ts";
import { linkOf } from "../../support/mail_server.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { authorizationUrl, getCode, redeem, refresh } from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";
import {
  askForPassword,
  browserElsewhere,
  linkFor,
  newPassword,
  operatorOf,
  useLink,
  useLinks,
} from "./links_world.ts";

let number = 0;

for (const kind of storesOfToday(import.meta.url)) {
  describe(`a new password by mail in ${kind}`, () => {
    const world = useLinks(kind, async () => {
      await addClient(world.fixture.db, { client_id: "app" });
    });
    const { fixture, mails } = world;
    const person = async (more: Partial<Parameters<typeof addPerson>[1]> = {}) => {
      number += 1;
      const email = `p${number}@acme.example`;
      return { ...(await addPerson(fixture.db, { email, tenants: ["acme"], ...more })), email };
    };
    const signsIn = async (email: string, secret: string): Promise<boolean> => {
      const page = await signInAt(
        browserElsewhere(),
        authorizationUrl(fixture, { tenant: "acme" }),
        email,
        secret,
      );
      return page.url.searchParams.has("code");
    };

    test("lets a person choose one, once, and lets in the new one only", async () => {
      const { email, id } = await person();
      const agent = browserElsewhere();
      const asked = await askForPassword(world, email, agent);
      assert.equal(asked.status, 200);
      assert.match(asked.text, /Look into your mailbox/);
      const mail = await mails.next(email);
      assert.deepEqual(mail.to, [email]);
      assert.equal(mail.from, "login@isv.example");
      assert.match(mail.mail.subject ?? "", /^Choose a new password at /);
      const link = linkOf(mail);
      assert.equal(link.origin, fixture.issuer);
      const done = await useLink(link);
      assert.equal(done.status, 200);
      assert.match(done.text, /Your password is set/);
      assert.equal(await signsIn(email, newPassword), true);
      assert.equal(await signsIn(email, password), false);
      assert.equal((await useLink(link, "seven green walruses hum softly")).status, 410);
      assert.equal(await signsIn(email, newPassword), true);
      const told = await mails.next(email);
      assert.match(told.mail.subject ?? "", /was changed$/);
      const set = (await eventsOf(fixture.db, "account.password_set")).find(
        ({ accountId }) => accountId === id,
      );
      assert.deepEqual(
        [set?.actor, set?.details, set?.tenantId],
        [`account:${id}`, { by: "password_reset" }, "acme"],
      );
    });

    test("is written in the language of the page it was asked for on, and so is what its link opens", async () => {
      const { email } = await person();
      const agent = browserElsewhere({ "accept-language": "de-CH" });
      await askForPassword(world, email, agent);
      const mail = await mails.next(email);
      assert.match(mail.mail.subject ?? "", /^Wählen Sie ein neues Passwort bei /);
      assert.match(String(mail.mail.html), /<html lang="de">/);
      const page = await agent.follow(linkOf(mail));
      assert.match(page.text, /<h1>Wählen Sie ein neues Passwort<\/h1>/);
      const weak = await agent.submit(page, { password: "abcdefghijkl" }, "/account/password");
      assert.match(weak.text, /Das Passwort ist leicht zu erraten: /);
    });

    test("opening the link, however often, changes nothing and uses nothing up", async () => {
      const { email } = await person();
      const link = await linkFor(world, email);
      for (const method of ["GET", "HEAD", "GET", "GET"]) {
        const answer = await fetch(link, { method });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
        assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
        // For the script that shows what is typed there.
        assert.match(answer.headers.get("content-security-policy") ?? "", /script-src 'self'; style-src/);
        await answer.text();
      }
      assert.equal(await signsIn(email, password), true);
      assert.equal((await useLink(link)).status, 200);
    });

    test("ends what the person was signed in with, and their other links, at once", async () => {
      const { email } = await person();
      const agent = new UserAgent();
      const code = await getCode(fixture, email, { tenant: "acme" }, agent);
      const { body } = await redeem(fixture, code);
      const waiting = await getCode(fixture, email, { tenant: "acme" }, new UserAgent());
      const [first, second] = [await linkFor(world, email), await linkFor(world, email)];
      assert.equal((await useLink(second)).status, 200);
      assert.equal((await refresh(fixture, body["refresh_token"])).status, 400);
      assert.equal((await redeem(fixture, waiting)).status, 400);
      const silent = await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant: "acme" }));
      assert.equal(silent.url.searchParams.get("error"), "login_required");
      assert.equal((await agent.follow(first)).status, 410);
      const sent = await agent.visit(new URL(first.pathname, fixture.issuer), {
        method: "POST",
        body: new URLSearchParams({ token: first.searchParams.get("token") ?? "", password: newPassword }),
      });
      assert.equal(sent.status, 410);
    });

    test("has one winner among a hundred who use one link, on two instances", async () => {
      const { email } = await person();
      const link = await linkFor(world, email);
      const another = await fixture.startAnother(mails.environment, { clock: world.now });
      const answers = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const at = index % 2 === 0 ? fixture.issuer : another.localUrl;
          const chosen = `${newPassword} ${index}`;
          const answer = await fetch(new URL(link.pathname, at), {
            method: "POST",
            body: new URLSearchParams({ token: link.searchParams.get("token") ?? "", password: chosen }),
          });
          await answer.text();
          return { status: answer.status, chosen };
        }),
      );
      const won = answers.filter(({ status }) => status === 200);
      assert.equal(won.length, 1, JSON.stringify(answers.map(({ status }) => status)));
      // Who lost was told that the link is over, or to wait: too many passwords by this link, or hashed at once.
      for (const { status } of answers) assert.ok([200, 410, 429, 503].includes(status), String(status));
      assert.equal(await signsIn(email, won[0]?.chosen ?? ""), true);
    });

    test("has one winner among several links of one person", async () => {
      const { email } = await person();
      const links = [await linkFor(world, email), await linkFor(world, email), await linkFor(world, email)];
      const answers = await Promise.all(links.map((link, index) => useLink(link, `${newPassword} ${index}`)));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    });

    test("has ten passwords judged, then one a minute, and still counts", async () => {
      const { email } = await person();
      const [link, other] = [await linkFor(world, email), await linkFor(world, email)];
      for (let tried = 0; tried < judgedRate.burst; tried += 1) {
        assert.equal((await useLink(link, "short")).status, 400);
      }
      const late = await useLink(link);
      assert.equal(late.status, 429);
      assert.match(
        late.text,
        /Too many passwords were tried with this link\. The link still counts: wait \d+ sec/,
      );
      assert.ok(Number(late.headers.get("retry-after")) > 0);
      assert.equal(await signsIn(email, password), true);
      assert.equal((await useLink(other, "short")).status, 400, "another link is not held up by it");
      world.advance(judgedRate.intervalMs);
      assert.equal((await useLink(link)).status, 200);
      assert.equal(await signsIn(email, newPassword), true);
    });

    test("refuses a link that is an hour old", async () => {
      const { email } = await person();
      const link = await linkFor(world, email);
      world.advance(3_600_000);
      const page = await useLink(link);
      assert.equal(page.status, 410);
      assert.match(page.text, /This link counts no more/);
      assert.equal(await signsIn(email, password), true);
    });

    for (const [what, ends] of [
      [
        "a password an administrator set",
        (user: string) => setUserPassword(operatorOf(world), { user, password: `${newPassword} too` }),
      ],
      ["signing the person out", (user: string) => signUserOut(operatorOf(world), { user })],
      ["disabling the account", (user: string) => disableUser(operatorOf(world), { user })],
      ["another address", (user: string) => updateUser(operatorOf(world), { user, email: `moved.${user}` })],
      ["erasing the person", (user: string) => deleteUser(operatorOf(world), { user })],
    ] as const) {
      test(`the link ends with ${what}`, async () => {
        const { email } = await person();
        const link = await linkFor(world, email);
        await ends(email);
        assert.equal((await new UserAgent().follow(link)).status, 410);
        const answer = await fetch(new URL(link.pathname, fixture.issuer), {
          method: "POST",
          body: new URLSearchParams({ token: link.searchParams.get("token") ?? "", password: newPassword }),
        });
        assert.equal(answer.status, 410);
      });
    }

    test("refuses a password that is easily guessed, beside its field, and the link still counts", async () => {
      const { email } = await person();
      const link = await linkFor(world, email);
      const page = await useLink(link, email);
      assert.equal(page.status, 400);
      assert.match(page.text, /easily guessed/);
      assert.equal((await useLink(link)).status, 200);
    });

    test("nobody without a proven address, a password and an enabled account gets a link", async () => {
      const [unproven, disabled, none] = [
        await person({ emailVerified: false }),
        await person(),
        await person(),
      ];
      await disableUser(operatorOf(world), { user: disabled.email });
      await fixture.db("accounts").where("id", none.id).update({ password_hash: null });
      const known = await person();
      for (const { email } of [unproven, disabled, none, { email: "nobody@acme.example" }, known]) {
        assert.equal((await askForPassword(world, email)).status, 200);
      }
      await mails.next(known.email);
      await settled();
      const others = [unproven.email, disabled.email, none.email, "nobody@acme.example"];
      assert.deepEqual(
        mails.taken.flatMap(({ to }) => to).filter((to) => others.includes(to)),
        [],
      );
      // Nor does anything of them stay.
      const kept = await listMails(fixture.db, { limit: 500 });
      assert.deepEqual(
        kept.filter(({ recipient }) => others.includes(recipient)),
        [],
      );
    });

    test("who administers the installation is told, and gets no link", async () => {
      const { email } = await person();
      await createAdministrator(operatorOf(world), {
        email,
        role: "owner",
        password: `${newPassword} owner`,
      });
      await askForPassword(world, email);
      const { mail } = await mails.next(email);
      assert.match(mail.text ?? "", /You administer this service/);
      assert.doesNotMatch(`${mail.text}${mail.html}`, /token=/);
    });

    test("who comes to administer after the link was made sets no password by it", async () => {
      const { email, id } = await person();
      const link = await linkFor(world, email);
      const nowMs = Date.now();
      await fixture
        .db("administrators")
        .insert({ account_id: id, role: "operator", created_at_ms: nowMs, updated_at_ms: nowMs });
      assert.equal((await useLink(link)).status, 410);
    });

    test("the mail goes to the address as it is kept, not as it was typed", async () => {
      const { email } = await person();
      await askForPassword(world, email.toUpperCase());
      assert.deepEqual((await mails.next(email)).to, [email]);
    });

    test("a link leads to the issuer, whatever the request's headers say", async () => {
      const { email } = await person();
      const agent = browserElsewhere({ "x-forwarded-host": "evil.example", forwarded: "host=evil.example" });
      await askForPassword(world, email, agent);
      assert.equal(linkOf(await mails.next(email)).origin, fixture.issuer);
    });

    test("no table and no event holds the link", async () => {
      const { email } = await person();
      const secret = (await linkFor(world, email)).searchParams.get("token") ?? "";
      assert.match(secret, /^[\w-]{43}$/);
      for (const table of ["mails", "account_links", "audit_events"]) {
        assert.equal(JSON.stringify(await fixture.db(table).select("*")).includes(secret), false, table);
      }
    });

    test("a form of another site is refused, and uses nothing up", async () => {
      const { email } = await person();
      const link = await linkFor(world, email);
      const answer = await fetch(new URL(link.pathname, fixture.issuer), {
        method: "POST",
        headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
        body: new URLSearchParams({ token: link.searchParams.get("token") ?? "", password: newPassword }),
      });
      assert.equal(answer.status, 403);
      assert.equal((await useLink(link)).status, 200);
    });

    // Until nothing waits in the outbox.
    async function settled(): Promise<void> {
      while ((await listMails(fixture.db, { state: "waiting", limit: 1 })).length > 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  });
}
