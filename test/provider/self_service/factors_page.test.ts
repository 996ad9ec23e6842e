// The page of one's second step: setting an app up, moving to another, removing it, new recovery codes. Each takes a fresh sign-in,
// is recorded and told by mail; the first ends the sign-ins of before, in other browsers; the last stays where one is required.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as tenants from "../../../src/admin/operations/tenants.ts";
import type { Account } from "../../../src/provider/accounts/account_store.ts";
import { listSecondFactors } from "../../../src/provider/factors/second_factor_store.ts";
import { createPasskey, listPasskeys } from "../../../src/provider/passkeys/passkey_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { postAccountForm } from "../support/account_forms.ts";
import { authorizationUrl, codeOf, redeem } from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt, useProvider } from "../support/provider_fixture.ts";
import { type App, appOnPage, codesOnPage, giveApp, typeCode } from "../support/second_factor.ts";
import { type UserAgent as Agent, UserAgent, type Visit } from "../support/user_agent.ts";

const strict = "strict";

const offerOn = (page: Visit): string =>
  /name="offer" value="([^"]*)"/.exec(page.text)?.[1] ?? assert.fail(`no offer on ${page.url}`);

for (const kind of storesOfToday(import.meta.url)) {
  describe(`the page of the second step, on ${kind}`, () => {
    let now = () => new Date();
    let made = 0;
    const world = useProvider({ kind, clock: () => now() }, async () => {
      await addClient(world.db, { client_id: "app" });
      await addPerson(world.db, { email: "seed@acme.example", tenants: ["acme", strict] });
      await tenants.updateTenant(cliContext(world.db), { id: strict, requiredFactor: "any" });
    });
    const url = () => `${world.issuer}/account/factors`;
    const someone = async (...of: string[]): Promise<Account & { email: string }> => {
      made += 1;
      const email = `f${made}@acme.example`;
      return { ...(await addPerson(world.db, { email, tenants: ["acme", ...of] })), email };
    };
    const signIn = async (email: string, app?: App, agent = new UserAgent()) => {
      const asked = await agent.submit(await agent.follow(url()), { email, password }, "/login");
      return { agent, page: app ? await typeCode(agent, asked, app.codeAt(now().getTime())) : asked };
    };
    const send = (agent: Agent, page: Visit, fields: Record<string, string>) =>
      agent.submit(page, fields, "/account/factors");
    const factorsOf = ({ id }: Account) => listSecondFactors(world.db, id);
    const eventsOf = async ({ id }: Account) => {
      const rows = await world
        .db("audit_events")
        .where({ account_id: id })
        .whereLike("type", "factor.%")
        .select("type", "tenant_id");
      return rows.map(({ type, tenant_id }) => `${type} ${tenant_id}`).toSorted();
    };
    const mailsOf = async ({ id }: Account) => {
      const rows = await world.db("mails").where({ account_id: id }).select("kind", "details");
      return rows
        .filter(({ kind }) => kind.startsWith("factor_"))
        .map(({ kind, details }) => `${kind} ${JSON.parse(details).what}`)
        .toSorted();
    };
    const withApp = async (...of: string[]) => {
      const person = await someone(...of);
      const app = await giveApp(world, person);
      return { person, app, ...(await signIn(person.email, app)) };
    };

    test("an app is set up: its codes are shown once, and from then on it is asked for", async () => {
      const ann = await someone();
      const { agent, page } = await signIn(ann.email);
      assert.match(page.text, /You have none yet/);
      const asked = await send(agent, page, { act: "begin" });
      const app = appOnPage(asked);
      assert.deepEqual(await factorsOf(ann), { totp: false, passkeys: 0, copied: 0, recoveryCodes: 0 });
      // For whoever sets it up on the phone itself.
      const [, link = ""] = /href="(otpauth:[^"]+)"/.exec(asked.text) ?? [];
      assert.equal(new URL(link.replaceAll("&amp;", "&")).searchParams.get("secret"), app.secret);
      const wrong = await send(agent, asked, { code: "12345" });
      assert.match(wrong.text, /This code is not right/);
      assert.equal(appOnPage(wrong).secret, app.secret, "the key that the app has read");
      const shown = await send(agent, wrong, { code: app.codeAt(Date.now()) });
      const codes = codesOnPage(shown);
      assert.equal(codes.length, 10);
      assert.match(shown.text, /Your app is set up/);
      const after = await agent.follow(url());
      assert.match(after.text, /10 are left/);
      assert.doesNotMatch(after.text, new RegExp(`${app.secret.slice(0, 8)}|${codes[0]}`));
      assert.deepEqual(await eventsOf(ann), ["factor.added acme"]);
      assert.deepEqual(await mailsOf(ann), ["factor_added authenticator app"]);
      const elsewhere = new UserAgent();
      const half = await signInAt(elsewhere, authorizationUrl(world, { tenant: "acme" }), ann.email);
      const recovery = await elsewhere.follow(`${half.url}?use=recovery_code`);
      codeOf(await typeCode(elsewhere, recovery, codes[0] ?? ""));
    });

    test("the first app ends what the password alone had opened elsewhere, and this sign-in goes on; another app ends nothing", async () => {
      const ann = await someone();
      const thief = (await signIn(ann.email)).agent;
      const code = codeOf(
        await signInAt(new UserAgent(), authorizationUrl(world, { tenant: "acme" }), ann.email),
      );
      const { agent, page } = await signIn(ann.email);
      const asked = await send(agent, page, { act: "begin" });
      const app = appOnPage(asked);
      const shown = await send(agent, asked, { code: app.codeAt(Date.now()) });
      assert.match(shown.text, /Wherever else you were signed in, you are signed out/);
      assert.equal((await agent.follow(url())).url.pathname, "/account/factors");
      assert.match((await thief.follow(url())).url.pathname, /^\/interaction\//);
      assert.equal((await redeem(world, code)).body["error"], "invalid_grant");

      const other = await signIn(ann.email);
      const recovery = await other.agent.follow(`${other.page.url}?use=recovery_code`);
      await typeCode(other.agent, recovery, codesOnPage(shown)[0] ?? "");
      assert.equal((await other.agent.follow(url())).url.pathname, "/account/factors");
      const moving = await send(agent, await agent.follow(url()), { act: "begin" });
      const moved = await send(agent, moving, { code: appOnPage(moving).codeAt(Date.now()) });
      assert.doesNotMatch(moved.text, /you are signed out/);
      assert.equal((await other.agent.follow(url())).url.pathname, "/account/factors");
    });

    test("new codes take the place of the old ones, and nothing else ends", async () => {
      const { person, app, agent, page } = await withApp();
      const shown = await send(agent, page, { act: "codes" });
      const codes = codesOnPage(shown);
      assert.equal(codes.length, 10);
      assert.deepEqual(
        codes.filter((one) => app.recoveryCodes.includes(one)),
        [],
      );
      assert.equal((await factorsOf(person)).recoveryCodes, 10);
      assert.match((await agent.follow(url())).text, /10 are left/);
      assert.deepEqual(await eventsOf(person), ["factor.added acme", "factor.codes_renewed acme"]);
      assert.deepEqual(await mailsOf(person), [
        "factor_added authenticator app",
        "factor_added recovery codes",
      ]);
    });

    test("an app is removed, its codes with it, and the password alone signs in again", async () => {
      const { person, agent, page } = await withApp();
      const done = await send(agent, page, { act: "remove" });
      assert.match(done.text, /Your authenticator app was removed/);
      assert.match(done.text, /You have none yet/);
      assert.deepEqual(await factorsOf(person), { totp: false, passkeys: 0, copied: 0, recoveryCodes: 0 });
      assert.deepEqual(await eventsOf(person), ["factor.added acme", "factor.removed acme"]);
      assert.deepEqual(await mailsOf(person), [
        "factor_added authenticator app",
        "factor_removed authenticator app",
      ]);
      codeOf(await signInAt(new UserAgent(), authorizationUrl(world, { tenant: "acme" }), person.email));
      await send(agent, page, { act: "remove" });
      await send(agent, page, { act: "codes" });
      assert.equal((await eventsOf(person)).length, 2, "of nothing, nothing is removed or made");
    });

    test("where an organization requires one, the last factor stays: app or passkey", async () => {
      const { person, agent, page } = await withApp(strict);
      const refused = await send(agent, page, { act: "remove" });
      assert.equal(refused.status, 409);
      assert.match(refused.text, /You need this authenticator app/);
      assert.deepEqual(await factorsOf(person), { totp: true, passkeys: 0, copied: 0, recoveryCodes: 10 });
      const key = { publicKey: "x", counter: 1, transports: [], synced: false, backedUp: false };
      const of = { accountId: person.id, userHandle: "h", name: "Phone", credentialId: `of-${person.id}` };
      await createPasskey(world.db, { ...key, ...of }, now());
      await send(agent, page, { act: "remove" });
      assert.deepEqual(await factorsOf(person), { totp: false, passkeys: 1, copied: 0, recoveryCodes: 10 });
      const passkeys = await agent.follow(`${world.issuer}/account/passkeys`);
      const kept = await agent.submit(passkeys, { act: "remove" }, "/account/passkeys");
      assert.equal(kept.status, 409);
      assert.match(kept.text, /You need this passkey/);
      assert.equal((await listPasskeys(world.db, person.id)).length, 1);
      await world.db("memberships").where({ tenant_id: strict, account_id: person.id }).delete();
      await agent.submit(kept, { act: "remove" }, "/account/passkeys");
      assert.deepEqual(await factorsOf(person), { totp: false, passkeys: 0, copied: 0, recoveryCodes: 0 });
    });

    test("moving to another app replaces the one there is, also where one is required; a wrong code leaves it", async () => {
      const { person, app, agent, page } = await withApp(strict);
      const asked = await send(agent, page, { act: "begin" });
      const other = appOnPage(asked);
      assert.notEqual(other.secret, app.secret);
      const sealed = async () =>
        (await world.db("totp_factors").where("account_id", person.id).first()).sealed_secret;
      const before = await sealed();
      await send(agent, asked, { code: "000 00" });
      assert.equal(await sealed(), before);
      const shown = await send(agent, asked, { code: other.codeAt(Date.now()) });
      assert.equal(codesOnPage(shown).length, 10);
      assert.notEqual(await sealed(), before);
      const sent = { use: "set_up", offer: offerOn(asked), code: other.codeAt(Date.now() + 30_000) };
      const again = await postAccountForm(agent, url(), person, sent);
      assert.equal(again.status, 409);
      assert.match(again.text, /You have an authenticator app already/);
    });

    test("each act takes a fresh sign-in, and leads through one", async () => {
      const { person, app, agent, page } = await withApp();
      now = () => new Date(Date.now() + 11 * 60_000);
      try {
        let asked = page;
        for (const act of ["begin", "remove", "codes"]) {
          asked = await send(agent, page, { act });
          assert.match(asked.url.pathname, /^\/interaction\//, act);
        }
        const set = { use: "replace", offer: "x", code: "123456" };
        assert.match((await postAccountForm(agent, url(), person, set)).url.pathname, /^\/interaction\//);
        assert.deepEqual(await eventsOf(person), ["factor.added acme"]);
        const { email } = person;
        const half = await agent.submit(asked, { email, password }, "/login");
        const back = await typeCode(agent, half, app.codeAt(now().getTime()));
        assert.equal(back.url.pathname, "/account/factors");
        assert.match(back.text, /You had to sign in first, so nothing was changed yet/);
        assert.match((await send(agent, back, { act: "remove" })).text, /was removed/);
      } finally {
        now = () => new Date();
      }
    });

    test("an offer of another person, or a made-up one, sets nothing up, and tries are counted", async () => {
      const [ann, bob] = [await someone(), await someone()];
      const anns = await signIn(ann.email);
      const offered = await send(anns.agent, anns.page, { act: "begin" });
      const offer = offerOn(offered);
      const app = appOnPage(offered);
      const { agent, page } = await signIn(bob.email);
      for (const made of [offer, "x", ""]) {
        const sent = { use: "set_up", offer: made, code: app.codeAt(Date.now()) };
        const asked = await postAccountForm(agent, url(), bob, sent);
        assert.notEqual(appOnPage(asked).secret, app.secret, "another one is offered");
      }
      assert.equal((await factorsOf(bob)).totp, false);
      let tried = await send(agent, page, { act: "begin" });
      const own = appOnPage(tried);
      for (let wrong = 0; wrong < 6; wrong += 1) tried = await send(agent, tried, { code: "1" });
      assert.equal(tried.status, 429);
      const right = await send(agent, tried, { code: own.codeAt(Date.now()) });
      assert.equal(right.status, 429);
      assert.equal((await factorsOf(bob)).totp, false);
    });

    test("who signs in at their organization sets nothing up here, not by a form that was made up either", async () => {
      const ann = await someone();
      const { agent } = await signIn(ann.email);
      await world.db("accounts").where({ id: ann.id }).update({ external_at_ms: 1 });
      const page = await agent.follow(url());
      assert.match(page.text, /You sign in at your organization/);
      assert.doesNotMatch(page.text, /name="act"/);
      for (const act of ["begin", "codes", "remove", "else"]) {
        assert.ok((await postAccountForm(agent, url(), ann, { act })).status >= 400, act);
      }
    });

    test("in German the page and its refusals are German", async () => {
      const ann = await someone();
      const { agent, page } = await signIn(ann.email, undefined, new UserAgent({ "accept-language": "de" }));
      assert.match(page.text, /Zweiter Schritt/);
      const asked = await send(agent, page, { act: "begin" });
      assert.match((await send(agent, asked, { code: "1" })).text, /Dieser Code stimmt nicht/);
    });
  });
}
