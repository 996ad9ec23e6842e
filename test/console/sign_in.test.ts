// Signing in to the console through the provider: the way there and back, what ends a session, and what a stranger tries on it.
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { createAdministrator } from "../../src/admin/administrators/administrator_store.ts";
import {
  createAdministrator as createOperation,
  removeAdministrator,
  updateAdministrator,
} from "../../src/admin/operations/administrators.ts";
import {
  disableUser,
  enableUser,
  setUserPassword,
  signUserOut,
} from "../../src/admin/operations/user_access.ts";
import { consoleLoginSeconds, consoleSignInUrl } from "../../src/provider/clients/console_client.ts";
import { eventsOf } from "../audit/audit_world.ts";
import { codeOf, redeem } from "../provider/support/authorization.ts";
import { addPerson, password, signInAt } from "../provider/support/provider_fixture.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { csrfOf, emails, goOn, open, postForm, signInToConsole, useConsole } from "./console_world.ts";

let aheadMs = 0;
const clock = () => new Date(Date.now() + aheadMs);
const world = useConsole({ clock });

const at = (path: string) => `${world.origin}${path}`;
const seesPage = async (agent: UserAgent) => (await agent.visit(at("/console/people"))).status === 200;

async function signedIn(email: string = emails.owner): Promise<UserAgent> {
  const agent = new UserAgent();
  assert.equal((await signInToConsole(world, agent, email)).status, 200);
  return agent;
}

test("a page that is asked for is where the sign-in ends, in a session cookie no script reads", async () => {
  const agent = new UserAgent();
  const page = await signInToConsole(world, agent, emails.auditor, "/console/activity?outcome=refused");
  assert.equal(page.url.href, at("/console/activity?outcome=refused"));
  assert.equal(page.status, 200);
  const first = new UserAgent();
  const login = await open(first, at("/console"));
  let visit = await first.submit(login, { email: emails.owner, password }, "/login");
  visit = await first.visit(visit.url);
  const cookie = visit.headers.getSetCookie().find((line) => line.startsWith("tti_console="));
  assert.match(cookie ?? "", /^tti_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.equal((await eventsOf(world.db, "admin.signed_in")).length, 2);
  const value = cookie?.split(/[=;]/)[1] ?? "";
  const kept = JSON.stringify(await world.db("console_sessions").select());
  assert.ok(kept.length > 2 && !kept.includes(value), "the store has a hash of the cookie alone");
});

test("a form that came without a session is not sent by the sign-in it leads to", async () => {
  const agent = new UserAgent();
  const posted = await postForm(
    world,
    agent,
    "/console/organizations/new",
    { id: "late", name: "Late" },
    "x",
  );
  const login = await goOn(agent, await agent.follow(posted.headers.get("location") ?? ""));
  const page = await goOn(agent, await agent.submit(login, { email: emails.owner, password }, "/login"));
  assert.equal(page.url.href, at("/console"));
  assert.deepEqual(await world.db("tenants").where("id", "late").select(), []);
});

test("pages go out under a policy without script, unframed and unstored", async () => {
  const { headers } = await (await signedIn()).visit(at("/console"));
  assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'self'/);
  assert.match(
    headers.get("content-security-policy") ?? "",
    /frame-ancestors 'none'; form-action 'self' http:\/\/localhost:\d+$/,
  );
  assert.equal(headers.get("x-frame-options"), "DENY");
  assert.equal(headers.get("cache-control"), "no-store");
});

test("what ends at the provider ends here at once", async () => {
  const person = await addPerson(world.db, { email: "pia@isv.example" });
  await createAdministrator(world.db, { accountId: person.id, role: "operator" }, new Date());
  const context = cliContext(world.db);
  const user = person.id;
  const ways: Record<string, (agent: UserAgent) => Promise<unknown>> = {
    "signed out everywhere": () => signUserOut(context, { user }),
    "another password": async () => {
      await setUserPassword(context, { user });
      await world
        .db("accounts")
        .where("id", user)
        .update({ password_hash: await hashOf(emails.owner) });
    },
    "disabled, and enabled again": async () => {
      await disableUser(context, { user });
      await enableUser(context, { user });
    },
    "signed out at the provider": async (agent) => {
      const asked = await agent.follow(`${world.issuer}/session/end`);
      await agent.submit(asked, { logout: "yes" });
    },
    "the session at the provider expired": () =>
      world.db("oidc_records").where({ model: "Session", account_id: user }).delete(),
  };
  for (const [way, end] of Object.entries(ways)) {
    const agent = await signedIn("pia@isv.example");
    await end(agent);
    assert.equal(await seesPage(agent), false, way);
  }
});

// Every person of the tests has the same password.
async function hashOf(email: string): Promise<string> {
  const row = await world.db("accounts").where("email", email).first("password_hash");
  return row.password_hash;
}

test("a role that is changed or taken counts at the next request", async () => {
  const person = await addPerson(world.db, { email: "rob@isv.example" });
  await createAdministrator(world.db, { accountId: person.id, role: "operator" }, new Date());
  const agent = await signedIn("rob@isv.example");
  const csrf = await csrfOf(world, agent);
  await updateAdministrator(cliContext(world.db), { user: person.id, role: "auditor" });
  const refused = await postForm(world, agent, "/console/organizations/new", { id: "globex" }, csrf);
  assert.equal(refused.status, 403);
  await removeAdministrator(cliContext(world.db), { user: person.id });
  const nothing = await agent.visit(at("/console"));
  assert.equal(nothing.status, 403);
  assert.doesNotMatch(nothing.text, /Signs now/);
});

test("who is made an administrator signs in with the password of that act: none of before, and no session", async () => {
  const email = "newboss@isv.example";
  await addPerson(world.db, { email });
  const signInWith = async (agent: UserAgent, secret: string) => {
    const login = await open(agent, at("/console"));
    return goOn(agent, await agent.submit(login, { email, password: secret }, "/login"));
  };
  // Signed in at the provider before the promotion, and turned away by the console.
  const sitting = new UserAgent();
  assert.equal((await signInWith(sitting, password)).status, 403);
  const context = cliContext(world.db);
  const first = await createOperation(context, { email, role: "owner" });
  assert.equal(first.ended?.sessions, 1);
  assert.match((await open(sitting, at("/console"))).text, /type="password"/);
  assert.notEqual((await signInWith(new UserAgent(), password)).status, 200);
  const boss = new UserAgent();
  assert.equal((await signInWith(boss, first.generatedPassword ?? "")).status, 200);
  // Removed and made anew: the session of before does not open again.
  await removeAdministrator(context, { user: email });
  await createOperation(context, { email, role: "owner" });
  assert.equal(await seesPage(boss), false);
  assert.match((await open(boss, at("/console"))).text, /type="password"/);
});

test("signing out ends the session for good, and asks the provider to end its own", async () => {
  const agent = await signedIn();
  const before = agent.cookies.get(`${new URL(world.origin).host} / tti_console`) ?? "";
  const left = await postForm(world, agent, "/console/sign-out", {});
  assert.equal(left.status, 303);
  assert.match(
    left.headers.get("location") ?? "",
    /^http:\/\/localhost:\d+\/session\/end\?client_id=tti-console&/,
  );
  const thief = new UserAgent();
  thief.plant(world.origin, "tti_console", before);
  assert.equal(await seesPage(thief), false, "the cookie is worth nothing any more");
});

test("an answer that this browser did not ask for signs nobody in (login CSRF)", async () => {
  const attacker = new UserAgent();
  const login = await open(attacker, at("/console"));
  const back = await attacker.submit(login, { email: emails.auditor, password }, "/login");
  assert.equal(back.url.pathname, "/console/callback");
  const victim = new UserAgent();
  assert.equal((await victim.visit(back.url)).status, 400);
  // Nor one that has begun a sign-in of its own.
  await victim.visit(at("/console"));
  const refused = await victim.visit(back.url);
  assert.equal(refused.status, 400);
  assert.equal(await seesPage(victim), false);
  // The attacker's own browser may: nothing was used up by trying.
  assert.equal((await goOn(attacker, await attacker.follow(back.url))).status, 200);
});

test("a code opens once, for its own client, by its own verifier, of its own issuer", async () => {
  const agent = new UserAgent();
  const login = await open(agent, at("/console"));
  const back = await agent.submit(login, { email: emails.owner, password }, "/login");
  const pending = pendingOf(agent);
  const replaced = (change: Record<string, string>) => {
    const url = new URL(back.url);
    for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value);
    return url;
  };
  assert.equal((await agent.visit(replaced({ iss: "https://evil.example" }))).status, 400);
  assert.equal((await agent.visit(replaced({ state: "x" }))).status, 400);
  assert.equal((await agent.visit(replaced({ code: "x" }))).status, 400);
  plantPending(agent, { ...pending, verifier: "another" });
  assert.equal((await agent.visit(back.url)).status, 400);
  plantPending(agent, pending);
  assert.equal((await agent.visit(back.url)).status, 303);
  plantPending(agent, pending);
  assert.equal((await agent.visit(back.url)).status, 400, "a second time");
});

test("a code of the console makes no token at the token endpoint", async () => {
  const agent = new UserAgent();
  const verifier = "v".repeat(43);
  const url = consoleSignInUrl(
    { issuer: world.issuer, adminUrl: world.origin },
    { state: "s", verifier, factor: "optional" },
  );
  const code = codeOf(await signInAt(agent, url, emails.owner));
  const answer = await redeem(
    world,
    code,
    {
      client_id: "tti-console",
      code_verifier: verifier,
      redirect_uri: at("/console/callback"),
    },
    null,
  );
  assert.equal(answer.status, 400);
  assert.equal(answer.body["id_token"], undefined);
});

test("the way back leads nowhere but to the console", async () => {
  for (const to of [
    "https://evil.example",
    "//evil.example",
    "/console/..//evil.example",
    "/console/\\evil.example",
    "/\t/evil.example",
    "/v1/users",
  ]) {
    const agent = new UserAgent();
    const login = await open(agent, at("/console"));
    plantPending(agent, { ...pendingOf(agent), to });
    const back = await agent.submit(login, { email: emails.owner, password }, "/login");
    const { headers } = await agent.visit(back.url);
    assert.equal(headers.get("location"), "/console", to);
  }
});

test("a session that was there before goes with the sign-in, and one that was planted is none", async () => {
  const agent = await signedIn();
  const name = `${new URL(world.origin).host} / tti_console`;
  const before = agent.cookies.get(name) ?? "";
  await open(agent, at("/console/sign-in"))
    .then((login) => agent.submit(login, { email: emails.owner, password }, "/login"))
    .then((back) => goOn(agent, back));
  assert.notEqual(agent.cookies.get(name), before);
  const old = new UserAgent();
  old.plant(world.origin, "tti_console", before);
  assert.equal(await seesPage(old), false);
  const twice = new UserAgent({});
  const both = await twice.visit(at("/console/people"), {
    headers: { cookie: `tti_console=${before}; tti_console=${agent.cookies.get(name)}` },
  });
  assert.equal(both.status, 303, "of two cookies of the name one was planted");
});

test("a form is taken from the console's own page alone", async () => {
  const agent = await signedIn(emails.operator);
  const csrf = await csrfOf(world, agent);
  const send = (headers: Record<string, string>, fields: Record<string, string>) =>
    agent.visit(at("/console/organizations/new"), {
      method: "POST",
      headers,
      body: new URLSearchParams({ id: "initech", ...fields }),
    });
  const own = { origin: world.origin, "sec-fetch-site": "same-origin" };
  const refused: [string, Promise<Visit>][] = [
    ["another site", send({ origin: "https://evil.example", "sec-fetch-site": "cross-site" }, { csrf })],
    ["a neighbour", send({ origin: world.issuer, "sec-fetch-site": "same-site" }, { csrf })],
    ["an old browser, another origin", send({ origin: world.issuer }, { csrf })],
    ["no token", send(own, {})],
    ["another session's token", send(own, { csrf: await csrfOf(world, await signedIn()) })],
  ];
  for (const [what, answer] of refused) assert.equal((await answer).status, 403, what);
  assert.equal(await world.db("tenants").where("id", "initech").first("id"), undefined);
  assert.equal((await send(own, { csrf })).status, 303);
});

test("under another name the port shows no console (DNS rebinding)", async () => {
  const agent = await signedIn();
  const cookie = [...agent.cookies]
    .filter(([key]) => key.startsWith(new URL(world.origin).host))
    .map(([key, value]) => `${key.split(" ")[2]}=${value}`)
    .join("; ");
  const { port } = new URL(world.origin);
  for (const host of ["evil.example", `evil.example:${port}`, `127.0.0.1.nip.example:${port}`]) {
    const answer = await ask(host, cookie);
    assert.equal(answer.status, 403, host);
    assert.doesNotMatch(answer.body, /olga/);
    assert.match(answer.body, /The console is not at this address/);
    assert.doesNotMatch(answer.body, /Your role/);
  }
  const alias = await ask(`localhost:${port}`, cookie);
  assert.equal(alias.status, 303);
  assert.equal(alias.location, at("/console"));
  assert.equal((await ask(`localhost:${port}`, cookie, "POST")).status, 403);
});

// Last, because a clock that went ahead and came back keeps keys from signing.
test("a session ends when nobody uses it, and after its longest life however it is used", async () => {
  const idle = await signedIn();
  const used = await signedIn(emails.operator);
  try {
    aheadMs = 29 * 60_000;
    assert.equal(await seesPage(used), true);
    aheadMs = 31 * 60_000;
    assert.equal(await seesPage(idle), false, "idle for 31 minutes");
    assert.equal(await seesPage(used), true, "used two minutes ago");
    for (let minutes = 50; minutes < consoleLoginSeconds / 60; minutes += 25) {
      aheadMs = minutes * 60_000;
      assert.equal(await seesPage(used), true, `after ${minutes} minutes`);
    }
    aheadMs = consoleLoginSeconds * 1000 + 60_000;
    assert.equal(await seesPage(used), false, "after twelve hours");
  } finally {
    aheadMs = 0;
  }
});

function ask(
  host: string,
  cookie: string,
  method = "GET",
): Promise<{ status: number; body: string; location: string | undefined }> {
  const { port } = new URL(world.origin);
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path: "/console/people", method, headers: { host, cookie } },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => (body += part));
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, body, location: response.headers.location }),
        );
      },
    );
    sent.once("error", reject).end();
  });
}

interface Pending {
  state: string;
  verifier: string;
  to: string;
}

function pendingOf(agent: UserAgent): Pending {
  const value = agent.cookies.get(`${new URL(world.origin).host} / tti_console_sign_in`) ?? "";
  return JSON.parse(Buffer.from(value, "base64url").toString());
}

function plantPending(agent: UserAgent, pending: Pending): void {
  agent.plant(
    world.origin,
    "tti_console_sign_in",
    Buffer.from(JSON.stringify(pending)).toString("base64url"),
  );
}
