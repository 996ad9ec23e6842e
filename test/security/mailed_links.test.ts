// Class: recovery as a way around the login (CWE-640, CVE-2021-36949), and mail as a weapon. A mailed link sets a password and
// does nothing else: it signs nobody in, opens no organization that takes no password of ours, and tells nobody anything.
import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { createAdministrator } from "../../src/admin/operations/administrators.ts";
import { removeMember } from "../../src/admin/operations/members.ts";
import { disableTenant } from "../../src/admin/operations/tenant_access.ts";
import { disableUser, setUserPassword } from "../../src/admin/operations/user_access.ts";
import { openLog } from "../../src/log.ts";
import { createExternalAccount } from "../../src/provider/accounts/account_store.ts";
import { createMembership } from "../../src/provider/tenants/membership_store.ts";
import { saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { loginUrl } from "../provider/handoff/handoff_support.ts";
import {
  askForPassword,
  browserElsewhere,
  linkFor,
  newPassword,
  operatorOf,
  useLink,
  useLinks,
} from "../provider/links/links_world.ts";
import { authorizationUrl } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { linkOf } from "../support/mail_server.ts";

const lines: string[] = [];
const log = openLog({ level: "trace", stream: { write: (line: string) => lines.push(line) } });
const environment = { TTI_LOGIN_URL: loginUrl, TTI_ACCESS_LOG: "on" };
describe("a mailed link", () => {
  const world = useLinks(
    "sqlite",
    async () => {
      await addClient(world.fixture.db, { client_id: "app" });
      await addPerson(world.fixture.db, { email: "both@acme.example", tenants: ["acme", "own", "shut"] });
      await saveTenant(world.fixture.db, "own", { loginMethod: "handoff" }, new Date());
    },
    { log, environment },
  );
  const { fixture } = world;

  let number = 0;
  async function person(tenants: readonly string[] = ["acme"]): Promise<{ email: string; id: string }> {
    number += 1;
    const email = `p${number}@acme.example`;
    return { email, id: (await addPerson(fixture.db, { email, tenants })).id };
  }

  /** Whether an application gets a code for a tenant, with the new password. */
  async function letIn(email: string, tenant: string): Promise<boolean> {
    const url = authorizationUrl(fixture, { tenant });
    const page = await browserElsewhere().follow(url);
    if (!/type="password"/.test(page.text)) return false;
    return (await signInAt(browserElsewhere(), url, email, newPassword)).url.searchParams.has("code");
  }

  const post = (link: URL, password = newPassword) =>
    fetch(new URL(link.pathname, fixture.issuer), {
      method: "POST",
      body: new URLSearchParams({ token: link.searchParams.get("token") ?? "", password }),
    });

  test("a new password is no sign-in: nothing opens in the browser that set it", async () => {
    const { email } = await person();
    const agent = new UserAgent();
    const done = await useLink(await linkFor(world, email), newPassword, agent);
    assert.equal(done.status, 200);
    assert.deepEqual(done.headers.getSetCookie(), []);
    assert.equal([...agent.cookies.keys()].filter((name) => /session/i.test(name)).length, 0);
    const silent = await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant: "acme" }));
    assert.equal(silent.url.searchParams.get("error"), "login_required");
    assert.notEqual((await agent.visit(`${fixture.issuer}/account`)).status, 200);
    assert.equal(await letIn(email, "acme"), true);
  });

  test("a new password lets nobody into an organization whose login is its own, or that was disabled", async () => {
    const email = "both@acme.example";
    const link = await linkFor(world, email);
    await disableTenant(operatorOf(world), { id: "shut" });
    assert.equal((await post(link)).status, 200);
    assert.deepEqual(
      [await letIn(email, "acme"), await letIn(email, "own"), await letIn(email, "shut")],
      [true, false, false],
    );
  });

  test("nor into one that the person has left since the link was made", async () => {
    const { email } = await person();
    const link = await linkFor(world, email);
    await removeMember(operatorOf(world), { user: email, tenantId: "acme" });
    assert.equal((await post(link)).status, 200);
    assert.equal(await letIn(email, "acme"), false);
  });

  test("asking answers alike for everybody there may be, by status, headers, cookies and text", async () => {
    const { db } = fixture;
    const { email: known } = await person();
    const { email: disabled } = await person();
    await disableUser(operatorOf(world), { user: disabled });
    await addPerson(db, { email: "unproven@acme.example", emailVerified: false });
    await createExternalAccount(db, { id: "vouched", email: "vouched@own.example" }, new Date());
    await createMembership(db, { tenantId: "own", accountId: "vouched", role: "member" }, new Date());
    const password = `${newPassword} too`;
    await createAdministrator(operatorOf(world), { email: "owner@isv.example", role: "owner", password });
    const names = [
      "unproven@acme.example",
      "vouched@own.example",
      "owner@isv.example",
      "nobody@acme.example",
    ];
    const answers = [];
    for (const email of [known, disabled, ...names]) {
      const agent = browserElsewhere();
      const page = await agent.follow(`${fixture.issuer}/account/forgot`);
      const body = new URLSearchParams({ email });
      const sent = await agent.visit(page.url, { method: "POST", body });
      const shown = await agent.follow(new URL(sent.headers.get("location") ?? "", page.url));
      const told = ({ headers }: typeof sent) =>
        [...headers].filter(([name]) => !["date", "x-request-id"].includes(name));
      answers.push([sent.status, told(sent), sent.text, shown.status, told(shown), shown.text]);
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    // Only whom a link is for gets one, and whoever is vouched for by their organization nothing at all.
    await world.mails.next(known);
    await world.mails.next("owner@isv.example");
    const reached = world.mails.taken.flatMap(({ to }) => to);
    for (const email of [disabled, "unproven@acme.example", "vouched@own.example", "nobody@acme.example"])
      assert.equal(reached.includes(email), false, email);
  });

  test("a link that counts no more answers alike, whatever ended it and whether it ever was", async () => {
    const [used, ended] = [await person(), await person()];
    const [first, second] = [await linkFor(world, used.email), await linkFor(world, ended.email)];
    await post(first);
    await setUserPassword(operatorOf(world), { user: ended.email, password: `${newPassword} three` });
    const never = new URL(first);
    never.searchParams.set("token", "A".repeat(43));
    const answers = [];
    for (const link of [first, second, never]) {
      for (const answer of [await fetch(link), await post(link)]) {
        const told = [...answer.headers].filter(([name]) => !["date", "x-request-id"].includes(name));
        answers.push([answer.status, told, (await answer.text()).replace(/[\w-]{20,}/g, "")]);
      }
    }
    for (const [index, answer] of answers.entries()) assert.deepEqual(answer, answers[index % 2]);
    assert.equal(answers[0]?.[0], 410);
  });

  test("no header of a request changes where a mailed link leads", async () => {
    const { email } = await person();
    const { hostname, port } = new URL(fixture.server.localUrl);
    const headers = {
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example;proto=http",
      "x-original-url": "http://evil.example/account/forgot",
      "content-type": "application/x-www-form-urlencoded",
    };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = request({ hostname, port, path: "/account/forgot", method: "POST", headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.on("error", reject);
      call.end(new URLSearchParams({ email }).toString());
    });
    assert.equal(status, 303);
    const mail = await world.mails.next(email);
    assert.equal(linkOf(mail).origin, fixture.issuer);
    assert.doesNotMatch(mail.raw, /evil/);
  });

  test("strangers fill no mailbox, and keep nobody from signing in or from a link that counts", async () => {
    const { email } = await person();
    for (let time = 0; time < 12; time += 1) assert.equal((await askForPassword(world, email)).status, 200);
    const links = [];
    for (let time = 0; time < 3; time += 1) links.push(linkOf(await world.mails.next(email)));
    const { email: another } = await person();
    await linkFor(world, another);
    assert.equal(world.mails.taken.filter(({ to }) => to.includes(email)).length, 3);
    assert.equal((await useLink(links[0] ?? new URL(fixture.issuer))).status, 200);
    assert.equal(await letIn(email, "acme"), true);
  });

  test("no log line and no event holds a link's secret, an address or a password", async () => {
    const { email } = await person();
    const link = await linkFor(world, email);
    const secret = link.searchParams.get("token") ?? "";
    assert.equal(secret.length, 43);
    await fetch(link);
    await fetch(`${link}&token=again`);
    await fetch(new URL(`/account/password/${secret}`, fixture.issuer));
    await fetch(new URL(`/account/address?token=${secret}`, fixture.issuer));
    await fetch(link, { method: "PUT" });
    await fetch(link, { method: "POST", headers: { origin: "https://evil.example" } });
    await post(link, "password");
    for (let time = 0; time < 2; time += 1) await post(link);
    await world.mails.next(email);
    const text = lines.join("\n");
    assert.ok(lines.length > 15, "something was logged");
    const trail = JSON.stringify(await fixture.db("audit_events").select("*"));
    for (const [what, value] of Object.entries({ secret, newPassword })) {
      assert.equal(text.includes(value), false, `${what} stands in the log`);
      assert.equal(trail.includes(value), false, `${what} stands in the trail`);
    }
    assert.doesNotMatch(text, /p\d+(@|%40)acme/);
  });
});
