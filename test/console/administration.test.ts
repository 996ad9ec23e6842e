// Who and what administers, in the console: administrators with the last owner and oneself told in the page's words, API
// credentials with their key shown once, the ISV's own APIs and who may ask for what of them, and a key that has leaked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createCredential } from "../../src/admin/operations/credentials.ts";
import { inviteUser } from "../../src/admin/operations/invitation.ts";
import { mailStatus, showMail } from "../../src/admin/operations/mail.ts";
import { createResource, showResource } from "../../src/admin/operations/resources.ts";
import { mailPolicy } from "../../src/mail/attempts.ts";
import { MailNotTaken, type MailTransport } from "../../src/mail/transport.ts";
import { addClient } from "../provider/support/provider_fixture.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { csrfOf, emails, filledForm, postForm, signInToConsole, useConsole } from "./console_world.ts";

let agent: UserAgent;
let csrf = "";
/** Whether the mail server can be used. */
let serverRuns = false;
const mail: MailTransport = {
  async send({ to }) {
    if (!serverRuns) throw new MailNotTaken("the mail server cannot be reached", false);
    if (to.startsWith("gone")) throw new MailNotTaken("the mail server refuses it: 550 5.1.1", true);
  },
  close() {},
};
const world = useConsole({ mail, mailPolicy: { ...mailPolicy, intervalMs: 20 } }, async () => {
  await addClient(world.db, { client_id: "app" });
  agent = new UserAgent();
  assert.equal((await signInToConsole(world, agent, emails.owner)).status, 200);
  csrf = await csrfOf(world, agent);
});

const look = (path: string): Promise<Visit> => agent.visit(`${world.origin}${path}`);
const see = async (path: string): Promise<string> => {
  const page = await look(path);
  assert.equal(page.status, 200, `${path}: ${page.text}`);
  return page.text;
};
const send = (path: string, fields: Record<string, string> = {}) =>
  postForm(world, agent, path, fields, csrf);
const fill = async (path: string, typed: Record<string, string | undefined>, page?: Visit): Promise<Visit> =>
  send(path, filledForm(page ?? (await look(path)), path, typed));
const yes = { confirm: "yes" };

test("oneself and the last owner stay, and the page says why in its own words", async () => {
  const self = `/console/administrators/${encodeURIComponent(emails.owner)}`;
  for (const sent of [await send(`${self}/remove`, yes), await send(`${self}/role`, { role: "auditor" })]) {
    assert.equal(sent.status, 409);
    assert.match(
      sent.text,
      /This is your own account: nobody takes their own rights\. Have another owner do it\./,
    );
  }
  const second = await send("/console/administrators/new", { email: "second@isv.example", role: "owner" });
  const password = /<pre[^>]*>([^<]+)<\/pre>/.exec(second.text)?.[1];
  assert.ok(password, "shown once");
  assert.doesNotMatch(await see("/console/administrators"), new RegExp(password));
  assert.equal(
    (await send("/console/administrators/second%40isv.example/role", { role: "auditor" })).status,
    303,
  );
  assert.match(await see("/console/administrators"), /second@isv\.example[\s\S]*auditor/);
  const unknown = await send("/console/administrators/nobody%40isv.example/role", { role: "auditor" });
  assert.equal(unknown.status, 404);
  assert.doesNotMatch(unknown.text, /\btti [a-z]/, "a page names no command");
});

test("a credential is made with its key shown once, opens what its role may, and nothing once it is revoked", async () => {
  const faulty = await fill("/console/credentials/new", { name: "", tenantId: "nowhere" });
  assert.match(faulty.text, /id="name-error"/);
  const nowhere = await fill("/console/credentials/new", { name: "x", tenantId: "nowhere" });
  assert.match(
    nowhere.text,
    /id="tenantId-error">No organization has this id\. Look for it on the page Organizations/,
  );
  const bound = await fill("/console/credentials/new", { name: "x", tenantId: "acme", role: "owner" });
  assert.match(bound.text, /id="role-error"/);
  const made = await fill("/console/credentials/new", { name: "Nightly report", expires: "30d" });
  assert.equal(made.status, 200, made.text);
  const key = /<pre[^>]*>([^<]+)<\/pre>/.exec(made.text)?.[1] ?? "";
  const ask = () =>
    fetch(`${world.origin}/v1/tenants`, { headers: { authorization: `Bearer ${key}` } }).then(
      ({ status }) => status,
    );
  assert.equal(await ask(), 200);
  const page = await see("/console/credentials");
  assert.match(page, /Nightly report/);
  assert.ok(!page.includes(key));
  const revoke = /href="(\/console\/credentials\/[^"]+\/revoke)"/.exec(page)?.[1] ?? assert.fail(page);
  assert.match(await see(revoke), /The key of Nightly report \(auditor of the whole installation\)/);
  assert.equal((await send(revoke)).status, 400, "it asks first");
  assert.equal(await ask(), 200);
  assert.equal((await send(revoke, yes)).status, 303);
  assert.equal(await ask(), 401);
  assert.match(await see("/console/credentials"), /Ended\.[\s\S]*Revoked/);
  await send(revoke, yes);
  assert.match(await see("/console/credentials"), /It was so already/);
  assert.equal((await look("/console/credentials/none/revoke")).status, 404);
});

test("credentials are listed to an auditor, who has no way to make or to end one", async () => {
  await createCredential(cliContext(world.db), { name: "Of another", role: "operator", tenantId: "acme" });
  const auditor = new UserAgent();
  await signInToConsole(world, auditor, emails.auditor);
  const { text } = await auditor.visit(`${world.origin}/console/credentials`);
  assert.match(text, /Of another[\s\S]*acme/);
  assert.doesNotMatch(text, /credentials\/(?:new|[^"]+\/revoke)/);
});

const identifier = "https://api.isv.example/reports";
const api = `/console/apis/${encodeURIComponent(identifier)}`;
const shown = () => showResource(cliContext(world.db), { identifier });

test("an API is registered, given to an application, changed and taken away; what is lost is asked about", async () => {
  const refused = await fill("/console/apis/new", { identifier: "ftp://x", name: "Reports", scopes: "read" });
  assert.match(refused.text, /id="identifier-error"/);
  assert.match(refused.text, /id="scopes-error"/);
  const typed = {
    identifier,
    name: "Reports",
    scopes: "read=Read reports\r\nwrite=Write reports",
    tokenFormat: "opaque",
  };
  assert.equal((await fill("/console/apis/new", typed)).status, 303);
  assert.match(await see("/console/apis"), /Reports[\s\S]*read, write[\s\S]*opaque/);
  const allow = `${api}/applications/allow`;
  assert.match((await fill(allow, { clientId: "none", "scopes.read": "on" })).text, /id="clientId-error"/);
  assert.match((await fill(allow, { clientId: "app" })).text, /id="scopes\.read-error"/);
  assert.equal(
    (await fill(allow, { clientId: "app", "scopes.read": "on", "scopes.write": "on" })).status,
    303,
  );
  assert.match(await see(api), /for people: read, write/);
  const again = `${allow}?application=app`;
  const less = await send(allow, filledForm(await look(again), allow, { "scopes.write": undefined }));
  assert.match(less.text, /Before: for people: read, write\./);
  assert.deepEqual(
    (await shown()).clients[0]?.scopes,
    ["read", "write"],
    "nothing is done before the answer",
  );
  assert.equal((await fill(allow, yes, less)).status, 303);
  assert.deepEqual((await shown()).clients[0]?.scopes, ["read"]);
  const old = await look(`${api}/edit`);
  const asked = await fill(`${api}/edit`, { scopes: "write=Write reports", tokenTtlSeconds: "120" });
  assert.match(asked.text, /1 application loses what it may ask of it: app\./);
  assert.equal((await fill(`${api}/edit`, yes, asked)).status, 303);
  const { resource, clients } = await shown();
  assert.deepEqual(
    [resource.scopes, resource.tokenTtlSeconds, clients[0]?.scopes],
    [{ write: "Write reports" }, 120, []],
  );
  const late = await fill(`${api}/edit`, { name: "Late" }, old);
  assert.equal(late.status, 412);
  await fill(allow, { clientId: "app", "scopes.write": "on" });
  const take = `${api}/applications/app/disallow`;
  assert.match(await see(take), /It had: for people: write\./);
  assert.equal((await send(take, yes)).status, 303);
  assert.deepEqual((await shown()).clients, []);
  assert.match(await see(`${api}/delete`), /0 applications lose it/);
  assert.match((await send(`${api}/delete`, { ...yes, typed: "x" })).text, /id="typed-error"/);
  assert.equal((await send(`${api}/delete`, { ...yes, typed: identifier })).status, 303);
  assert.equal((await look(api)).status, 404);
});

test("an API whose scopes stay is changed without a question", async () => {
  const other = "urn:isv:other";
  await createResource(cliContext(world.db), { identifier: other, name: "Other", scopes: { read: "Read" } });
  const path = `/console/apis/${encodeURIComponent(other)}`;
  assert.equal((await fill(`${path}/edit`, { name: "Renamed" })).status, 303);
  assert.match(await see(path), /Renamed[\s\S]*Saved\./);
});

test("a key that has leaked is given up when the word is typed, and another signs", async () => {
  const kids = async () => {
    const { keys } = (await (await fetch(`${world.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid);
  };
  const before = await kids();
  assert.match((await send("/console/keys/emergency", { ...yes, typed: "x" })).text, /id="typed-error"/);
  assert.deepEqual(await kids(), before);
  const given = await send("/console/keys/emergency", { ...yes, typed: "leaked" });
  assert.equal(given.status, 200, given.text);
  assert.match(given.text, /What this breaks/);
  assert.ok((await kids()).every((kid) => !before.includes(kid)));
});

test("the outbox: what is late, sent and given up is told, is tried again and given up by hand, and makes no instance unready", async () => {
  const context = cliContext(world.db);
  const stateOf = async (id: string) => (await showMail(context, { mail: id })).state;
  const settled = async (id: string, state: string) => {
    // Only a hang reaches the end.
    for (let tries = 0; (await stateOf(id)) !== state; tries += 1) {
      assert.ok(tries < 3_000, `the mail never was ${state}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  assert.match(await see("/console/mail"), /No mail yet/);
  const { mail: waiting } = await inviteUser(context, { email: "here@acme.example" });
  const { mail: hopeless } = await inviteUser(context, { email: "gone@acme.example" });
  for (let tries = 0; (await mailStatus(context)).late === null; tries += 1) {
    assert.ok(tries < 3_000, "it is late");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(
    (await fetch(`${world.issuer}/health/ready`)).status,
    200,
    "mail is no reason to serve nobody",
  );
  assert.doesNotMatch(await see("/console"), /Mail is late/, "some minutes are none");
  await world.db("mails").update({ created_at_ms: Date.now() - 3_600_000 });
  const overview = await see("/console");
  assert.match(overview, /Mail is late since [^<]*The mail server could not be used\./);
  assert.match(overview, /href="\/console\/mail\?state=waiting"/);
  const list = await see("/console/mail?state=waiting&person=here%40acme.example");
  assert.match(
    list,
    /Invitation[\s\S]*The mail server could not be used\.[\s\S]*Late[\s\S]*here@acme\.example[\s\S]*1 hour ago/,
  );
  assert.doesNotMatch(list, /gone@acme/);
  assert.match(
    await see("/console/mail?person=nobody%40acme.example"),
    /Nobody has this id or e-mail address/,
  );

  serverRuns = true;
  await world.db("mails").where({ id: hopeless }).update({ next_attempt_at_ms: 1 });
  await settled(hopeless, "failed");
  assert.match(await see("/console"), /One mail was given up in the last 24 hours: nobody got it\./);
  const page = await see(`/console/mail/${hopeless}`);
  assert.match(
    page,
    /Given up[\s\S]*nobody gets mail at this address\. Ask the person for the right address/,
  );
  assert.match(page, /the mail server refuses it: 550 5\.1\.1/);
  assert.doesNotMatch(page, /token=/);
  assert.equal((await send(`/console/mail/${hopeless}/give-up`, yes)).status, 409, "it is given up");
  assert.equal((await send(`/console/mail/${hopeless}/retry`, yes)).status, 303);
  assert.match(await see(`/console/mail/${hopeless}`), /It waits to be sent again\./);
  await settled(hopeless, "failed");

  assert.equal((await send(`/console/mail/${waiting}/give-up`, yes)).status, 303);
  const given = await see(`/console/mail/${waiting}`);
  assert.match(given, /It is given up\.[\s\S]*An administrator gave it up\./);
  const actors: string[] = await world.db("audit_events").where({ type: "mail.failed" }).pluck("actor");
  assert.deepEqual(
    actors.filter((actor) => actor !== "system").map((actor) => actor.split(":")[0]),
    ["account"],
  );
  assert.equal((await send(`/console/mail/${waiting}/retry`, yes)).status, 303);
  await settled(waiting, "sent");
  assert.equal((await send(`/console/mail/${waiting}/retry`, yes)).status, 409, "it was sent");
  assert.equal((await look("/console/mail/none")).status, 404);
});

test("somebody is invited from the list of people, again from their page, and the invitation is withdrawn there", async () => {
  serverRuns = true;
  const email = "invitee@acme.example";
  const form = await look("/console/people/new");
  assert.match(form.text, /By a mail: they choose a password themselves/);
  const sent = await fill(
    "/console/people/new",
    { email, name: "In Vitee", how: "mail", organization: "" },
    form,
  );
  assert.equal(sent.status, 303, sent.text);
  const path = sent.headers.get("location") ?? "";
  const page = await see(path);
  assert.match(page, /The invitation is on its way\.[\s\S]*Has no password yet/);
  assert.equal((await send(`${path}/invite`, yes)).status, 303);
  for (let tries = 0; !/invited: the link counts until/.test(await see(path)); tries += 1) {
    assert.ok(tries < 3_000, "a link is made when the mail is sent");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal((await send(`${path}/withdraw-invitation`, yes)).status, 303);
  const over = await see(path);
  assert.match(over, /The invitation is withdrawn\./);
  assert.doesNotMatch(over, /the link counts until/);
  const taken = await fill("/console/people/new", {
    email: emails.nobody,
    name: "",
    how: "mail",
    organization: "",
  });
  assert.equal(taken.status, 409);
  assert.match(taken.text, /id="email-error"/);
});
