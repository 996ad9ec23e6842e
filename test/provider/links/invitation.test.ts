// An invitation: an account without a password, a mail, and a link by which the person chooses one and proves the address.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import { inviteUser } from "../../../src/admin/operations/invitation.ts";
import { listMails, retryMail, showMail } from "../../../src/admin/operations/mail.ts";
import { disableUser, setUserPassword } from "../../../src/admin/operations/user_access.ts";
import { showUser } from "../../../src/admin/operations/users.ts";
import { eventsOf } from "../../audit/audit_world.ts";
import { storeKinds } from "../../support/databases.ts";
import { linkOf } from "../../support/mail_server.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, signInAt } from "../support/provider_fixture.ts";
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

for (const kind of storeKinds) {
  describe(`an invitation in ${kind}`, () => {
    const world = useLinks(kind, async () => {
      await addClient(world.fixture.db, { client_id: "app" });
      await addPerson(world.fixture.db, { email: "somebody@acme.example", tenants: ["acme"] });
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
      assert.ok((await listMails(operator(), { state: "failed" })).mails.some(({ id }) => id === mail));
      mails.refuse.delete(email);
      await retryMail(operator(), { mail });
      const link = linkOf(await mails.next(email));
      assert.equal((await useLink(link)).status, 200);
      await assert.rejects(retryMail(operator(), { mail }), { code: "mail_not_failed" });
      await assert.rejects(retryMail(operator(), { mail: "none" }), { code: "mail_not_found" });
    });
  });
}
