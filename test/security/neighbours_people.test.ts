// Class: one customer's back end, or its user's browser, learns of another customer's people. What is said of a person
// for one tenant shows nowhere else; who was removed stays out of others' reach; an id of somebody else's answers as one
// that nobody has; a sign-in for one customer is not another's to read. On both stores.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAdministrator } from "../../src/admin/operations/administrators.ts";
import { addUserToTenant, removeMember } from "../../src/admin/operations/members.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { listUsers } from "../../src/admin/operations/users.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { findAccount, saveDisabled } from "../../src/provider/accounts/account_store.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { addMintingClients, exchange, setTenant, signSubject } from "../provider/grants/mint_support.ts";
import {
  addHandoffClients,
  addIsvClient,
  authorizationUrl,
  challengeOf,
  IsvBackEnd,
  loginUrl,
} from "../provider/handoff/handoff_support.ts";
import { addClient, addPerson, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { storeKinds } from "../support/databases.ts";

const secret = { email: "secret.name@acme2.example", name: "Secret Name" };
// An application at which nobody chose a customer yet, so that it asks.
const chooser = "chooser";
const seen = { email: "seen@globex.example", name: "Seen" };

for (const kind of storeKinds) {
  describe(`another customer's people, on ${kind}`, () => {
    let context: OperationContext;
    let isv: IsvBackEnd;
    let ofAcme: IsvBackEnd;
    let ofGlobex: IsvBackEnd;
    const fixture = useProvider({ kind, environment: { TTI_LOGIN_URL: loginUrl } }, async () => {
      const { db } = fixture;
      context = {
        db,
        clock: () => new Date(),
        passwords: createPasswords(),
        actor: "cli:test",
        may: () => true,
      };
      await addPerson(db, { email: "seed@x.example", tenants: ["acme2", "globex", "gamma", "kept"] });
      for (const id of ["acme2", "globex", "gamma"])
        await saveTenant(db, id, { loginMethod: "handoff" }, new Date());
      await addHandoffClients(fixture, ["*"]);
      await addClient(db, { client_id: chooser });
      await addIsvClient(fixture, "isv-acme2", ["acme2"]);
      await addIsvClient(fixture, "isv-globex", ["globex"]);
      await addMintingClients(db, ["globex", "kept"]);
      await setTenant(db, "globex", { presencePolicy: { name: "within", hours: 12 } });
      isv = new IsvBackEnd(fixture);
      ofAcme = new IsvBackEnd(fixture, "isv-acme2");
      ofGlobex = new IsvBackEnd(fixture, "isv-globex");
    });

    async function signIn(agent: UserAgent, login: Record<string, unknown>): Promise<void> {
      // Once before, from nowhere: the person is a member when this browser asks.
      await isv.accept(await challengeOf(new UserAgent(), fixture), login);
      const challenge = await challengeOf(agent, fixture, { tenant: String(login["tenant"]) });
      const visit = await agent.follow(await isv.accept(challenge, login));
      assert.ok(visit.url.searchParams.has("code"), visit.text);
    }
    const refusalOf = async (back: IsvBackEnd, login: Record<string, unknown>) => {
      const challenge = await challengeOf(new UserAgent(), fixture);
      const { status, body } = await back.call(`${challenge}/accept`, login);
      return status === 200 ? "accepted" : String(body["error"]);
    };

    test("a page says of a person what the customers of this browser know, and nothing else", async () => {
      await signIn(new UserAgent(), { subject: "u-7", tenant: "acme2", ...secret });
      const agent = new UserAgent();
      await signIn(agent, { subject: "u-7", tenant: "globex", ...seen });
      const pages = async (urls: (string | URL)[]) => {
        const texts = [];
        for (const url of urls) texts.push((await agent.follow(url)).text);
        return texts;
      };
      const own = [`${fixture.issuer}/account`, `${fixture.issuer}/account/still-signed-in`];
      for (const text of await pages(own)) {
        assert.ok(text.includes(seen.email), text);
        assert.doesNotMatch(text, /secret/i);
      }
      await signIn(agent, { subject: "u-7", tenant: "gamma", ...seen });
      const asks = authorizationUrl(fixture, { client_id: chooser });
      for (const text of await pages([...own, asks])) {
        assert.ok(text.includes(seen.email), text);
        assert.doesNotMatch(text, /secret/i);
      }
      assert.match((await agent.follow(asks)).text, /belongs to several/);
    });

    test("where the customers know different addresses, each stands with its customer", async () => {
      const agent = new UserAgent();
      await signIn(agent, { subject: "u-8", tenant: "acme2", email: "eight@acme2.example" });
      await signIn(agent, { subject: "u-8", tenant: "globex", email: "acht@globex.example" });
      const { text } = await agent.follow(`${fixture.issuer}/account`);
      assert.match(text, /Tenant acme2<\/strong><br>eight@acme2\.example/);
      assert.match(text, /Tenant globex<\/strong><br>acht@globex\.example/);
      const asks = await agent.follow(authorizationUrl(fixture, { client_id: chooser }));
      assert.match(asks.text, /Where do you want to work/);
      assert.doesNotMatch(asks.text, /eight@|acht@/);
    });

    test("a list of one customer's people has the addresses and names of this customer", async () => {
      await signIn(new UserAgent(), { subject: "u-9", tenant: "acme2", ...secret });
      await signIn(new UserAgent(), { subject: "u-9", tenant: "globex", ...seen });
      const listed = async (tenantId: string) => {
        const found = (await listUsers(context, { tenantId })).users.find(({ id }) => id === "u-9");
        return { email: found?.email, name: found?.name };
      };
      assert.deepEqual(await listed("globex"), seen);
      assert.deepEqual(await listed("acme2"), secret);
    });

    test("a login brings nobody under an id that another signs in with, that is a client's, or that no URL holds", async () => {
      await addPerson(fixture.db, { email: "ga@globex.example", tenants: ["kept"] });
      for (const subject of ["ga@globex.example", "GA@globex.example", chooser, ".", ".."]) {
        const login = { subject, tenant: "acme2", email: "decoy@acme2.example" };
        const challenge = await challengeOf(new UserAgent(), fixture);
        const { status, body } = await ofAcme.call(`${challenge}/accept`, login);
        assert.deepEqual([status, body["error"]], [400, "invalid_input"], subject);
        assert.match(String(body["error_description"]), /^subject cannot become the id of an account/);
        assert.equal(await findAccount(fixture.db, subject), undefined);
      }
      const own = { subject: "own@acme2.example", tenant: "acme2", email: "own@acme2.example" };
      assert.equal(await refusalOf(ofAcme, own), "accepted");
    });

    test("the address one customer was told is in no other's token, not even after an operator added the person", async () => {
      await signIn(new UserAgent(), { subject: "u-10", tenant: "acme2", email: "ten@acme2.example" });
      const { warnings } = await addUserToTenant(context, { user: "u-10", tenantId: "globex" });
      assert.match(String(warnings), /no address in the tenant globex/);
      const now = Math.floor(Date.now() / 1000);
      const mint = async (more: object) =>
        exchange(
          fixture.issuer,
          await signSubject(fixture.issuer, { sub: "u-10", tenant: "globex", auth_time: now, ...more }),
        );
      const refused = await mint({});
      assert.match(String(refused.body["error_description"]), /^email_not_verified/);
      assert.equal((await mint({ email: "ten@globex.example" })).status, 200);
    });

    test("who was removed from one customer is not another's to take, and the customer's own client brings them back", async () => {
      const login = { subject: "u-11", tenant: "acme2", email: "eleven@acme2.example" };
      await signIn(new UserAgent(), login);
      await removeMember(context, { user: "u-11", tenantId: "acme2" });
      const theirs = { subject: "u-11", tenant: "globex", email: "mallory@globex.example" };
      assert.equal(await refusalOf(ofGlobex, theirs), "tenant_not_allowed");
      const minted = await exchange(
        fixture.issuer,
        await signSubject(fixture.issuer, { sub: "u-11", tenant: "globex", email: theirs.email }),
      );
      assert.match(String(minted.body["error_description"]), /^tenant_not_allowed/);
      assert.equal(await refusalOf(ofAcme, login), "accepted");
      assert.equal(await refusalOf(ofGlobex, theirs), "tenant_not_allowed");
    });

    test("where users are kept here, an id of another customer's answers as one that nobody has", async () => {
      const other = await addPerson(fixture.db, { email: "other@acme2.example", tenants: ["acme2"] });
      const gone = await addPerson(fixture.db, { email: "gone@acme2.example", tenants: ["acme2"] });
      await saveDisabled(fixture.db, gone.id, true, new Date());
      await signIn(new UserAgent(), { subject: "u-12", tenant: "acme2", email: "twelve@acme2.example" });
      const told = new Set<string>();
      for (const claims of [
        { sub: "nobody" },
        { sub: "nobody", email: "nobody@x.example" },
        { sub: other.id },
        { sub: other.id, email: "other@acme2.example" },
        { sub: other.id, email: "wrong@acme2.example" },
        { sub: gone.id },
        { sub: gone.id, email: "wrong@acme2.example" },
        { sub: "u-12", email: "twelve@acme2.example" },
        { sub: "u-12", email: "wrong@acme2.example" },
      ]) {
        const assertion = await signSubject(fixture.issuer, { tenant: "kept", ...claims });
        const { status, body } = await exchange(fixture.issuer, assertion);
        told.add(`${status} ${JSON.stringify(body)}`);
      }
      assert.equal(told.size, 1, [...told].join("\n"));
      assert.match(String([...told]), /not_a_member/);
    });

    test("where users come from the ISV, nothing is told of another customer's user but that the id is taken", async () => {
      const gone = await addPerson(fixture.db, { email: "left@acme2.example", tenants: ["acme2"] });
      await saveDisabled(fixture.db, gone.id, true, new Date());
      await signIn(new UserAgent(), { subject: "u-13", tenant: "acme2", email: "thirteen@acme2.example" });
      const told = new Set<string>();
      for (const subject of [gone.id, "u-13"]) {
        for (const email of ["left@acme2.example", "thirteen@acme2.example", "x@globex.example"]) {
          const challenge = await challengeOf(new UserAgent(), fixture);
          const login = { subject, tenant: "globex", email };
          const { status, body } = await ofGlobex.call(`${challenge}/accept`, login);
          told.add(`${status} ${String(body["detail"])}`);
        }
      }
      assert.equal(told.size, 1, [...told].join("\n"));
    });

    test("no back end makes an administrator a customer's user, nor one that serves some whom an operator put nowhere", async () => {
      const owner = await addPerson(fixture.db, { email: "owner@isv.example" });
      const placed = await addPerson(fixture.db, { email: "operator@isv.example", tenants: ["acme2"] });
      await createAdministrator(context, { email: "owner@isv.example", role: "owner" });
      await createAdministrator(context, { email: "operator@isv.example", role: "operator" });
      const nowhere = await addPerson(fixture.db, { email: "nowhere@isv.example" });
      const accounts = [owner.id, placed.id, nowhere.id];
      for (const sub of accounts) {
        const minted = await exchange(
          fixture.issuer,
          await signSubject(fixture.issuer, {
            sub,
            tenant: "globex",
            auth_time: Math.floor(Date.now() / 1000),
          }),
        );
        assert.equal(minted.body["id_token"] ?? minted.body["access_token"], undefined);
        assert.match(String(minted.body["error_description"]), /^tenant_not_allowed/);
        assert.equal(await refusalOf(ofGlobex, { subject: sub, tenant: "globex" }), "tenant_not_allowed");
      }
      for (const { id } of [owner, placed])
        assert.equal(await refusalOf(isv, { subject: id, tenant: "globex" }), "tenant_not_allowed");
      const joined = await fixture.db("memberships").whereIn("account_id", accounts).select("tenant_id");
      assert.deepEqual(joined, [{ tenant_id: "acme2" }]);
      assert.equal(await refusalOf(isv, { subject: nowhere.id, tenant: "globex" }), "accepted");
    });

    for (const parameter of ["tenant", "tenant_hint"]) {
      test(`a sign-in that names a customer as ${parameter} is read and answered by its clients only`, async () => {
        const agent = new UserAgent();
        const hint = "ceo@acme2.example";
        const challenge = await challengeOf(agent, fixture, { [parameter]: "acme2", login_hint: hint });
        const login = { subject: "u-14", tenant: "globex", email: "u14@globex.example" };
        for (const [path, body] of [
          [challenge, undefined],
          [`${challenge}/reject`, { error_description: "call 555 0100" }],
          [`${challenge}/accept`, login],
        ] as const) {
          const answer = await ofGlobex.call(path, body);
          assert.equal(answer.status, 403, `${path} ${JSON.stringify(answer.body)}`);
          assert.doesNotMatch(JSON.stringify(answer.body), /acme2|ceo/);
        }
        const events = await listAuditEvents(fixture.db, { limit: 100 });
        const refused = events.filter(
          ({ type, actor }) => type === "admin.refused" && actor === "client:isv-globex",
        );
        const routes = refused.map(({ details }) => String(details["route"]));
        for (const end of [":challenge", "/reject", "/accept"])
          assert.ok(
            routes.some((route) => route.endsWith(end)),
            String(routes),
          );
        assert.ok(
          events.every(({ tenantId, actor }) => tenantId !== "acme2" || actor !== "client:isv-globex"),
          "nothing in the trail of whom the client does not serve",
        );
        assert.equal((await ofAcme.call(challenge)).body["login_hint"], hint);
        const back = await ofAcme.call(`${challenge}/reject`, { error_description: "  suspended   here " });
        const end = await agent.follow(String(back.body["redirect_to"]));
        assert.equal(end.url.searchParams.get("error_description"), "suspended here");
      });
    }

    test("a sign-in that names no customer is for every client that answers, and its words lead nobody elsewhere", async () => {
      const challenge = await challengeOf(new UserAgent(), fixture);
      assert.equal((await ofGlobex.call(challenge)).status, 200);
      for (const text of [
        "see https://evil.example",
        "see www.evil.example",
        "<b>",
        "a\nb",
        "x".repeat(201),
      ]) {
        const answer = await ofGlobex.call(`${challenge}/reject`, { error_description: text });
        assert.equal(answer.status, 400, text);
      }
    });
  });
}
