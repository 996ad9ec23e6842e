// Setting a second factor up while signing in, where an organization asks for one, and proving more in a sign-in that stands:
// by `acr_values`, by `max_age`, and what an application is told where it cannot be.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as tenants from "../../../src/admin/operations/tenants.ts";
import { stepMs } from "../../../src/provider/factors/totp.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { authorizationUrl, codeOf, type Params, payloadOf, redeem } from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt, useProvider } from "../support/provider_fixture.ts";
import { appOnPage, codesOnPage, giveApp, typeCode } from "../support/second_factor.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

const strict = "strict";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`on ${kind}`, () => {
    let aheadMs = 0;
    const now = () => new Date(Date.now() + aheadMs);
    const tick = (ms = stepMs): number => {
      aheadMs += ms;
      return now().getTime();
    };
    const world = useProvider({ kind, clock: now, writesMeanwhile: true }, async () => {
      await addClient(world.db, { client_id: "app" });
      await addPerson(world.db, { email: "seed@acme.example", tenants: ["acme", strict] });
      await tenants.updateTenant(cliContext(world.db), { id: strict, requiredFactor: "any" });
    });
    let made = 0;
    const someone = async (...of: string[]) => {
      made += 1;
      const email = `p${made}@acme.example`;
      return { email, id: (await addPerson(world.db, { email, tenants: of })).id };
    };
    const ask = (params: Params = {}) => authorizationUrl(world, { tenant: "acme", ...params });
    const claimsOf = async (answer: Visit) => {
      const { body } = await redeem(world, codeOf(answer));
      return payloadOf(String(body["id_token"] ?? assert.fail(JSON.stringify(body))));
    };
    const isSignedIn = async (agent: UserAgent, tenant = "acme") =>
      (await agent.follow(ask({ tenant, prompt: "none" }))).url.searchParams.has("code");

    test("where an organization asks for a second factor, one is set up while signing in, and counts at once", async () => {
      const { email, id } = await someone("acme", strict);
      const [thief, agent] = [new UserAgent(), new UserAgent()];
      codeOf(await signInAt(thief, ask(), email));
      codeOf(await signInAt(agent, ask(), email));
      // The password was typed right now: it is not asked for again.
      const page = await agent.follow(ask({ tenant: strict }));
      const app = appOnPage(page);
      const wrong = await typeCode(agent, page, "000 000 1");
      assert.match(wrong.text, /This code is not right/);
      assert.equal(appOnPage(wrong).secret, app.secret);
      assert.equal(await isSignedIn(agent, strict), false, "until then nothing of it is open");
      const shown = await typeCode(agent, wrong, app.codeAt(now().getTime()));
      assert.equal(codesOnPage(shown).length, 10);
      assert.equal(await isSignedIn(thief), false, "what the password alone had opened elsewhere has ended");
      const later = await agent.follow(shown.url);
      assert.deepEqual(codesOnPage(later), [], "codes are shown once");
      const claims = await claimsOf(await agent.submit(later, {}, "/factor"));
      assert.deepEqual(
        [claims["sub"], claims["amr"], claims["acr"]],
        [id, ["pwd", "otp", "mfa"], "urn:tti:acr:mfa"],
      );
      assert.equal(await isSignedIn(agent, strict), true);
      const next = await signInAt(new UserAgent(), ask(), email);
      assert.match(next.url.pathname, /\/factor$/, "from then on it is asked for everywhere");
    });

    test("a sign-in in which one is being set up ends with the person's sign-ins", async () => {
      const { email, id } = await someone(strict);
      const agent = new UserAgent();
      const page = await signInAt(agent, ask({ tenant: strict }), email);
      const app = appOnPage(page);
      await world.db("accounts").where({ id }).increment("sign_in_generation", 1);
      const late = await typeCode(agent, page, app.codeAt(now().getTime()));
      assert.match(late.text, /That took too long/);
      assert.deepEqual(await world.db("totp_factors").where("account_id", id), [], "nothing half-done");
    });
    /** A person who set their app up in a sign-in that stands: their password opened it, and nothing more was proven in it. */
    const withSession = async (remember = false) => {
      const person = await someone("acme");
      const agent = new UserAgent();
      const typed = { email: person.email, password, ...(remember ? { remember: "on" } : {}) };
      codeOf(await agent.submit(await agent.follow(ask()), typed, "/login"));
      const app = await giveApp(world, person, now(), await sessionOf(person.id));
      return { ...person, agent, app };
    };
    const sessionOf = async (accountId: string): Promise<string> => {
      const row = await world
        .db("oidc_records")
        .where({ model: "Session", account_id: accountId })
        .first("payload");
      return JSON.parse(row.payload).uid;
    };
    const loginOf = (accountId: string) =>
      world
        .db("session_vouchers")
        .where("account_id", accountId)
        .first("began_at_ms", "ends_at_ms", "remembered");

    test("a sign-in that stands proves more where an application asks for it, and nothing else is asked", async () => {
      const { id, agent, app } = await withSession();
      const before = await claimsOf(await agent.follow(ask()));
      assert.deepEqual(before["amr"], ["pwd"]);
      const life = await loginOf(id);
      tick(60_000);
      const page = await agent.follow(ask({ acr_values: "urn:tti:acr:mfa" }));
      assert.match(page.url.pathname, /\/factor$/);
      assert.doesNotMatch(page.text, /type="password"/);
      const after = await claimsOf(await typeCode(agent, page, app.codeAt(now().getTime())));
      assert.deepEqual([after["acr"], after["amr"]], ["urn:tti:acr:mfa", ["pwd", "otp", "mfa"]]);
      assert.equal(after["auth_time"], before["auth_time"], "the password counts from when it was typed");
      assert.deepEqual(await loginOf(id), life, "a code makes it last no longer");
      const silent = await agent.follow(ask({ acr_values: "urn:tti:acr:mfa", prompt: "none" }));
      assert.equal((await claimsOf(silent))["acr"], "urn:tti:acr:mfa");
    });

    test("who chose to stay signed in stays so after it", async () => {
      const { id, agent, app } = await withSession(true);
      const kept = await loginOf(id);
      assert.equal(kept.remembered, 1);
      const page = await agent.follow(ask({ acr_values: "urn:tti:acr:mfa" }));
      codeOf(await typeCode(agent, page, app.codeAt(tick())));
      assert.deepEqual(await loginOf(id), kept);
    });

    test("max_age asks for all of it anew: the password, and the code", async () => {
      const { id, email, agent, app } = await withSession();
      const first = await claimsOf(await agent.follow(ask()));
      aheadMs += 120_000;
      const page = await agent.follow(ask({ max_age: "0" }));
      assert.match(page.text, /name="email"/);
      const half = await agent.submit(page, { email, password }, "/login");
      assert.match(half.url.pathname, /\/factor$/);
      const claims = await claimsOf(await typeCode(agent, half, app.codeAt(tick())));
      assert.deepEqual([claims["sub"], claims["amr"]], [id, ["pwd", "otp", "mfa"]]);
      assert.ok(Number(claims["auth_time"]) >= Number(first["auth_time"]) + 120);
      const both = await agent.follow(ask({ max_age: "3600", acr_values: "urn:tti:acr:mfa" }));
      assert.equal(
        (await claimsOf(both))["auth_time"],
        claims["auth_time"],
        "it is young enough, and proven enough",
      );
    });

    test("without a page an application is told that more is needed; with one, what could not be proven", async () => {
      const { email, agent, app } = await withSession();
      const silent = await agent.follow(ask({ acr_values: "urn:tti:acr:mfa", prompt: "none" }));
      assert.equal(silent.url.searchParams.get("error"), "login_required");
      // A passkey is asked for, and the person has an app: proven is what can be, and the application is told.
      const page = await agent.follow(ask({ acr_values: "phr" }));
      assert.match(page.url.pathname, /\/factor$/);
      const unmet = await typeCode(agent, page, app.codeAt(tick()));
      assert.equal(unmet.url.searchParams.get("error"), "unmet_authentication_requirements");
      assert.equal(unmet.url.searchParams.has("code"), false);
      assert.equal((await claimsOf(await agent.follow(ask())))["acr"], "urn:tti:acr:mfa");
      const anew = new UserAgent();
      const half = await signInAt(anew, ask({ acr_values: "phr" }), email);
      const still = await typeCode(anew, half, app.codeAt(tick()));
      assert.equal(still.url.searchParams.get("error"), "unmet_authentication_requirements");
    });
  });
}
