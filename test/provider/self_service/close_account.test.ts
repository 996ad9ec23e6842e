// Closing one's own account: only where every organization allows it, by the person themselves, freshly and knowingly; and whoever is
// invited again begins anew.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inviteUser } from "../../../src/admin/operations/invitation.ts";
import { addUserToTenant } from "../../../src/admin/operations/members.ts";
import { setTenantBrand } from "../../../src/admin/operations/tenant_brand.ts";
import { createTenant, updateTenant } from "../../../src/admin/operations/tenants.ts";
import { findAccountByLogin } from "../../../src/provider/accounts/account_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { postAccountForm } from "../support/account_forms.ts";
import { addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`closing one's account, on ${kind}`, () => {
    let made = 0;
    const world = useProvider(
      { kind, environment: { TTI_SUPPORT_URL: "https://help.example/" } },
      async () => {
        await createTenant(operator(), { id: "acme", name: "Acme" });
        await createTenant(operator(), { id: "globex", name: "Globex" });
        await updateTenant(operator(), { id: "acme", selfClose: true });
      },
    );
    const operator = () => cliContext(world.db);
    const url = (path = "/account/close") => `${world.issuer}${path}`;
    async function person(tenants = ["acme"]) {
      made += 1;
      const email = `p${made}@people.example`;
      const { id } = await addPerson(world.db, { email, name: "Ann", tenants });
      const agent = new UserAgent();
      const page = await agent.submit(await agent.follow(url()), { email, password }, "/login");
      assert.equal(page.url.pathname, "/account/close");
      return { email, id, agent, page };
    }
    const isThere = async (email: string) => (await findAccountByLogin(world.db, email)) !== undefined;
    const close = (one: { id: string; email: string; agent: UserAgent }, typed = one.email): Promise<Visit> =>
      postAccountForm(one.agent, url(), one, { typed });

    test("who types their address is erased, told by mail, and signed in nowhere; an invitation later brings nothing back", async () => {
      const ann = await person();
      assert.match(ann.page.text, /This cannot be undone/);
      const done = await ann.agent.submit(
        ann.page,
        { typed: ` ${ann.email.toUpperCase()} ` },
        "/account/close",
      );
      assert.equal(done.url.pathname, "/account/closed");
      assert.match(done.text, /Your account is closed/);
      assert.equal(await isThere(ann.email), false);
      assert.match((await ann.agent.follow(url("/account"))).text, /name="email"/, "a sign-in is asked for");
      const mails = await world.db("mails").where({ recipient: ann.email });
      assert.deepEqual(
        mails.map(({ kind: which, account_id }) => [which, account_id]),
        [["account_closed", null]],
      );
      const invited = await inviteUser(operator(), { email: ann.email, tenantId: "acme" });
      assert.notEqual(invited.id, ann.id);
      assert.equal(invited.name, null);
      for (const table of ["memberships", "former_memberships", "offline_consents"])
        assert.deepEqual(await world.db(table).where({ account_id: ann.id }), [], table);
    });

    test("another address, none, or another's form closes nothing", async () => {
      const [ann, bob] = [await person(), await person()];
      for (const typed of ["", bob.email, ann.id, `${ann.email}x`, "yes"]) {
        const refused = await close(ann, typed);
        assert.equal(refused.status, 400, typed);
        assert.match(refused.text, /This is not the address of your account/);
      }
      const foreign = await postAccountForm(bob.agent, url(), ann, { typed: ann.email, account: ann.id });
      assert.match(foreign.text, /Somebody else was signed in when that page was opened/);
      assert.ok((await isThere(ann.email)) && (await isThere(bob.email)));
    });

    test("an old sign-in is made anew first, and nothing is closed by then", async () => {
      const ann = await person();
      await world.db("session_vouchers").where({ account_id: ann.id }).update({ auth_time_ms: 1 });
      assert.match((await close(ann)).text, /name="password"/);
      assert.equal(await isThere(ann.email), true);
    });

    test("where one organization of several does not allow it, it is refused, with whom to ask", async () => {
      const brand = { supportUrl: "https://globex.example/help" };
      await setTenantBrand(operator(), { id: "globex", ...brand });
      const ann = await person(["acme", "globex"]);
      assert.match(ann.page.text, /Globex does not let its people close their accounts/);
      assert.match(ann.page.text, /href="https:\/\/globex\.example\/help"/);
      assert.doesNotMatch(ann.page.text, /name="typed"|Acme does not/);
      const refused = await close(ann);
      assert.equal(refused.status, 403);
      assert.match(refused.text, /Globex does not let/);
      // Of one that the sign-in does not speak for no name is told.
      await updateTenant(operator(), { id: "globex", loginMethod: "handoff" });
      const unnamed = await ann.agent.follow(url());
      assert.match(unnamed.text, /Another organization you belong to/);
      assert.match(unnamed.text, /href="https:\/\/help\.example\/"/);
      assert.doesNotMatch(unnamed.text, /Globex/);
      assert.equal((await close(ann)).status, 403);
      assert.equal(await isThere(ann.email), true);
      await updateTenant(operator(), { id: "globex", loginMethod: "local" });
    });

    test("what an organization took back meanwhile, and one that is joined meanwhile, count when it is done", async () => {
      const ann = await person();
      await addUserToTenant(operator(), { user: ann.email, tenantId: "globex" });
      assert.equal((await close(ann)).status, 403);
      const bob = await person();
      await updateTenant(operator(), { id: "acme", selfClose: false });
      assert.equal((await close(bob)).status, 403);
      await updateTenant(operator(), { id: "acme", selfClose: true });
      assert.ok((await isThere(ann.email)) && (await isThere(bob.email)));
    });

    test("the last administrator stays, of two at once too, and so does who administers the service", async () => {
      const [one, two] = [await person([]), await person([])];
      const id = `led-${kind}`;
      await createTenant(operator(), { id, name: "Led" });
      await updateTenant(operator(), { id, selfClose: true });
      for (const { email } of [one, two])
        await addUserToTenant(operator(), { user: email, tenantId: id, role: "admin" });
      const answers = await Promise.all([close(one), close(two)]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      const left = (await isThere(one.email)) ? one : two;
      assert.match((await left.agent.follow(url())).text, /Nobody else administers Led/);
      const head = await person();
      const role = { account_id: head.id, role: "auditor", created_at_ms: 1, updated_at_ms: 1 };
      await world.db("administrators").insert(role);
      assert.match((await head.agent.follow(url())).text, /You administer this service/);
      assert.equal((await close(head)).status, 403);
      assert.ok(await isThere(head.email));
    });

    test("whom an application made or vouches for does not close it here", async () => {
      const ann = await person();
      await world.db("accounts").where({ id: ann.id }).update({ external_at_ms: 1 });
      assert.match((await ann.agent.follow(url())).text, /comes from the application you sign in through/);
      assert.equal((await close(ann)).status, 403);
      const bob = await person();
      await world
        .db("session_vouchers")
        .where({ account_id: bob.id })
        .update({ method: "handoff", tenant_id: "acme" });
      await close(bob);
      assert.ok((await isThere(ann.email)) && (await isThere(bob.email)));
    });

    test("who belongs to nobody may, and of ten tries at once one does it", async () => {
      const ann = await person([]);
      const answers = await Promise.all(Array.from({ length: 10 }, () => close(ann)));
      assert.ok(answers.some((answer) => answer.url.pathname === "/account/closed"));
      const events = await world.db("audit_events").where({ account_id: ann.id, type: "account.deleted" });
      assert.equal(events.length, 1);
      assert.equal((await world.db("mails").where({ recipient: ann.email })).length, 1);
    });
  });
}
