// The console where it demands two factors: who has none sets one up as they sign in to it, who is signed in proves what is lacking,
// and whoever lost theirs is asked anew at the next request.
import assert from "node:assert/strict";
import { test } from "node:test";
import { resetUserFactors } from "../../src/admin/operations/user_factors.ts";
import { removeTotp } from "../../src/provider/factors/keep_factors.ts";
import { stepMs } from "../../src/provider/factors/totp.ts";
import { password, signInAt } from "../provider/support/provider_fixture.ts";
import { type App, appOnPage, giveApp, sessionUidOf, typeCode } from "../provider/support/second_factor.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { emails, goOn, open, signInToConsole, useConsole } from "./console_world.ts";

const aheadMs = 0;
const now = () => new Date(Date.now() + aheadMs);
const world = useConsole({
  clock: now,
  environment: { TTI_CONSOLE_FACTOR: "required" },
  writesMeanwhile: true,
});

const consoleUrl = () => `${world.origin}/console`;
const personOf = (email: string) => world.db("accounts").where("email", email).first("id", "email");
// Each code counts once, so the second is the next one: there are two, whenever it is.
const codesOf = (app: App): (() => string) => {
  let used = 0;
  return () => app.codeAt(Date.now() + stepMs * used++);
};
const isAt = (page: Visit, path: string): void =>
  assert.ok(page.url.pathname.endsWith(path), `${page.status} ${page.url}: ${page.text}`);

/** Signs in by password and app, to the page that was asked for. */
async function signIn(email: string, code: () => string): Promise<{ agent: UserAgent; page: Visit }> {
  const agent = new UserAgent();
  const asked = await signInToConsole(world, agent, email);
  isAt(asked, "/factor");
  return { agent, page: await goOn(agent, await typeCode(agent, asked, code())) };
}

test("who has no second factor sets one up as they sign in, and until then is nowhere", async () => {
  const agent = new UserAgent();
  const page = await signInToConsole(world, agent, emails.owner, "/console/people");
  isAt(page, "/factor");
  const code = codesOf(appOnPage(page));
  assert.ok(
    ![...agent.cookies.keys()].some((name) => name.endsWith("tti_session")),
    "half a sign-in is none",
  );
  assert.deepEqual(await world.db("console_sessions").select(), []);
  const codes = await agent.submit(page, { code: code() }, "/factor");
  assert.match(codes.text, /Recovery codes/i);
  const inside = await goOn(agent, await agent.submit(codes, {}, "/factor"));
  assert.equal(inside.url.href, `${world.origin}/console/people`);
  assert.equal(inside.status, 200);
  const again = await signIn(emails.owner, code);
  assert.equal(again.page.url.href, consoleUrl());
});

test("who is signed in elsewhere by a password alone is asked for the factor, and for nothing else", async () => {
  const account = await personOf(emails.operator);
  const agent = new UserAgent();
  await signInAt(agent, `${world.issuer}/account`, emails.operator);
  const code = codesOf(await giveApp(world, account, new Date(), await sessionUidOf(world, account.id)));
  const asked = await open(agent, consoleUrl());
  isAt(asked, "/factor");
  const inside = await goOn(agent, await typeCode(agent, asked, code()));
  assert.equal(inside.url.href, consoleUrl());
});

test("without the factor's being asked for, a sign-in comes back and is asked anew", async () => {
  const agent = new UserAgent();
  const first = await agent.visit(consoleUrl());
  const url = new URL(first.headers.get("location") ?? "");
  assert.equal(url.searchParams.get("acr_values"), "urn:tti:acr:mfa");
  url.searchParams.delete("acr_values");
  const back = await goOn(agent, await signInAt(agent, url, emails.auditor));
  assert.ok(back.url.pathname.startsWith("/interaction/"), `${back.url}`);
  assert.match(back.text, /<h1>Sign in<\/h1>/);
  const asked = await goOn(agent, await agent.submit(back, { email: emails.auditor, password }, "/login"));
  isAt(asked, "/factor");
  assert.deepEqual(
    await world.db("console_sessions").where("account_id", (await personOf(emails.auditor)).id),
    [],
  );
});

test("whose factor is gone is asked for another at the next request, for pages and for forms", async () => {
  const account = await personOf(emails.operator);
  const ways: Record<string, () => Promise<unknown>> = {
    "taken away by an administrator": () => resetUserFactors(cliContext(world.db), { user: account.id }),
    "removed by the person": () => world.db.transaction((trx) => removeTotp(trx, { account }, now())),
  };
  for (const [way, take] of Object.entries(ways)) {
    await resetUserFactors(cliContext(world.db), { user: account.id });
    const app = await giveApp(world, account, now());
    const { agent, page } = await signIn(emails.operator, codesOf(app));
    assert.equal(page.url.href, consoleUrl(), way);
    await take();
    const asked = await open(agent, consoleUrl());
    assert.match(asked.text, /<h1>Sign in<\/h1>/, way);
    const setUp = await goOn(
      agent,
      await agent.submit(asked, { email: emails.operator, password }, "/login"),
    );
    isAt(setUp, "/factor");
    const codes = await agent.submit(setUp, { code: appOnPage(setUp).codeAt(Date.now()) }, "/factor");
    const inside = await goOn(agent, await agent.submit(codes, {}, "/factor"));
    assert.equal(inside.url.href, consoleUrl(), way);
  }
});
