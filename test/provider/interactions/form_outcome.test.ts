// What a refused form leaves behind for the page that tells it: a code and the address that was typed, in a cookie of this
// browser; no password, no words, and nothing that a planted cookie could make a page say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeCookieName } from "../../../src/provider/edge/form_outcome.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
});

async function refusedPost(agent: UserAgent, email: string): Promise<{ page: Visit; posted: Visit }> {
  const page = await agent.follow(authorizationUrl(fixture));
  const body = new URLSearchParams({ email, password: "a wrong guess" });
  return { page, posted: await agent.visit(`${page.url}/login`, { method: "POST", body }) };
}

const uidOf = (page: Visit) => page.url.pathname.split("/")[2] ?? "";
const cookieOf = (visit: Visit, form = "") =>
  visit.headers.getSetCookie().find((line) => line.startsWith(`tti_outcome_${form}`)) ?? "";

test("a refused password leaves a code and the address, out of the address bar, for five minutes", async () => {
  const { page, posted } = await refusedPost(new UserAgent(), "ann@acme.example");
  assert.equal(posted.status, 303);
  assert.equal(posted.headers.get("location"), `${page.url.pathname}/ways`);
  const [, value = ""] = /^tti_outcome_[\w-]+=([\w-]+);/.exec(cookieOf(posted, uidOf(page))) ?? [];
  assert.deepEqual(JSON.parse(Buffer.from(value, "base64url").toString()), {
    form: "password",
    code: "invalid_credentials",
  });
  const [, address = ""] = /^tti_outcome_address_[\w-]+=([\w-]+);/.exec(cookieOf(posted, "address")) ?? [];
  assert.deepEqual(JSON.parse(Buffer.from(address, "base64url").toString()), { email: "ann@acme.example" });
  assert.match(cookieOf(posted), /; path=\/; expires=[^;]+; samesite=lax; httponly/i);
  assert.equal(outcomeCookieName("https://login.example", "u"), "__Host-tti_outcome_u");
});

test("the page tells the fault with its status, once", async () => {
  const agent = new UserAgent();
  const { posted } = await refusedPost(agent, "ann@acme.example");
  const told = await agent.follow(new URL(posted.headers.get("location") ?? "", posted.url));
  assert.equal(told.status, 401);
  assert.match(told.text, /do not belong together/);
  assert.match(told.text, /value="ann@acme\.example"/);
  const again = await agent.follow(told.url);
  assert.equal(again.status, 200);
  assert.doesNotMatch(again.text, /do not belong together/);
});

test("who must wait is told how long from now, not from then", async () => {
  const agent = new UserAgent();
  let told: Visit | undefined;
  for (let guess = 0; guess < 30 && told?.status !== 429; guess += 1) {
    const { posted } = await refusedPost(agent, "waits@acme.example");
    told = await agent.follow(new URL(posted.headers.get("location") ?? "", posted.url));
  }
  const seconds = Number(told?.headers.get("retry-after"));
  assert.ok(seconds > 0);
  assert.match(told?.text ?? "", new RegExp(`Wait ${seconds} seconds?, then try again`));
});

test("what is longer than any address is not sent back and forth", async () => {
  const agent = new UserAgent();
  const { posted } = await refusedPost(agent, `${"a".repeat(9_000)}@acme.example`);
  assert.ok(cookieOf(posted).length < 400);
  const told = await agent.follow(new URL(posted.headers.get("location") ?? "", posted.url));
  assert.match(told.text, /do not belong together/);
});

test("a planted outcome says nothing but a sentence of ours, and nothing at all where it is none", async () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const planted = [
    encode({ form: "login", code: "Call +1 555 0100 now", email: "ann@acme.example" }),
    encode({ form: "login", code: "constructor" }),
    encode({ form: "login", code: "unavailable" }),
    encode({ form: "tenant", code: "not_a_member" }),
    encode({ form: "login", code: ["invalid_credentials"] }),
    encode(["login"]),
    encode(null),
    "bm8ganNvbg",
    "%%%",
  ];
  for (const value of planted) {
    const agent = new UserAgent();
    const page = await agent.follow(authorizationUrl(fixture));
    agent.plant(fixture.issuer, outcomeCookieName(fixture.issuer, uidOf(page)), value);
    const shown = await agent.follow(`${page.url}/login`);
    assert.equal(shown.status, 200, value);
    assert.doesNotMatch(shown.text, /class="banner bad"|555|ann@acme/, value);
  }
  const agent = new UserAgent();
  const page = await agent.follow(authorizationUrl(fixture));
  const hostile = { form: "login", code: "invalid_credentials", email: '"><script>', waitUntil: "NaN" };
  agent.plant(fixture.issuer, outcomeCookieName(fixture.issuer, uidOf(page)), encode(hostile));
  const shown = await agent.follow(`${page.url}/login`);
  assert.match(shown.text, /do not belong together/);
  assert.doesNotMatch(shown.text, /<script>/);
  const waitUntil = String(Date.now() + 90_000_000);
  const long = encode({ form: "login", code: "too_many_attempts", waitUntil });
  agent.plant(fixture.issuer, outcomeCookieName(fixture.issuer, uidOf(page)), long);
  const late = await agent.follow(`${page.url}/login`);
  assert.match(late.text, /class="banner bad"/);
  assert.doesNotMatch(
    late.text,
    /\b(25|1500|90000|89999)\b/,
    "no wait is told that we could not have asked for",
  );
});
