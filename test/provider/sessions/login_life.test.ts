// How long a sign-in lasts: the installation's limits and each organization's own, in all and without use, for browsers, for
// what applications hold, and for back ends. Time is the test's.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  beginLogin,
  isInUse,
  isYoungEnough,
  seenEveryMs,
  standsAt,
} from "../../../src/provider/sessions/login_life.ts";
import { saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { authorizationUrl, codeOf, type Params, redeem, refresh } from "../support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const limits = {
  sessionIdleSeconds: 86_400,
  sessionRememberedIdleSeconds: 14 * 86_400,
  sessionLifeSeconds: 30 * 86_400,
};
const own = (nowMs: number, sessionLifeMs: number | null, sessionIdleMs: number | null) => ({
  nowMs,
  sessionLifeMs,
  sessionIdleMs,
});

test("a login is as old as the shorter of two limits has it", () => {
  const { beganAtMs, endsAtMs } = beginLogin(limits, false, 0);
  const login = { beganAtMs, endsAtMs };
  assert.equal(isYoungEnough(login, own(30 * day - 1, null, null)), true);
  assert.equal(isYoungEnough(login, own(30 * day, null, null)), false);
  assert.equal(isYoungEnough(login, own(12 * hour - 1, 12 * hour, null)), true);
  assert.equal(isYoungEnough(login, own(12 * hour, 12 * hour, null)), false);
  assert.equal(isYoungEnough(login, own(30 * day, 400 * day, null)), false, "a longer one lengthens nothing");
  assert.equal(isYoungEnough({ beganAtMs: 0, endsAtMs: null }, own(90 * day, null, null)), true);
});

test("a time in which nobody was there ends it, then and for ever", () => {
  const { seenAtMs, longestIdleMs, idleMs } = beginLogin(limits, false, 0);
  const use = { seenAtMs, longestIdleMs, idleMs };
  assert.equal(isInUse(use, own(day - 1, null, null)), true);
  assert.equal(isInUse(use, own(day, null, null)), false);
  assert.equal(isInUse(use, own(15 * minute, null, 15 * minute)), false);
  const usedSince = { seenAtMs: 20 * minute, longestIdleMs: 20 * minute, idleMs };
  assert.equal(isInUse(usedSince, own(21 * minute, null, 15 * minute)), false, "it does not come back");
  assert.equal(isInUse(usedSince, own(21 * minute, null, 21 * minute)), true);
  assert.equal(beginLogin(limits, true, 0).idleMs, 14 * day);
  assert.equal(standsAt({ ...beginLogin(limits, true, 0) }, day), true);
  assert.equal(standsAt({ ...beginLogin(limits, false, 0) }, day), false);
  assert.equal(standsAt({}, day), true, "a login that is being made");
});

describe("a provider", () => {
  let nowMs = Date.now();
  const fixture = useProvider({ clock: () => new Date(nowMs) }, async () => {
    await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme", "globex"] });
    await addClient(fixture.db, { client_id: "app" });
    await addClient(fixture.db, { client_id: "other" });
  });
  const set = (limit: { sessionIdleMs?: number | null; sessionLifeMs?: number | null }) =>
    saveTenant(fixture.db, "acme", { sessionIdleMs: null, sessionLifeMs: null, ...limit }, new Date(nowMs));

  /** Signs in anew, for one organization. */
  async function signIn(params: Params = {}, fields: Record<string, string> = {}, agent = new UserAgent()) {
    const page = await agent.follow(authorizationUrl(fixture, { tenant: "acme", ...params }));
    return {
      agent,
      code: codeOf(await agent.submit(page, { email: "ann@acme.example", password, ...fields }, "/login")),
    };
  }

  /** What a silent request of this browser answers. */
  async function silently(
    agent: UserAgent,
    tenant: string | undefined,
    params: Params = {},
  ): Promise<string> {
    const { url } = await agent.follow(authorizationUrl(fixture, { tenant, prompt: "none", ...params }));
    return url.searchParams.get("error") ?? (url.searchParams.has("code") ? "code" : url.href);
  }

  test("an organization's own limit without use ends its sign-in, and no other's", async () => {
    await set({ sessionIdleMs: 30 * minute });
    const { agent } = await signIn();
    nowMs += 29 * minute;
    assert.equal(await silently(agent, "acme"), "code");
    nowMs += 29 * minute;
    assert.equal(await silently(agent, "acme"), "code", "it was used");
    nowMs += 31 * minute;
    assert.equal(await silently(agent, "globex"), "code");
    assert.equal(
      await silently(agent, "acme"),
      "login_required",
      "the use for another does not bring it back",
    );
    const shown = await agent.follow(authorizationUrl(fixture, { tenant: undefined }));
    assert.match(shown.text, /name="password"/, "nobody goes on elsewhere because of it");
    codeOf(await agent.submit(shown, { email: "ann@acme.example", password }, "/login"));
    assert.equal(await silently(agent, "acme"), "code");
    await set({});
  });

  test("an organization's own limit in all ends it, and a refresh without the person, and no other's", async () => {
    const { agent, code } = await signIn();
    const { body } = await redeem(fixture, code);
    const elsewhere = await agent.follow(authorizationUrl(fixture, { tenant: "globex", client_id: "other" }));
    codeOf(elsewhere);
    await set({ sessionLifeMs: 12 * hour });
    for (let passed = 0; passed < 11; passed += 1) {
      nowMs += hour;
      assert.equal(await silently(agent, "acme"), "code");
    }
    const refreshed = await refresh(fixture, body["refresh_token"]);
    assert.equal(refreshed.status, 200);
    nowMs += hour;
    assert.equal(await silently(agent, "acme"), "login_required");
    assert.equal(await silently(agent, "globex", { client_id: "other" }), "code");
    const late = await refresh(fixture, refreshed.body["refresh_token"]);
    assert.deepEqual([late.status, late.body["error"]], [400, "invalid_grant"]);
    await set({});
    assert.equal((await refresh(fixture, refreshed.body["refresh_token"])).status, 200, "it was not used up");
  });

  test("what was granted for the time away goes on", async () => {
    const scope = "openid email offline_access";
    const { code } = await signIn({ scope, prompt: "consent" });
    const { body } = await redeem(fixture, code);
    await set({ sessionLifeMs: hour, sessionIdleMs: 15 * minute });
    nowMs += 2 * hour;
    assert.equal((await refresh(fixture, body["refresh_token"])).status, 200);
    await set({});
  });

  test("what ends with the browser's session is refreshed no longer than the organization has it without use", async () => {
    await set({ sessionIdleMs: 30 * minute });
    const { agent, code } = await signIn();
    const { body } = await redeem(fixture, code);
    nowMs += 20 * minute;
    const first = await refresh(fixture, body["refresh_token"]);
    assert.equal(first.status, 200);
    nowMs += 11 * minute;
    const late = await refresh(fixture, first.body["refresh_token"]);
    assert.equal(late.body["error"], "invalid_grant", "a refresh is no use by a person");
    assert.equal(await silently(agent, "acme"), "login_required");
    await set({});
  });

  test("the installation's limits end it everywhere, later where the person chose to stay", async () => {
    const { agent } = await signIn();
    const stays = await signIn({}, { remember: "yes" });
    nowMs += day + 1;
    assert.equal(await silently(agent, "acme"), "login_required");
    assert.equal(await silently(stays.agent, "acme"), "code");
    const account = await stays.agent.visit(new URL("/account", fixture.issuer));
    assert.equal(account.status, 200);
    for (let passed = 1; passed < 29; passed += 7) {
      nowMs += 7 * day;
      if (passed + 7 < 29) assert.equal(await silently(stays.agent, "acme"), "code");
    }
    nowMs += day;
    assert.equal(await silently(stays.agent, "acme"), "login_required", "thirty days after the sign-in");
  });

  test("the browser forgets who did not choose to stay; who did once and not again neither stays", async () => {
    const cookieOf = async (agent: UserAgent, fields: Record<string, string>) => {
      const page = await agent.follow(authorizationUrl(fixture, { tenant: "acme", prompt: "login" }));
      const form = new URL(`${page.url.pathname}/login`, page.url);
      const posted = await agent.visit(form, {
        method: "POST",
        body: new URLSearchParams({ email: "ann@acme.example", password, ...fields }),
      });
      const resumed = await agent.visit(posted.headers.get("location") ?? "");
      return resumed.headers.getSetCookie().find((one) => one.startsWith("tti_session=")) ?? "";
    };
    const agent = new UserAgent();
    assert.doesNotMatch(await cookieOf(agent, {}), /expires/i);
    assert.match(await cookieOf(agent, { remember: "yes" }), /expires/i);
    assert.doesNotMatch(await cookieOf(agent, {}), /expires/i);
  });

  test("use is written at most once in five minutes", async () => {
    const { agent } = await signIn();
    const seen = async () => {
      const rows: { seen_at_ms: number }[] = await fixture.db("session_vouchers").select("seen_at_ms");
      return Math.max(...rows.map((row) => row.seen_at_ms));
    };
    const since = await seen();
    nowMs += seenEveryMs - 1;
    await Promise.all([silently(agent, "acme"), silently(agent, "acme")]);
    assert.equal(await seen(), since);
    nowMs += 1;
    await silently(agent, "acme");
    assert.equal(await seen(), since + seenEveryMs);
  });
});
