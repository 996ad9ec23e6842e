// An invitation: an account without a password, a mail, and a link by which the person chooses one and proves the address.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import { inviteUser, withdrawInvitation } from "../../../src/admin/operations/invitation.ts";
import { listMails, retryMail, showMail } from "../../../src/admin/operations/mail.ts";
import { removeMember } from "../../../src/admin/operations/members.ts";
import { disableUser, setUserPassword } from "../../../src/admin/operations/user_access.ts";
import { setMailReturned, showUserMail } from "../../../src/admin/operations/user_mail.ts";
import { showUser } from "../../../src/admin/operations/users.ts";
import { findRole } from "../../../src/provider/tenants/membership_store.ts";
import { eventsOf } from "../../audit/audit_world.ts";
import { addPortalPeople, signInToPortal } from "../../portal/portal_support.ts";
import { linkOf } from "../../support/mail_server.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, signInAt } from "../support/provider_fixture.ts";
import { formsOf } from "../support/user_agent.ts";
import {
  askForPassword,
  browserElsewhere,
  newPassword,
  operatorOf,
  useLink,
  useLinks,
} from "./links_world.ts";

let number = 0;
const address = () => {
  number += 1;
  return `invited${number}@acme.example`;
};

for (const kind of storesOfToday(import.meta.url)) {
  describe(`an invitation in ${kind}`, () => {
    const world = useLinks(kind, async () => {
      await addClient(world.fixture.db, { client_id: "app" });
      await addPerson(world.fixture.db, { email: "somebody@acme.example", tenants: ["acme"] });
      await addPerson(world.fixture.db, { email: "else@globex.example", tenants: ["globex", "bolt"] });
    });
    const { fixture, mails } = world;
    const operator = () => operatorOf(world);
    const signsIn = async (email: string, secret: string): Promise<boolean> => {
      const url = authorizationUrl(fixture, { tenant: "acme" });
      return (await signInAt(browserElsewhere(), url, email, secret)).url.searchParams.has("code");
    };
    const postWith = (link: URL, password = newPassword) =>
      fetch(new URL(link.pathname, fixture.issuer), {
        method: "POST",
        body: new URLSearchParams({ token: link.searchParams.get("token") ?? "", password }),
      });

    test("lets the person choose a password, proves the address, and lets them in", async () => {
      const email = address();
      const invited = await inviteUser(operator(), { email, name: "Ivy", tenantId: "acme", role: "admin" });
      assert.equal(invited.emailVerifiedAtMs, null);
      assert.deepEqual(invited.memberships, [{ tenantId: "acme", role: "admin" }]);
      const taken = await mails.next(email);
      assert.match(taken.mail.subject ?? "", /^Tenant acme invites you to /);
      // A name that an administrator of a customer chose could say anything.
      assert.doesNotMatch(`${taken.mail.subject}${taken.mail.text}${taken.mail.html}`, /Ivy/);
      const page = await browserElsewhere().follow(linkOf(taken));
      assert.match(page.text, /value="invited\d+@acme\.example"/);
      assert.equal((await useLink(linkOf(taken))).status, 200);
      assert.notEqual((await showUser(operator(), { user: email })).emailVerifiedAtMs, null);
      assert.equal(await signsIn(email, newPassword), true);
      const proven = (await eventsOf(fixture.db, "account.email_proven")).find(
        ({ accountId }) => accountId === invited.id,
      );
      assert.deepEqual([proven?.actor, proven?.details], [`account:${invited.id}`, { email }]);
      const { state } = await showMail(operator(), { mail: invited.mail });
      assert.equal(state, "sent");
    });

    test("lets nobody in before", async () => {
      const email = address();
      await inviteUser(operator(), { email, tenantId: "acme" });
      await mails.next(email);
      for (const secret of ["", newPassword, "null"]) assert.equal(await signsIn(email, secret), false);
      // Nor does asking for a new password make a first one.
      const count = mails.taken.length;
      await askForPassword(world, email);
      await inviteUser(operator(), { email: address() });
      await mails.next(`invited${number}@acme.example`);
      assert.deepEqual(
        mails.taken
          .slice(count)
          .flatMap(({ to }) => to)
          .filter((to) => to === email),
        [],
      );
    });

    test("has one winner among a hundred, on two instances, and among two links", async () => {
      const email = address();
      await inviteUser(operator(), { email, tenantId: "acme" });
      const first = linkOf(await mails.next(email));
      await inviteUser(operator(), { email });
      const second = linkOf(await mails.next(email));
      const another = await fixture.startAnother(mails.environment, { clock: world.now });
      const statuses = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const link = new URL(index % 3 === 0 ? first : second);
          const at = index % 2 === 0 ? link : new URL(link.pathname + link.search, another.localUrl);
          const answer = await fetch(new URL(at.pathname, at.origin), {
            method: "POST",
            body: new URLSearchParams({ token: at.searchParams.get("token") ?? "", password: newPassword }),
          });
          await answer.text();
          return answer.status;
        }),
      );
      assert.equal(statuses.filter((status) => status === 200).length, 1, JSON.stringify(statuses));
    });

    test("counts also at an instance that sends no mail, which asks nobody for an address", async () => {
      const email = address();
      await inviteUser(operator(), { email, tenantId: "acme" });
      const link = linkOf(await mails.next(email));
      const silent = await fixture.startAnother({ SMTP_URL: "", TTI_MAIL_FROM: "" }, { clock: world.now });
      assert.equal((await fetch(new URL("/account/forgot", silent.localUrl))).status, 404);
      const there = new URL(link.pathname + link.search, silent.localUrl);
      assert.equal((await fetch(there)).status, 200);
      const body = new URLSearchParams({
        token: link.searchParams.get("token") ?? "",
        password: newPassword,
      });
      assert.equal(
        (await fetch(new URL(link.pathname, silent.localUrl), { method: "POST", body })).status,
        200,
      );
      assert.equal(await signsIn(email, newPassword), true);
    });

    test("is sent by an organization's administrator, who is told the same whether or not somebody has an account elsewhere", async () => {
      const people = await addPortalPeople(fixture);
      const { agent } = await signInToPortal(fixture.issuer, "ann@acme.example", browserElsewhere());
      const at = (path: string) => `${fixture.issuer}/portal/acme${path}`;
      const known = `known${number}@acme.example`;
      const unknown = `unknown${number}@acme.example`;
      const { id } = await addPerson(fixture.db, { email: known, tenants: ["globex"] });
      const answers = [];
      for (const email of [known, unknown]) {
        const form = await agent.follow(at("/people/new"));
        const { status, headers } = await agent.visit(at("/people/new"), {
          method: "POST",
          headers: { origin: fixture.issuer },
          body: new URLSearchParams({
            ...Object.fromEntries(
              formsOf(form).find(({ action }) => action.endsWith("/people/new"))?.fields ?? [],
            ),
            ...{ email, name: "", role: "member", how: "mail" },
          }),
        });
        const told = [...headers]
          .filter(([name]) => !["date", "x-request-id"].includes(name))
          .map(([name, value]) => [name, value.replace(/expires=[^;]+/, "expires=LATER")]);
        const page = await agent.follow(at("/people"));
        answers.push({
          status,
          told,
          said: /role="status"[\s\S]*?<\/div>/.exec(page.text)?.[0],
        });
      }
      assert.equal(answers[0]?.status, 303);
      assert.match(answers[0]?.said ?? "", /The invitation is on its way/);
      assert.deepEqual(answers[0], answers[1]);
      assert.doesNotMatch((await mails.next(known)).raw, /token=/);
      assert.ok(linkOf(await mails.next(unknown)));
      assert.notEqual(await findRole(fixture.db, "acme", id), undefined);

      // Beyond the organization's own domains nothing is told of anybody, nor done.
      const strangers = [];
      for (const email of ["gus@globex.example", "nobody@globex.example", "ann.other@elsewhere.example"]) {
        const form = await agent.follow(at("/people/new"));
        const refused = await agent.submit(form, { email, name: "", role: "member" }, "/people/new");
        strangers.push([
          refused.status,
          refused.text.replaceAll(email, "ADDRESS").replace(/[\w-]{20,}/g, "RANDOM"),
        ]);
      }
      assert.equal(strangers[0]?.[0], 400);
      for (const stranger of strangers) assert.deepEqual(stranger, strangers[0]);
      assert.equal(await findRole(fixture.db, "acme", people.gus), undefined);

      // Once more, and no more for whoever is removed.
      const user = (await showUser(operator(), { user: unknown })).id;
      const list = await agent.follow(at("/people"));
      assert.match(list.text, /No password yet/);
      const asked = await agent.follow(at(`/people/${user}/invite`));
      const again = await agent.submit(asked, { confirm: "yes" }, "/invite");
      assert.match(again.text, /The invitation is on its way/);
      const link = linkOf(await mails.next(unknown));
      assert.equal(
        (await agent.follow(at(`/people/${people.gus}/invite`))).status,
        404,
        "of another organization",
      );
      const question = await agent.follow(at(`/people/${user}/remove`));
      await agent.submit(question, { confirm: "yes" }, "/remove");
      assert.equal((await postWith(link)).status, 410);
    });

    test("does not count for another purpose, altered, or after a week", async () => {
      const email = address();
      await inviteUser(operator(), { email, tenantId: "acme" });
      const link = linkOf(await mails.next(email));
      const secret = link.searchParams.get("token") ?? "";
      for (const [path, token] of [
        ["/account/address", secret],
        ["/account/password", `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`],
        ["/account/password", ""],
        ["/account/password", secret.toLowerCase()],
      ]) {
        assert.equal((await fetch(`${fixture.issuer}${path}?token=${token}`)).status, 410, path);
      }
      world.advance(7 * 24 * 3_600_000);
      assert.equal((await postWith(link)).status, 410);
      assert.equal(await signsIn(email, newPassword), false);
    });

    test("ends when an administrator sets a password, or disables the account", async () => {
      for (const end of [
        (user: string) => setUserPassword(operator(), { user, password: `${newPassword} other` }),
        (user: string) => disableUser(operator(), { user }),
      ]) {
        const email = address();
        await inviteUser(operator(), { email, tenantId: "acme" });
        const link = linkOf(await mails.next(email));
        await end(email);
        assert.equal((await postWith(link)).status, 410);
      }
    });

    test("is refused for whoever has a password, is disabled, or was invited too often; nothing is half-done", async () => {
      await assert.rejects(inviteUser(operator(), { email: "somebody@acme.example" }), {
        code: "account_exists",
      });
      const email = address();
      await inviteUser(operator(), { email });
      await disableUser(operator(), { user: email });
      await assert.rejects(inviteUser(operator(), { email }), { code: "account_disabled" });
      const often = address();
      for (let time = 0; time < 5; time += 1) await inviteUser(operator(), { email: often });
      await assert.rejects(inviteUser(operator(), { email: often }), { code: "too_many_attempts" });
      const lost = address();
      await assert.rejects(inviteUser(operator(), { email: lost, tenantId: "nowhere" }), {
        code: "tenant_not_found",
      });
      await assert.rejects(showUser(operator(), { user: lost }), { code: "account_not_found" });
      await assert.rejects(inviteUser({ ...operator(), sendsMail: false }, { email: lost }), {
        code: "mail_not_configured",
      });
    });

    test("no inviter uses up what another may send to a mailbox, and the mailbox is not filled by all of them together", async () => {
      const email = address();
      const inTenant = (tenantId: string, laterMs = 0) =>
        inviteUser(
          {
            ...operator(),
            ...{ actor: "account:x", inNameOf: tenantId },
            clock: () => new Date(world.now().getTime() + laterMs),
          },
          { email, tenantId },
        );
      const tooMany = { code: "too_many_attempts", field: "email" };
      const sent = async (invite: () => Promise<unknown>): Promise<number> => {
        for (let count = 0; count < 10; count += 1) {
          const refused = await invite().then(
            () => undefined,
            (error: unknown) => error,
          );
          if (refused === undefined) continue;
          await assert.rejects(Promise.reject(refused), tooMany);
          return count;
        }
        return 10;
      };
      assert.equal(await sent(() => inTenant("acme")), 5);
      assert.equal(await sent(() => inviteUser(operator(), { email, tenantId: "acme" })), 5);
      assert.equal(
        await sent(() => inTenant("globex")),
        1,
        "all of them together were enough, and it has one",
      );
      assert.equal(await sent(() => inTenant("bolt")), 1);
      const other = address();
      assert.equal(
        await sent(() => inviteUser(operator(), { email: other })),
        5,
        "another mailbox is another",
      );
      // Earned again by each for itself, and slower as long as all of them together send much.
      const soonMs = 600_001;
      assert.equal(await sent(() => inTenant("acme", soonMs)), 1);
      assert.equal(await sent(() => inTenant("globex", soonMs)), 0, "the mailbox has had enough");
    });

    test("by the installation to one organization is told in no other's trail", async () => {
      const email = address();
      const { id } = await inviteUser(operator(), { email, tenantId: "globex" });
      await inviteUser(operator(), { email, tenantId: "acme" });
      await inviteUser(operator(), { email });
      const told = (await eventsOf(fixture.db, "account.invited"))
        .filter(({ accountId }) => accountId === id)
        .map(({ tenantId }) => tenantId);
      assert.deepEqual(told.sort(), ["acme", "acme", "globex", "globex"]);
    });

    test("of who has an account and belongs to the organization not yet: they do at once, and a mail without a link of its own says so", async () => {
      const email = address();
      await addPerson(fixture.db, { email, tenants: ["globex"] });
      const { memberships, mail } = await inviteUser(operator(), { email, tenantId: "acme" });
      assert.deepEqual(memberships.map(({ tenantId }) => tenantId).sort(), ["acme", "globex"]);
      const taken = await mails.next(email);
      assert.match(taken.mail.text ?? "", /you have an account there/);
      assert.doesNotMatch(taken.raw, /token=/);
      assert.equal((await showMail(operator(), { mail })).kind, "invitation");
      await assert.rejects(inviteUser(operator(), { email, tenantId: "acme" }), { code: "account_exists" });
    });

    test("counts no more once it is withdrawn, or the last membership it was for has ended; what waits is not sent", async () => {
      for (const end of [
        (user: string) => withdrawInvitation(operator(), { user }),
        (user: string) => removeMember(operator(), { user, tenantId: "acme" }),
      ]) {
        const email = address();
        const { id } = await inviteUser(operator(), { email, tenantId: "acme" });
        const link = linkOf(await mails.next(email));
        assert.notEqual((await showUserMail(operator(), { user: email })).invitedUntilMs, null);
        // Another waits while it ends.
        const { mail } = await inviteUser(
          { ...operator(), clock: () => new Date(world.now().getTime() + 3_600_000) },
          { email },
        );
        await end(email);
        assert.equal((await fetch(link)).status, 410);
        assert.equal((await postWith(link)).status, 410);
        await assert.rejects(showMail(operator(), { mail }), { code: "mail_not_found" });
        assert.equal((await showUserMail(operator(), { user: email })).invitedUntilMs, null);
        const events = await eventsOf(fixture.db, "account.invitation_withdrawn");
        // The link, what waits, and perhaps the mail that was just handed over.
        const { invitations } = events.find(({ accountId }) => accountId === id)?.details ?? {};
        assert.ok(Number(invitations) >= 2, String(invitations));
        assert.equal(await signsIn(email, newPassword), false);
      }
      const email = address();
      await inviteUser(operator(), { email, tenantId: "acme" });
      await inviteUser(operator(), { email, tenantId: "globex" });
      const link = linkOf(await mails.next(email));
      await removeMember(operator(), { user: email, tenantId: "acme" });
      assert.equal((await useLink(link)).status, 200, "another organization's invitation stays");
    });

    test("of an administrator takes an owner", async () => {
      const email = address();
      await inviteUser(operator(), { email });
      const { id } = await showUser(operator(), { user: email });
      await createAdministrator(operator(), {
        email: address(),
        role: "owner",
        password: `${newPassword} owner`,
      });
      const nowMs = Date.now();
      const row = { account_id: id, role: "operator", created_at_ms: nowMs, updated_at_ms: nowMs };
      await fixture.db("administrators").insert(row);
      const may = (permission: string) => permission !== "admin:own";
      await assert.rejects(inviteUser({ ...operator(), may }, { email }), { code: "forbidden" });
    });

    test("a refused recipient is told in the outbox, and is tried again by hand", async () => {
      const email = address();
      mails.refuse.set(email, "550 5.1.1 no such user");
      const { mail } = await inviteUser(operator(), { email });
      let shown = await showMail(operator(), { mail });
      while (shown.state === "waiting") {
        await new Promise((resolve) => setTimeout(resolve, 10));
        shown = await showMail(operator(), { mail });
      }
      assert.deepEqual([shown.state, shown.fault], ["failed", "the mail server refuses it: 550 5.1.1"]);
      const returnedAtMs = async () => (await showUserMail(operator(), { user: email })).returnedAtMs;
      assert.notEqual(await returnedAtMs(), null, "the address is marked");
      await setMailReturned(operator(), { user: email, returned: false });
      assert.equal(await returnedAtMs(), null);
      assert.equal((await setMailReturned(operator(), { user: email })).unchanged, undefined, "by hand");
      assert.ok((await listMails(operator(), { state: "failed" })).mails.some(({ id }) => id === mail));
      mails.refuse.delete(email);
      await retryMail(operator(), { mail });
      const link = linkOf(await mails.next(email));
      assert.equal((await useLink(link)).status, 200);
      assert.equal(await returnedAtMs(), null, "whoever uses a link got it");
      await assert.rejects(retryMail(operator(), { mail }), { code: "mail_not_failed" });
      await assert.rejects(retryMail(operator(), { mail: "none" }), { code: "mail_not_found" });
    });
  });
}
