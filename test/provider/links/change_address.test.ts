// Another address: asked for on the account's page, proven by a link that goes there, told to both. Nothing changes before, nobody
// learns who has an address, and of two at once one gets it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import { disableUser, setUserPassword } from "../../../src/admin/operations/user_access.ts";
import { updateUser } from "../../../src/admin/operations/user_update.ts";
import { showUser } from "../../../src/admin/operations/users.ts";
import { changeRates } from "../../../src/provider/links/change_address.ts";
import type { RunningServer } from "../../../src/running_server.ts";
import { eventsOf } from "../../audit/audit_world.ts";
import { linkOf } from "../../support/mail_server.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { addPerson, password } from "../support/provider_fixture.ts";
import type { UserAgent } from "../support/user_agent.ts";
import { browserElsewhere, newPassword, operatorOf, useLinks } from "./links_world.ts";

let number = 0;
const address = (what = "person") => {
  number += 1;
  return `${what}${number}@acme.example`;
};

for (const kind of storesOfToday(import.meta.url)) {
  describe(`a change of address in ${kind}`, () => {
    const world = useLinks(kind);
    const { fixture, mails } = world;
    const operator = () => operatorOf(world);
    const person = async () => {
      const email = address();
      return { email, id: (await addPerson(fixture.db, { email, tenants: ["acme"] })).id };
    };
    async function signedIn(email: string, agent = browserElsewhere({ "user-agent": "Firefox/1 Linux" })) {
      const page = await agent.follow(`${fixture.issuer}/account/email`);
      const shown = await agent.submit(page, { email, password }, "/login");
      assert.equal(shown.url.pathname, "/account/email");
      return { agent, shown };
    }
    const askedIn = new Map<string, UserAgent>();
    const linkTo = async (email: string, wanted: string): Promise<URL> => {
      const { agent, shown } = await signedIn(email);
      assert.equal((await agent.submit(shown, { email: wanted }, "/account/email")).status, 200);
      const link = linkOf(await mails.next(wanted));
      askedIn.set(link.href, agent);
      return link;
    };
    // In the browser it was asked for in, at this instance or another.
    const post = (link: URL, at?: RunningServer) => {
      const agent = askedIn.get(link.href) ?? browserElsewhere();
      return (at ? agent.at(at) : agent).visit(new URL(link.pathname, fixture.issuer), {
        method: "POST",
        body: new URLSearchParams({ token: link.searchParams.get("token") ?? "" }),
      });
    };
    const addressOf = async (user: string) => (await showUser(operator(), { user: `id:${user}` })).email;
    const opens = async (agent: UserAgent) =>
      (await agent.visit(`${fixture.issuer}/account/email`)).status === 200;

    test("goes by the link's form alone, is told to both, and ends every other sign-in", async () => {
      const { email, id } = await person();
      const { agent, shown } = await signedIn(email);
      const wanted = address("Wanted");
      const said = await agent.submit(shown, { email: wanted }, "/account/email");
      assert.match(said.text, new RegExp(`on its way to ${wanted}`));
      const notice = await mails.next(email);
      assert.match(notice.mail.text ?? "", new RegExp(`to ${wanted}`));
      assert.match(notice.mail.text ?? "", /Firefox, Linux/);
      const link = linkOf(await mails.next(wanted));
      const scanner = browserElsewhere();
      for (let time = 0; time < 2; time += 1) assert.equal((await scanner.follow(link)).status, 200);
      await fetch(link, { method: "HEAD" });
      assert.equal(await addressOf(id), email);
      const stranger = (await signedIn((await person()).email)).agent;
      for (const foreign of [scanner, stranger]) {
        const refused = await foreign.submit(await foreign.follow(link), {}, "/account/new-address");
        assert.equal(refused.status, 401);
        assert.match(refused.text, /Sign in to your account in this browser/);
      }
      assert.equal(await addressOf(id), email);
      const { agent: elsewhere } = await signedIn(email);
      assert.match((await mails.next(email)).mail.subject ?? "", /signed in|sign-in/i, "of the new browser");
      const page = await elsewhere.follow(link);
      assert.match(page.text, new RegExp(`${email}.*${wanted}`, "s"));
      const done = await elsewhere.submit(page, {}, "/account/new-address");
      assert.equal(done.status, 200);
      const changed = await showUser(operator(), { user: wanted });
      assert.deepEqual([changed.id, changed.email, changed.emailVerifiedAtMs === null], [id, wanted, false]);
      for (const [to, words] of [
        [email, new RegExp(`from now on: ${wanted}`)],
        [wanted, /has this e-mail address from now on/],
      ] as const)
        assert.match((await mails.next(to)).mail.text ?? "", words);
      assert.equal(await opens(agent), false);
      assert.equal((await post(link)).status, 410);
      await signedIn(wanted);
      const [event] = (await eventsOf(fixture.db, "account.email_set")).filter((one) => one.accountId === id);
      assert.deepEqual(
        [event?.actor, event?.details],
        [`account:${id}`, { by: "person", email: wanted, emailWas: email }],
      );
    });

    test("lets the browser go on that uses the link, if it is this person's", async () => {
      const [mine, other] = [await person(), await person()];
      const { agent, shown } = await signedIn(mine.email);
      const { agent: others } = await signedIn(other.email);
      const wanted = address();
      await agent.submit(shown, { email: wanted }, "/account/email");
      const link = linkOf(await mails.next(wanted));
      const page = await agent.follow(link);
      assert.equal((await agent.submit(page, {}, "/account/new-address")).status, 200);
      const after = await agent.follow(`${fixture.issuer}/account/email`);
      assert.match(after.text, new RegExp(`<strong>${wanted}`));
      assert.equal(await opens(others), true);
    });

    test("says the same of an address that somebody has, and only the mailbox is told", async () => {
      const [asking, having] = [await person(), await person()];
      const free = address();
      const { agent, shown } = await signedIn(asking.email);
      const answers = [];
      for (const wanted of [free, having.email]) {
        const sent = await agent.visit(shown.url, {
          method: "POST",
          body: new URLSearchParams({
            csrf: /name="csrf" value="([^"]+)"/.exec(shown.text)?.[1] ?? "",
            email: wanted,
          }),
        });
        const next = await agent.follow(new URL(sent.headers.get("location") ?? "", shown.url));
        answers.push([sent.status, next.status, next.text.replaceAll(wanted, "ADDRESS")]);
      }
      assert.deepEqual(answers[0], answers[1]);
      assert.match(String(answers[0]?.[2]), /on its way to ADDRESS/);
      linkOf(await mails.next(free));
      const told = await mails.next(having.email);
      assert.match(told.mail.subject ?? "", /has an account/);
      assert.doesNotMatch(`${told.mail.text}${told.mail.html}`, /token=/);
      assert.equal(`${told.mail.text}${told.mail.html}`.includes(asking.email), false);
    });

    test("has one winner among a hundred tries on two instances, and among two who want one address", async () => {
      const [one, other, wanted] = [await person(), await person(), address()];
      const links = [await linkTo(one.email, wanted), await linkTo(other.email, wanted)];
      const another = await fixture.startAnother(mails.environment, { clock: world.now });
      const statuses = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const link = links[index % 2] ?? new URL(fixture.issuer);
          return (await post(link, index % 4 < 2 ? undefined : another)).status;
        }),
      );
      assert.equal(statuses.filter((status) => status === 200).length, 1, JSON.stringify(statuses));
      assert.deepEqual(
        // A busy machine may have no connection for some in the seconds that one waits for it.
        [...new Set(statuses)].filter((status) => ![200, 409, 410, 503].includes(status)),
        [],
        JSON.stringify(statuses),
      );
      const [first, second] = [await addressOf(one.id), await addressOf(other.id)];
      assert.equal([first, second].filter((email) => email === wanted).length, 1);
      // Whoever lost is told so, by a page, and stays who they were.
      const lost = first === wanted ? links[1] : links[0];
      const told = await post(lost ?? new URL(fixture.issuer));
      assert.equal(told.status, 409);
      assert.match(told.text, /has an account by now/);
    });

    test("is no administrator's to do, nor theirs who became one meanwhile", async () => {
      const owner = address("owner");
      await createAdministrator(operator(), { email: owner, role: "owner", password });
      const { shown } = await signedIn(owner);
      assert.doesNotMatch(shown.text, /<form[^>]+account\/email/);
      const { email, id } = await person();
      const link = await linkTo(email, address("never"));
      const nowMs = Date.now();
      await fixture
        .db("administrators")
        .insert({ account_id: id, role: "auditor", created_at_ms: nowMs, updated_at_ms: nowMs });
      assert.equal((await post(link)).status, 410);
    });

    test("fills no mailbox, and its bad input is told beside the field", async () => {
      const { email } = await person();
      const { agent, shown } = await signedIn(email);
      for (const wrong of ["", "nobody", "a@b@c.example", email]) {
        const told = await agent.submit(shown, { email: wrong }, "/account/email");
        assert.equal(told.status, 400, wrong);
        assert.match(told.text, /id="email-error"/);
      }
      const wanted = address("flooded");
      for (let time = 0; time < changeRates.account.burst; time += 1)
        assert.equal((await agent.submit(shown, { email: wanted }, "/account/email")).status, 200);
      assert.equal((await agent.submit(shown, { email: wanted }, "/account/email")).status, 429);
      const sent = await fixture.db("mails").where({ recipient: wanted });
      assert.equal(sent.length, changeRates.mailbox.burst);
    });

    // From here on the clock is ahead, and sessions, which the library times by its own, end sooner.
    test("takes a sign-in of the last minutes", async () => {
      const { email, id } = await person();
      const { agent, shown } = await signedIn(email);
      world.advance(11 * 60_000);
      const asked = await agent.submit(shown, { email: address("never") }, "/account/email");
      assert.match(asked.text, /name="password"/);
      assert.equal((await fixture.db("mails").where({ account_id: id, kind: "address_change" })).length, 0);
    });

    test("is over once anything ended the person's sign-ins, or their address is another", async () => {
      for (const end of [
        (user: string) => setUserPassword(operator(), { user, password: `${newPassword} other` }),
        (user: string) => disableUser(operator(), { user }),
        (user: string) => updateUser(operator(), { user, email: address(), emailVerified: true }),
      ]) {
        const { email, id } = await person();
        const link = await linkTo(email, address("never"));
        await end(email);
        assert.equal((await post(link)).status, 410);
        assert.doesNotMatch((await addressOf(id)) ?? "", /never/);
      }
      const { email, id } = await person();
      const link = await linkTo(email, address("never"));
      world.advance(24 * 3_600_000);
      assert.equal((await post(link)).status, 410);
      assert.equal(await addressOf(id), email);
    });
  });
}

describe("the proof of an address", () => {
  const world = useLinks("sqlite");
  const { fixture, mails } = world;

  test("is sent by a button, so often, and done by the link's form", async () => {
    const email = address("unproven");
    const { id } = await addPerson(fixture.db, { email, emailVerified: false });
    const agent = browserElsewhere();
    const asked = await agent.follow(`${fixture.issuer}/account/email`);
    const shown = await agent.submit(asked, { email, password }, "/login");
    assert.match(shown.text, /not confirmed/);
    const sent = await agent.submit(shown, {}, "/account/email/proof");
    assert.match(sent.text, /on its way/);
    const link = linkOf(await mails.next(email));
    for (let time = 0; time < 2; time += 1) await agent.submit(shown, {}, "/account/email/proof");
    const often = await agent.submit(shown, {}, "/account/email/proof");
    assert.equal(often.status, 429);
    assert.match(often.text, /often enough/);
    const page = await browserElsewhere().follow(link);
    assert.equal((await browserElsewhere().submit(page, {}, "/account/address")).status, 200);
    const [row] = await fixture.db("accounts").where({ id }).select("email_verified_at_ms");
    assert.notEqual(row.email_verified_at_ms, null);
    const now = await agent.follow(`${fixture.issuer}/account/email`);
    assert.doesNotMatch(now.text, /not confirmed|account\/email\/proof/);
    // A page that was open since: nothing goes out.
    const again = await agent.submit(shown, {}, "/account/email/proof");
    assert.match(again.text, /confirmed already/);
  });
});
