// What people change of themselves on their account: their name, and their password by the one they have. Everything else that
// was signed in ends with that, on every instance; the session it is done in goes on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Account } from "../../../src/provider/accounts/account_store.ts";
import type { RunningServer } from "../../../src/running_server.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { postAccountForm } from "../support/account_forms.ts";
import { getCode, postToken, redeem } from "../support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

const newPassword = "seven purple lanterns drift upstream";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`changing oneself, on ${kind}`, () => {
    let other: RunningServer;
    let made = 0;
    let now = () => new Date();
    const world = useProvider({ kind, clock: () => now() }, async () => {
      other = await world.startAnother();
      await addClient(world.db, { client_id: "app" });
      await addPerson(world.db, { email: "seed@acme.example", tenants: ["acme"] });
    });
    const someone = async (): Promise<Account & { email: string }> => {
      made += 1;
      const email = `p${made}@acme.example`;
      return { ...(await addPerson(world.db, { email, name: "Ann", tenants: ["acme"] })), email };
    };
    const url = (path: string) => `${world.issuer}${path}`;
    const signIn = async (email: string, word = password, agent = new UserAgent()) => {
      const page = await agent.follow(url("/account"));
      return { agent, page: await agent.submit(page, { email, password: word }, "/login") };
    };
    const eventsOf = async (accountId: string, type: string) =>
      (await world.db("audit_events").where({ account_id: accountId, type })).map(({ actor, details }) => ({
        actor,
        details: JSON.parse(details),
      }));
    const isSignedIn = (page: Visit) => page.url.pathname.startsWith("/account");

    test("a name is changed, told once, and recorded", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      const page = await agent.follow(url("/account/name"));
      assert.match(page.text, /name="name"[^>]*value="Ann"/);
      const saved = await agent.submit(page, { name: "  Anna Ames " }, "/account/name");
      assert.equal(saved.url.pathname, "/account");
      assert.match(saved.text, /role="status">Your name is changed\./);
      assert.match(saved.text, /<dd>Anna Ames<\/dd>/);
      const [event] = await eventsOf(ann.id, "account.name_set");
      const details = { by: "person", name: "Anna Ames", nameWas: "Ann" };
      assert.deepEqual(event, { actor: `account:${ann.id}`, details });
      assert.doesNotMatch((await agent.follow(url("/account"))).text, /role="status"/);
    });

    test("a name that deceives, is empty or too long is refused beside its field, with what was typed", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      for (const name of [
        "",
        "   ",
        "n".repeat(201),
        "Ann \u202egnp",
        "An\u200bn",
        "A\u2028B",
        "An\u0007n",
      ]) {
        const page = await postAccountForm(agent, url("/account/name"), ann, { name });
        assert.equal(page.status, 400, JSON.stringify(name));
        assert.match(page.text, /aria-invalid="true"/);
        assert.match(page.text, /<title>Error: Your name/);
      }
      const page = await postAccountForm(agent, url("/account/name"), ann, {});
      assert.equal(page.status, 400);
      assert.deepEqual(await eventsOf(ann.id, "account.name_set"), []);
    });

    test("the ISV's own person is told who changes their name, and nothing is changed by a form that was made up", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      await world.db("accounts").where({ id: ann.id }).update({ external_at_ms: 1 });
      const page = await agent.follow(url("/account/name"));
      assert.match(page.text, /comes from the application you sign in through/);
      assert.doesNotMatch(page.text, /<form class="fields"/);
      const sent = await postAccountForm(agent, url("/account/name"), ann, { name: "Else" });
      assert.equal(sent.status, 403);
      assert.deepEqual(await eventsOf(ann.id, "account.name_set"), []);
    });

    test("the forms of one person do nothing for another, whatever ids they name", async () => {
      const [ann, bob] = [await someone(), await someone()];
      const { agent } = await signIn(bob.email);
      const fields = { name: "Taken", user: ann.id, account: ann.id, accountId: ann.id, person: ann.id };
      await postAccountForm(agent, url("/account/name"), ann, fields);
      await postAccountForm(agent, url("/account/change-password"), ann, {
        ...fields,
        current: password,
        password: newPassword,
      });
      for (const { id } of [ann, bob]) {
        assert.deepEqual(await eventsOf(id, "account.name_set"), []);
        assert.deepEqual(await eventsOf(id, "account.password_set"), []);
      }
      await postAccountForm(agent, url("/account/name"), bob, fields);
      assert.deepEqual(await eventsOf(ann.id, "account.name_set"), []);
    });

    test("a new password ends every other session and all that applications hold; this session goes on", async () => {
      const ann = await someone();
      const elsewhere = (await signIn(ann.email)).agent;
      const code = await getCode(world, ann.email, { scope: "openid offline_access", prompt: "consent" });
      const { body: held } = await redeem(world, code);
      const { agent } = await signIn(ann.email);
      const page = await agent.follow(url("/account/change-password"));
      const fields = { current: password, password: newPassword };
      const done = await agent.submit(page, fields, "/account/change-password");
      assert.match(done.text, /role="status">Your password is changed/);
      assert.ok(isSignedIn(await agent.at(other).follow(url("/account"))), "this session");
      assert.ok(!isSignedIn(await elsewhere.at(other).follow(url("/account"))), "another session");
      const at = { ...world, issuer: other.localUrl };
      const refresh = { grant_type: "refresh_token", refresh_token: String(held["refresh_token"]) };
      assert.equal((await postToken(at, refresh)).status, 400);
      const [event] = await eventsOf(ann.id, "account.password_set");
      assert.deepEqual(event, { actor: `account:${ann.id}`, details: { by: "person" } });
      const mails = await world.db("mails").where({ account_id: ann.id });
      assert.deepEqual(
        mails.map(({ kind, recipient, details }) => [kind, recipient, JSON.parse(details)]),
        [["password_changed", ann.email, { how: "page" }]],
      );
      assert.ok(!isSignedIn((await signIn(ann.email)).page), "the password before");
      assert.ok(isSignedIn((await signIn(ann.email, newPassword)).page), "the new one");
      assert.ok(isSignedIn(await agent.follow(url("/account"))), "still");
    });

    test("a password is changed after a fresh sign-in alone: knowing the one before is not enough", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      now = () => new Date(Date.now() + 11 * 60_000);
      try {
        const fields = { current: password, password: newPassword };
        const asked = await postAccountForm(agent, url("/account/change-password"), ann, fields);
        assert.match(asked.url.pathname, /^\/interaction\//);
        assert.deepEqual(await eventsOf(ann.id, "account.password_set"), []);
        const back = await agent.submit(asked, { email: ann.email, password }, "/login");
        assert.equal(back.url.pathname, "/account/change-password");
        const done = await agent.submit(back, fields, "/account/change-password");
        assert.match(done.text, /role="status">Your password is changed/);
      } finally {
        now = () => new Date();
      }
    });

    test("a wrong or missing current password, and a weak new one, change nothing and say which it is", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      for (const [fields, field, status] of [
        [{ current: "wrong", password: newPassword }, "current", 401],
        [{ password: newPassword }, "current", 401],
        [{ current: password, password: "short" }, "password", 400],
        [{ current: password, password: ann.email }, "password", 400],
        [{ current: password, password }, "password", 400],
        [{ current: password }, "password", 400],
      ] as const) {
        const page = await postAccountForm(agent, url("/account/change-password"), ann, fields);
        assert.equal(page.status, status, JSON.stringify(fields));
        assert.match(page.text, new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
        assert.doesNotMatch(page.text, new RegExp(newPassword));
      }
      assert.deepEqual(await eventsOf(ann.id, "account.password_set"), []);
      assert.ok((await eventsOf(ann.id, "sign_in.refused")).length > 0, "an attack shows in the trail");
      assert.ok(isSignedIn(await agent.follow(url("/account"))));
    });

    test("guesses at the current password are counted as those at the sign-in are", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      let page: Visit | undefined;
      for (let tries = 0; tries < 8; tries += 1)
        page = await postAccountForm(agent, url("/account/change-password"), ann, { current: `no ${tries}` });
      assert.equal(page?.status, 429);
      assert.match(page.headers.get("retry-after") ?? "", /^\d+$/);
      assert.match(page.text, /Wait \d+ seconds?, then try again/);
      const right = { current: password, password: newPassword };
      assert.equal((await postAccountForm(agent, url("/account/change-password"), ann, right)).status, 429);
      assert.deepEqual(await eventsOf(ann.id, "account.password_set"), []);
    });

    test("who has no password here is told so, and gets none by a form that was made up", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      await world.db("accounts").where({ id: ann.id }).update({ password_hash: null });
      const page = await agent.follow(url("/account/change-password"));
      assert.match(page.text, /You have no password here/);
      const sent = await postAccountForm(agent, url("/account/change-password"), ann, {
        current: "",
        password: newPassword,
      });
      assert.equal(sent.status, 403);
      assert.deepEqual(await eventsOf(ann.id, "account.password_set"), []);
    });

    test("a session that ends in the middle leads through a sign-in, and what was typed is there again", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      const page = await agent.follow(url("/account/name"));
      await world.db("oidc_records").where({ model: "Session", account_id: ann.id }).delete();
      const login = await agent.submit(page, { name: "Anna Berg" }, "/account/name");
      assert.match(login.text, /name="password"/);
      assert.deepEqual(await eventsOf(ann.id, "account.name_set"), []);
      const back = await agent.submit(login, { email: ann.email, password }, "/login");
      assert.equal(back.url.pathname, "/account/name");
      assert.match(back.text, /name="name"[^>]*value="Anna Berg"/);
      assert.match(back.text, /role="alert">You had to sign in first, so nothing was changed yet/);
      assert.match((await agent.submit(back, { name: "Anna Berg" }, "/account/name")).text, /is changed/);
    });
  });
}
