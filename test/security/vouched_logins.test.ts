// Class: one customer becomes another's user (S1). A login opens the tenants it was vouched for, and no other; a client
// cannot attach another customer's user.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeJwt } from "jose";
import { saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import {
  addHandoffClients,
  addIsvClient,
  authorizationUrl,
  challengeOf,
  IsvBackEnd,
  loginUrl,
  redeem,
} from "../provider/handoff/handoff_support.ts";
import { addPerson, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { storeKinds } from "../support/databases.ts";

for (const kind of storeKinds) {
  describe(`a login vouched for one customer, on ${kind}`, () => {
    const fixture = useProvider({ kind, environment: { TTI_LOGIN_URL: loginUrl } }, async () => {
      await addPerson(fixture.db, { email: "seed@x.example", tenants: ["ext", "globex", "acme"] });
      for (const id of ["ext", "globex"])
        await saveTenant(fixture.db, id, { loginMethod: "both" }, new Date());
      await addHandoffClients(fixture, ["*"]);
      await addIsvClient(fixture, "isv-of-ext", ["ext"]);
    });

    const ceo = { subject: "g-ceo", tenant: "globex", email: "ceo@globex.example" };
    const rowsOf = async () =>
      JSON.stringify(
        await Promise.all([
          ...["accounts", "memberships", "session_vouchers", "login_challenges"].map((table) =>
            fixture.db(table).select(),
          ),
          // A refusal leaves its event, though none in the trail of the customer it was tried on.
          fixture.db("audit_events").where({ tenant_id: "globex" }).select(),
        ]),
      );

    test("a client for one customer cannot attach another customer's user, and nothing but that it was tried is written", async () => {
      const forAll = new IsvBackEnd(fixture);
      const theirs = new UserAgent();
      await theirs.follow(await forAll.accept(await challengeOf(theirs, fixture), ceo));
      const isv = new IsvBackEnd(fixture, "isv-of-ext");
      const agent = new UserAgent();
      const challenge = await challengeOf(agent, fixture);
      const before = await rowsOf();
      for (const login of [ceo, { ...ceo, tenant: "ext", email: "mallory@ext.example" }]) {
        const answer = await isv.call(`${challenge}/accept`, login);
        assert.equal(answer.status, 403, JSON.stringify(answer.body));
        assert.ok(!JSON.stringify(answer.body).includes("globex") || login.tenant === "globex");
      }
      assert.equal(await rowsOf(), before);
      assert.equal((await isv.call(challenge)).status, 200, "the challenge stays open for the right answer");
    });

    test("opens no other customer of the same person, by no parameter", async () => {
      const isv = new IsvBackEnd(fixture);
      const agent = new UserAgent();
      const both = { subject: "both", email: "both@x.example" };
      for (const tenant of ["globex", "ext"]) {
        const back = await isv.accept(await challengeOf(new UserAgent(), fixture), { ...both, tenant });
        assert.ok(back);
      }
      const back = await isv.accept(await challengeOf(agent, fixture), { ...both, tenant: "ext" });
      const claims = decodeJwt(String((await redeem(fixture, await agent.follow(back)))["id_token"]));
      assert.equal(claims["tenant_id"], "ext");

      const silent = await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant: "globex" }));
      assert.equal(silent.url.searchParams.get("error"), "login_required");
      assert.equal(silent.url.searchParams.get("code"), null);
      const hinted = await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant_hint: "globex" }));
      assert.equal(hinted.url.searchParams.get("code"), null);
      const unnamed = await redeem(
        fixture,
        await agent.follow(authorizationUrl(fixture, { prompt: "none" })),
      );
      assert.equal(decodeJwt(String(unnamed["id_token"]))["tenant_id"], "ext");

      // The way on is a login for that customer, in the same browser session.
      const challenge = await challengeOf(agent, fixture, { tenant: "globex" });
      const second = await agent.follow(await isv.accept(challenge, { ...both, tenant: "globex" }));
      const other = decodeJwt(String((await redeem(fixture, second))["id_token"]));
      assert.equal(other["tenant_id"], "globex");
      for (const tenant of ["ext", "globex"]) {
        const again = await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant }));
        assert.ok(again.url.searchParams.has("code"), again.url.href);
      }
    });

    test("a session of before logins were recorded opens nothing", async () => {
      const isv = new IsvBackEnd(fixture);
      const agent = new UserAgent();
      const login = { subject: "old", email: "old@x.example", tenant: "ext" };
      const first = await redeem(
        fixture,
        await agent.follow(await isv.accept(await challengeOf(agent, fixture), login)),
      );
      assert.ok(first["id_token"]);
      await fixture.db("session_vouchers").delete();
      const silent = await agent.follow(authorizationUrl(fixture, { prompt: "none" }));
      assert.equal(silent.url.searchParams.get("error"), "login_required");
      const account = await agent.visit(`${fixture.issuer}/account`);
      assert.equal(account.status, 303);
    });
  });
}
