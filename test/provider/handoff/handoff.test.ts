// "Keep my login page": the sign-in leaves for the ISV's page with a challenge, one call of its back end answers,
// and it goes on in the very browser that began it, and in no other.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { decodeJwt } from "jose";
import { saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { eventsOf } from "../../audit/audit_world.ts";
import { addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";
import {
  addHandoffClients,
  authorizationUrl,
  challengeOf,
  IsvBackEnd,
  loginUrl,
  redeem,
} from "./handoff_support.ts";

let isv: IsvBackEnd;
let agent: UserAgent;
const fixture = useProvider({ environment: { TTI_LOGIN_URL: loginUrl } }, async () => {
  isv = new IsvBackEnd(fixture);
  await addHandoffClients(fixture);
  await addPerson(fixture.db, { email: "local@initech.example", tenants: ["initech"] });
  await addPerson(fixture.db, { email: "seed@acme.example", tenants: ["acme", "globex"] });
  await saveTenant(fixture.db, "acme", { loginMethod: "handoff" }, new Date());
  await saveTenant(fixture.db, "globex", { loginMethod: "both" }, new Date());
});
beforeEach(() => {
  agent = new UserAgent();
});

const ann = { subject: "isv-ann", tenant: "acme", email: "ann@acme.example", name: "Ann Ames" };
const nowSeconds = () => Math.floor(Date.now() / 1000);

describe("a handoff", () => {
  test("ends in an ID token of the person the ISV named, without a consent page", async () => {
    const challenge = await challengeOf(agent, fixture);
    const authTime = nowSeconds() - 30;
    const back = await isv.accept(challenge, { ...ann, auth_time: authTime, amr: ["pwd", "otp"] });
    assert.equal(new URL(back).origin, fixture.issuer);
    const tokens = await redeem(fixture, await agent.follow(back));
    const claims = decodeJwt(String(tokens["id_token"]));
    assert.equal(claims.sub, "isv-ann");
    assert.equal(claims["email"], "ann@acme.example");
    assert.equal(claims["tenant_id"], "acme");
    assert.equal(claims["name"], "Ann Ames");
    assert.equal(claims["auth_time"], authTime);
  });

  test("is not asked for again while the session lasts", async () => {
    await agent.follow(await isv.accept(await challengeOf(agent, fixture), ann));
    const again = await agent.follow(authorizationUrl(fixture));
    assert.ok(again.url.searchParams.has("code"), again.url.href);
  });

  test("tells the ISV's page what the application asked for", async () => {
    const challenge = await challengeOf(agent, fixture, {
      prompt: "login",
      max_age: "600",
      login_hint: "ann@acme.example",
      acr_values: "urn:mfa",
      tenant: "acme",
      ui_locales: "de",
    });
    const { status, body } = await isv.call(challenge);
    assert.equal(status, 200);
    const { expires_at, auth_time_after, local_login_url, ...told } = body;
    assert.deepEqual(told, {
      client_id: "app",
      client_name: "Client app",
      tenant: "acme",
      login_hint: "ann@acme.example",
      acr_values: "urn:mfa",
      ui_locales: "de",
      prompt: "login",
      max_age: 600,
    });
    assert.ok(Number(expires_at) > nowSeconds());
    assert.ok(Number(auth_time_after) > nowSeconds() - 120);
    assert.ok(String(local_login_url).startsWith(fixture.issuer));
  });

  test("that the ISV rejects answers the application with the error", async () => {
    const challenge = await challengeOf(agent, fixture);
    const { body } = await isv.call(`${challenge}/reject`, { error_description: "suspended" });
    const back = await agent.follow(String(body["redirect_to"]));
    assert.equal(back.url.searchParams.get("error"), "access_denied");
    assert.equal(back.url.searchParams.get("error_description"), "suspended");
  });

  test("is not used for a tenant whose users log in here", async () => {
    const page = await agent.follow(authorizationUrl(fixture, { tenant: "initech" }));
    const back = await agent.submit(page, { email: "local@initech.example", password }, "/login");
    assert.ok(back.url.searchParams.has("code"), back.text);
  });
});

describe("the challenge of a handoff", () => {
  test("works once, however many answer at once", async () => {
    const challenge = await challengeOf(agent, fixture);
    const answers = await Promise.all(Array.from({ length: 10 }, () => isv.call(`${challenge}/accept`, ann)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(answers.filter(({ status }) => status === 404).length, 9);
  });

  test("answered for another's browser signs nobody in there", async () => {
    // The attack: a stranger begins a sign-in, has a victim log in at the ISV with that challenge, and hopes to
    // continue as the victim in the browser that began it, or to sign the victim in as somebody else.
    const stranger = new UserAgent();
    const challenge = await challengeOf(stranger, fixture);
    const back = await isv.accept(challenge, ann);
    const victim = await new UserAgent().follow(back);
    assert.equal(victim.status, 400);
    assert.ok(!victim.url.searchParams.has("code"));
    // The stranger holds the cookies but never saw the verifier.
    const uid = new URL(back).pathname.split("/")[2];
    for (const guess of ["", "?login_verifier=", "?login_verifier=guess", `?login_verifier=${challenge}`]) {
      const tried = await stranger.follow(`${fixture.issuer}/interaction/${uid}/handoff${guess}`);
      assert.equal(tried.status, 400, guess);
      assert.ok(!tried.url.searchParams.has("code"));
    }
  });

  test("cannot be answered through another sign-in of the same browser", async () => {
    const first = await challengeOf(agent, fixture);
    const back = new URL(await isv.accept(first, ann));
    const second = await agent.visit(authorizationUrl(fixture));
    const other = new URL(second.headers.get("location") ?? "", fixture.issuer).pathname;
    const crossed = await agent.follow(`${fixture.issuer}${other}/handoff${back.search}`);
    assert.equal(crossed.status, 400);
  });

  test("returns once: the second use of the same address is refused", async () => {
    const back = await isv.accept(await challengeOf(agent, fixture), ann);
    assert.ok((await agent.follow(back)).url.searchParams.has("code"));
    assert.equal((await agent.follow(back)).status, 400);
  });

  test("expires after ten minutes", async () => {
    const challenge = await challengeOf(agent, fixture);
    await fixture.db("login_challenges").update({ expires_at_ms: Date.now() - 1 });
    assert.equal((await isv.call(challenge)).status, 404);
    assert.equal((await isv.call(`${challenge}/accept`, ann)).status, 404);
  });

  test("stands in the store only as a hash, and so does the verifier", async () => {
    const challenge = await challengeOf(agent, fixture);
    const verifier = new URL(await isv.accept(challenge, ann)).searchParams.get("login_verifier") ?? "?";
    const rows = JSON.stringify(await fixture.db("login_challenges"));
    assert.ok(!rows.includes(challenge));
    assert.ok(!rows.includes(verifier));
  });
});

describe("an answer to a challenge is refused", () => {
  const wrong: Record<string, [Record<string, unknown>, Record<string, string>, number, RegExp]> = {
    "without a subject": [{ tenant: "acme" }, {}, 400, /subject/],
    "for a tenant other than the one asked for": [{ tenant: "globex" }, { tenant: "acme" }, 400, /tenant/],
    "for a tenant the ISV's client has no right to": [{ tenant: "initech" }, {}, 403, /may not act/],
    "for a tenant that does not exist": [{ tenant: "nowhere" }, {}, 403, /may not act/],
    "with an unproven address": [{ email_verified: false }, {}, 400, /email_verified/],
    "with an address that is none": [{ email: "ann" }, {}, 400, /e-mail address/],
    "with a login in the future": [{ auth_time: nowSeconds() + 3_600 }, {}, 400, /future/],
    "with a login older than max_age": [
      { auth_time: nowSeconds() - 900 },
      { max_age: "60" },
      400,
      /auth_time/,
    ],
    "with an old login where a new one was asked for": [
      { auth_time: nowSeconds() - 900 },
      { prompt: "login" },
      400,
      /auth_time/,
    ],
    "with a member that does not exist": [{ is_admin: true }, {}, 400, /is_admin/],
  };
  for (const [what, [login, parameters, status, expected]] of Object.entries(wrong)) {
    test(what, async () => {
      const challenge = await challengeOf(agent, fixture, parameters);
      const body = what === "without a subject" ? login : { ...ann, ...login };
      const answer = await isv.call(`${challenge}/accept`, body);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(String(answer.body["error_description"]), expected);
      // The challenge stays open for the right answer.
      assert.equal((await isv.call(challenge)).status, 200);
    });
  }

  const bySecondFactor = [
    ["any", "factor_required", [undefined, ["pwd"], ["pwd", "otp"]], ["pwd", "otp", "mfa"]],
    ["passkey", "passkey_required", [["pwd", "otp", "mfa"], ["pop"]], ["pop", "user", "mfa"]],
  ] as const;
  for (const [requiredFactor, code, lacking, enough] of bySecondFactor) {
    test(`with less than a tenant that requires "${requiredFactor}" takes: what to send is said, nothing is written`, async () => {
      await saveTenant(fixture.db, "globex", { requiredFactor }, new Date());
      try {
        const challenge = await challengeOf(agent, fixture, { tenant: "globex" });
        const subject = `isv-${requiredFactor}`;
        const person = { subject, tenant: "globex", email: `${subject}@globex.example` };
        for (const amr of lacking) {
          const { status, body } = await isv.call(`${challenge}/accept`, { ...person, amr });
          assert.deepEqual([status, body["error"], body["field"]], [403, code, "amr"]);
          assert.match(String(body["error_description"]), /globex requires a (second factor|passkey)/);
          assert.match(String(body["fix"]), /send .*"mfa"/);
        }
        assert.deepEqual(await fixture.db("accounts").where("id", subject), []);
        const refused = await eventsOf(fixture.db, "sign_in.refused", { tenantId: "globex" });
        const [told] = refused.filter(({ accountId }) => accountId === subject);
        assert.deepEqual([told?.details["by"], told?.details["reason"]], ["handoff", code]);
        const back = await isv.accept(challenge, { ...person, amr: enough });
        assert.ok((await agent.follow(back)).url.searchParams.has("code"));
      } finally {
        await saveTenant(fixture.db, "globex", { requiredFactor: "none" }, new Date());
      }
    });
  }

  test("without an access token of the scope", async () => {
    const url = `${fixture.server.adminUrl}/v1/login-challenges/x/accept`;
    const response = await fetch(url, { method: "POST", body: "{}" });
    assert.equal(response.status, 401);
  });
});

describe("where a tenant's users log in", () => {
  test("a password here opens no tenant whose users log in at the ISV", async () => {
    const page = await agent.follow(authorizationUrl(fixture, { tenant: "initech" }));
    await agent.submit(page, { email: "local@initech.example", password }, "/login");
    // The seed account has a password and is a member of acme (handoff) and globex (both).
    const other = new UserAgent();
    const loginPage = await other.follow(authorizationUrl(fixture, { tenant: "initech" }));
    const refused = await other.submit(loginPage, { email: "seed@acme.example", password }, "/login");
    assert.ok(!refused.url.searchParams.has("code"));
    const hinted = new UserAgent();
    const challenge = await challengeOf(hinted, fixture, { tenant: "globex" });
    const { body } = await isv.call(challenge);
    const local = await hinted.follow(String(body["local_login_url"]));
    const signedIn = await hinted.submit(local, { email: "seed@acme.example", password }, "/login");
    const claims = decodeJwt(String((await redeem(fixture, signedIn))["id_token"]));
    assert.equal(claims["tenant_id"], "globex");
    const acme = await hinted.follow(authorizationUrl(fixture, { tenant: "acme" }));
    assert.ok(!acme.url.searchParams.has("code"), "the local session does not open acme");
  });
});
