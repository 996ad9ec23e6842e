// Signing in with a second factor: the pages, what opens in between (nothing), codes of a moved clock, recovery codes, throttle.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { reseal } from "../../../src/admin/operations/keys.ts";
import { readInstallation } from "../../../src/onboarding/doctor/installation.ts";
import { checkInstallation } from "../../../src/onboarding/doctor/installation_checks.ts";
import { factorRates } from "../../../src/provider/factors/factor_attempts.ts";
import { createFactorSeals } from "../../../src/provider/factors/factor_seals.ts";
import { pendingMs } from "../../../src/provider/factors/pending_store.ts";
import { countOldSeals, resealFactors } from "../../../src/provider/factors/reseal_factors.ts";
import { stepMs } from "../../../src/provider/factors/totp.ts";
import { keyPolicyOf } from "../../../src/provider/keys/policy.ts";
import { createKeySealer } from "../../../src/provider/keys/seal.ts";
import { cliContext } from "../../support/cli_context.ts";
import { authorizationUrl, codeOf, payloadOf, redeem } from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt, useProvider } from "../support/provider_fixture.ts";
import { type App, giveApp, typeCode } from "../support/second_factor.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

let nowMs = Date.now();
const tick = (ms = stepMs): number => {
  nowMs += ms;
  return nowMs;
};
// Beside a real clock, by which the library counts.
const fixture = useProvider({ clock: () => new Date(nowMs), writesMeanwhile: true }, async () => {
  nowMs = Date.now();
  await addClient(fixture.db, { client_id: "app" });
  await addPerson(fixture.db, { email: "plain@acme.example", tenants: ["acme"] });
});

let made = 0;
async function someone(): Promise<{ email: string; id: string; app: App }> {
  made += 1;
  const email = `p${made}@acme.example`;
  const account = await addPerson(fixture.db, { email, tenants: ["acme"] });
  return { email, id: account.id, app: await giveApp(fixture, account, new Date(nowMs)) };
}

const halfWay = (agent: UserAgent, email: string): Promise<Visit> =>
  signInAt(agent, authorizationUrl(fixture, { tenant: "acme" }), email);

const refusals = (accountId: string) =>
  fixture.db("audit_events").where({ type: "sign_in.refused", account_id: accountId }).select("details");

describe("a sign-in with a second factor", () => {
  test("asks for a code after the password, and says in the token what was proven", async () => {
    const { email, app } = await someone();
    const agent = new UserAgent();
    const page = await halfWay(agent, email);
    assert.match(page.url.pathname, /\/factor$/);
    assert.match(page.text, /autocomplete="one-time-code"/);
    const { body } = await redeem(fixture, codeOf(await typeCode(agent, page, app.codeAt(tick()))));
    const claims = payloadOf(String(body["id_token"] ?? assert.fail(JSON.stringify(body))));
    assert.deepEqual(claims["amr"], ["pwd", "otp", "mfa"]);
    assert.equal(claims["acr"], "urn:tti:acr:mfa");
  });

  test("a half-done login opens nothing: no session, no account page, no silent answer", async () => {
    const { email } = await someone();
    const agent = new UserAgent();
    await halfWay(agent, email);
    assert.ok(![...agent.cookies.keys()].some((name) => name.endsWith("tti_session")));
    const silent = await agent.follow(authorizationUrl(fixture, { tenant: "acme", prompt: "none" }));
    assert.equal(silent.url.searchParams.get("error"), "login_required");
    const account = await agent.follow(`${fixture.issuer}/account`);
    assert.match(account.text, /<h1>Sign in<\/h1>/);
    assert.equal(
      (await fixture.db("session_vouchers").select("*")).filter((row) => row.account_id === email).length,
      0,
    );
  });

  test("a code counts once, also in another sign-in, and none of before it", async () => {
    const { email, app } = await someone();
    const first = new UserAgent();
    const atMs = tick();
    codeOf(await typeCode(first, await halfWay(first, email), app.codeAt(atMs)));
    const second = new UserAgent();
    const again = await typeCode(second, await halfWay(second, email), app.codeAt(atMs));
    assert.match(again.text, /This code was used already/);
    assert.equal(again.status, 401);
    const earlier = await typeCode(second, again, app.codeAt(atMs - stepMs));
    assert.match(earlier.text, /This code was used already/);
    codeOf(await typeCode(second, earlier, app.codeAt(atMs + stepMs)));
  });

  test("a phone's clock may be half a minute off, and no more", async () => {
    const { email, app } = await someone();
    tick(10 * stepMs);
    const agent = new UserAgent();
    const page = await halfWay(agent, email);
    for (const steps of [-2, 2]) {
      assert.match(
        (await typeCode(agent, page, app.codeAt(nowMs + steps * stepMs))).text,
        /This code is not right/,
      );
    }
    codeOf(await typeCode(agent, page, app.codeAt(nowMs - stepMs)));
    tick(10 * stepMs);
    const other = new UserAgent();
    codeOf(await typeCode(other, await halfWay(other, email), app.codeAt(nowMs + stepMs)));
  });

  test("where this clock goes back no code of before counts again, and later ones do", async () => {
    const { email, app } = await someone();
    const usedMs = tick(10 * stepMs);
    const agent = new UserAgent();
    codeOf(await typeCode(agent, await halfWay(agent, email), app.codeAt(usedMs)));
    tick(-3 * stepMs);
    const other = new UserAgent();
    const page = await halfWay(other, email);
    for (const atMs of [nowMs - stepMs, nowMs, nowMs + stepMs]) {
      assert.match((await typeCode(other, page, app.codeAt(atMs))).text, /This code was used already/);
    }
    // That one is of this clock's future.
    assert.match((await typeCode(other, page, app.codeAt(usedMs))).text, /This code is not right/);
    tick(3 * stepMs);
    codeOf(await typeCode(other, page, app.codeAt(usedMs + stepMs)));
  });

  test("wrong codes are counted by the account, and who does not know the password uses none of it up", async () => {
    const { email, id, app } = await someone();
    tick(100 * stepMs);
    for (let time = 0; time < 7; time += 1) {
      const stranger = new UserAgent();
      const page = await signInAt(
        stranger,
        authorizationUrl(fixture, { tenant: "acme" }),
        email,
        "not the password",
      );
      await stranger.follow(page.url.href.replace(/ways$/, "factor"), {
        method: "POST",
        body: new URLSearchParams({ use: "totp", code: "000000" }),
      });
    }
    tick(3_600_000);
    const agent = new UserAgent();
    const page = await halfWay(agent, email);
    for (let time = 0; time < factorRates.totp.burst; time += 1) {
      assert.match((await typeCode(agent, page, "abc")).text, /This code is not right/);
    }
    const right = await typeCode(agent, page, app.codeAt(nowMs));
    assert.equal(right.status, 429);
    assert.match(right.text, /Wait \d+ (seconds|minutes)/);
    tick(factorRates.totp.intervalMs);
    codeOf(await typeCode(agent, page, app.codeAt(nowMs)));
    const told = (await refusals(id)).map(({ details }) => JSON.parse(details));
    assert.ok(told.some(({ by, reason }) => by === "totp" && reason === "factor_code_wrong"));
    assert.ok(told.some(({ by, reason }) => by === "totp" && reason === "too_many_attempts"));
  });

  test("whoever knows the password keeps nobody out in the browser in which they proved their factor", async () => {
    const { email, app } = await someone();
    tick(100 * stepMs);
    const [own, thief, other] = [new UserAgent(), new UserAgent(), new UserAgent()];
    codeOf(await typeCode(own, await halfWay(own, email), app.codeAt(tick())));
    const half = await halfWay(thief, email);
    for (let time = 0; time <= factorRates.totp.burst; time += 1) await typeCode(thief, half, "000000");
    assert.equal((await typeCode(thief, half, "000000")).status, 429);
    const elsewhere = await typeCode(other, await halfWay(other, email), app.codeAt(tick()));
    assert.equal(elsewhere.status, 429, "browsers that nobody knows share one allowance");
    await own.follow(`${fixture.issuer}/account/signed-out`);
    const again = await own.follow(authorizationUrl(fixture, { tenant: "acme", prompt: "login" }));
    const asked = await own.submit(again, { email, password }, "/login");
    codeOf(await typeCode(own, asked, app.codeAt(nowMs)));
  });

  test("a recovery code stands in for the app, once", async () => {
    const { email, id, app } = await someone();
    const [code = ""] = app.recoveryCodes;
    assert.equal(app.recoveryCodes.length, 10);
    const agent = new UserAgent();
    const page = await halfWay(agent, email);
    const [, link = ""] = /href="([^"]*use=recovery_code)"/.exec(page.text) ?? [];
    const recovery = await agent.follow(new URL(link, page.url));
    const typed = ` ${code.toUpperCase().replaceAll("-", " ")} `;
    codeOf(await agent.submit(recovery, { code: typed }, "/factor"));
    const other = new UserAgent();
    const there = await halfWay(other, email);
    const refused = await other.follow(there.url, {
      method: "POST",
      body: new URLSearchParams({ code, use: "recovery_code" }),
    });
    assert.match(refused.text, /This code is not right/);
    assert.match(refused.text, /Recovery code/);
    const [used] = await fixture.db("audit_events").where({ type: "factor.recovery_used", account_id: id });
    assert.deepEqual(JSON.parse(used.details), { left: 9 });
    // The refused try wrote none.
    const mails = await fixture.db("mails").where({ kind: "recovery_code_used", account_id: id });
    assert.deepEqual(
      mails.map(({ recipient, details }) => [recipient, JSON.parse(details).left]),
      [[email, "9"]],
    );
  });

  test("the half that was proven lasts ten minutes, and its page then leads on", async () => {
    const { email, app } = await someone();
    const agent = new UserAgent();
    const page = await halfWay(agent, email);
    tick(pendingMs);
    const late = await typeCode(agent, page, app.codeAt(nowMs));
    assert.match(late.url.pathname, /\/login$/);
    assert.match(late.text, /That took too long/);
    assert.match((await agent.follow(page.url)).url.pathname, /\/login$/);
  });

  test("it is of the browser it was begun in", async () => {
    const { email, app } = await someone();
    const page = await halfWay(new UserAgent(), email);
    const other = new UserAgent();
    const body = new URLSearchParams({ use: "totp", code: app.codeAt(tick()) });
    const refused = await other.follow(page.url, { method: "POST", body });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /This sign-in is over/);
  });

  test("what ends the person's sign-ins ends it", async () => {
    const { email, id, app } = await someone();
    const agent = new UserAgent();
    const page = await halfWay(agent, email);
    await fixture.db("accounts").where("id", id).increment("sign_in_generation");
    assert.match((await typeCode(agent, page, app.codeAt(tick()))).text, /That took too long/);
  });

  test("two tabs, back and bookmarks lead on", async () => {
    const { email, app } = await someone();
    const agent = new UserAgent();
    const page = await halfWay(agent, email);
    // A bookmark of the sign-in, while it is half done.
    const begun = page.url.href.replace(/\/factor$/, "");
    assert.equal((await agent.follow(begun)).url.href, page.url.href);
    // Back, and as somebody else.
    const plain = await agent.follow(`${begun}/login`);
    codeOf(await agent.submit(plain, { email: "plain@acme.example", password }, "/login"));
    // The page of before is sent all the same.
    const late = await typeCode(agent, page, app.codeAt(tick()));
    assert.match(late.text, /This sign-in is over/);
  });
});

describe("a change of TTI_SECRETS", () => {
  test("apps that were sealed anew open by the new secret alone, also of who never came meanwhile", async () => {
    const { db, config } = fixture;
    const [former = assert.fail()] = config.secrets;
    const fresh = randomBytes(32);
    const { email, id, app } = await someone();
    await someone();
    const [both, alone] = [createFactorSeals([fresh, former]), createFactorSeals([fresh])];
    const apps = (await db("totp_factors").select("account_id")).length;
    const without = await resealFactors(db, alone);
    assert.deepEqual(without, { resealed: 0, unreadable: apps, nextAfter: null });
    // As the doctor counts them, some at a time.
    assert.deepEqual(await countOldSeals(db, alone, 1), { old: 0, unreadable: apps });
    assert.deepEqual(await countOldSeals(db, both, 1), { old: apps, unreadable: 0 });
    const seen = await readInstallation(db, { ...config, secrets: [fresh, former] }, new Date(nowMs));
    const told = checkInstallation(seen).filter(({ check }) => check === "factor_secrets");
    assert.deepEqual(
      told.map(({ outcome, message }) => [outcome, message]),
      [["warning", `Authenticator apps that only an older secret of TTI_SECRETS opens: ${apps}`]],
    );
    // Stopped after the first, and begun again.
    const first = await resealFactors(db, both, { limit: 1 });
    assert.equal(first.resealed, 1);
    assert.ok(first.nextAfter !== null);
    const context = {
      ...cliContext(db),
      policy: keyPolicyOf(config),
      sealer: createKeySealer([fresh, former]),
      factorSeals: both,
    };
    const { factors } = await reseal(context, { after: first.nextAfter });
    assert.deepEqual(factors, { resealed: apps - 1, unreadable: 0, nextAfter: null });
    assert.equal((await reseal(context, {})).factors.resealed, 0);
    assert.deepEqual(await countOldSeals(db, both), { old: 0, unreadable: 0 });
    const { sealed_secret } = await db("totp_factors").where("account_id", id).first();
    assert.equal(alone.isOld("kept", id, sealed_secret), false);
    const clock = () => new Date(nowMs);
    const there = await fixture.startAnother({ TTI_SECRETS: fresh.toString("base64") }, { clock });
    const agent = new UserAgent().at(there);
    codeOf(await typeCode(agent, await halfWay(agent, email), app.codeAt(tick())));
  });
});

test("an app that no secret opens: the page says that a recovery code does here, and one does", async () => {
  const { email, id, app } = await someone();
  const lost = createFactorSeals([randomBytes(32)]).seal("kept", id, "unknown");
  await fixture.db("totp_factors").where("account_id", id).update({ sealed_secret: lost });
  for (const [language, words] of [
    ["en", /Go back and use a recovery code in its place/],
    ["de", /Gehen Sie zurück und verwenden Sie einen Wiederherstellungscode/],
  ] as const) {
    const agent = new UserAgent();
    const asked = await halfWay(agent, email);
    const body = new URLSearchParams({ use: "totp", code: app.codeAt(tick()) });
    const headers = { "accept-language": language };
    const answer = await agent.follow(asked.url, { method: "POST", body, headers });
    assert.equal(answer.status, 500);
    assert.match(answer.text, words);
    const [, code = ""] = language === "en" ? app.recoveryCodes : ["", app.recoveryCodes[0] ?? ""];
    const recovery = new URLSearchParams({ use: "recovery_code", code });
    codeOf(await agent.follow(asked.url, { method: "POST", body: recovery }));
  }
  await fixture.db("totp_factors").where("account_id", id).delete();
});

describe("the address comes first", () => {
  const emails = ["plain@acme.example", "nobody@nowhere.example"];
  let begun: Visit;
  before(async () => {
    begun = await new UserAgent().follow(authorizationUrl(fixture, { tenant: "acme" }));
  });

  test("what keeps passwords can fill both in", () => {
    assert.match(begun.text, /name="email"[^>]*autocomplete="username webauthn"/);
    assert.match(begun.text, /name="password"[^>]*autocomplete="current-password"[^>]*tabindex="-1"/);
  });

  test("the second page is the same for who is known and who is not", async () => {
    const pages: string[] = [];
    for (const email of emails) {
      const agent = new UserAgent();
      const page = await agent.follow(authorizationUrl(fixture, { tenant: "acme" }));
      const second = await agent.submit(page, { email }, "/login");
      assert.equal(second.status, 200);
      assert.match(second.url.pathname, /\/ways$/);
      const uid = second.url.pathname.split("/")[2] ?? "";
      // What a passkey is asked is another each time.
      const same = second.text.replace(/(?<=challenge&#34;:&#34;)[\w-]{116}(?=&#34;)/, "QUESTION");
      assert.match(same, /QUESTION/);
      pages.push(same.replaceAll(uid, "UID").replaceAll(email, "EMAIL"));
    }
    assert.equal(pages[0], pages[1]);
  });

  test("what is no address is said on the first", async () => {
    const agent = new UserAgent();
    const page = await agent.follow(authorizationUrl(fixture, { tenant: "acme" }));
    const again = await agent.submit(page, { email: "plain" }, "/login");
    assert.match(again.text, /This is no e-mail address/);
    assert.match(again.text, /name="email"[^>]*value="plain"/);
  });

  test("an application may say the address", async () => {
    const agent = new UserAgent();
    const url = authorizationUrl(fixture, { tenant: "acme", login_hint: "plain@acme.example" });
    const page = await agent.follow(url);
    assert.match(page.text, /name="email"[^>]*readonly value="plain@acme\.example"/);
    codeOf(await agent.submit(page, { email: "plain@acme.example", password }, "/login"));
  });
});
