// Handing mail to a server: what goes out, what is never said without TLS, and what of a refusal is kept.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import { tryMailServer } from "../../src/mail/server_trial.ts";
import { MailNotTaken, type OutgoingMail, openTransport } from "../../src/mail/transport.ts";
import { checkMail } from "../../src/onboarding/doctor/mail_checks.ts";
import { smtpServer } from "../../src/settings/mail_values.ts";
import { startMailServer, useMailServer } from "../support/mail_server.ts";

const from = { name: "Example, Login", address: "login@isv.example" };
const issuer = "https://login.isv.example";
const mail: OutgoingMail = {
  id: "0123456789ab",
  to: "ann@acme.example",
  subject: "Grüße",
  text: "Hello",
  html: "<p>Hello</p>",
};
const open = (url: string) => openTransport(smtpServer(url, "development"), from, issuer);
const refusalOf = (sending: Promise<void>): Promise<MailNotTaken> =>
  sending.then(
    () => assert.fail("it was taken"),
    (error: unknown) => {
      assert.ok(error instanceof MailNotTaken, String(error));
      return error;
    },
  );

describe("handing mail over", () => {
  const server = useMailServer();

  test("says from whom, to whom, which, and that nobody is to answer by a machine", async () => {
    const transport = await open(server.url);
    await transport.send(mail);
    transport.close();
    const { raw, mail: read, to, from: sender } = await server.next(mail.to);
    assert.deepEqual([to, sender], [["ann@acme.example"], "login@isv.example"]);
    assert.deepEqual(read.from, { name: "Example, Login", address: "login@isv.example" });
    assert.equal(read.subject, "Grüße");
    assert.equal(read.messageId, "<0123456789ab@isv.example>");
    assert.equal(read.text?.trim(), "Hello");
    assert.equal(read.html?.trim(), "<p>Hello</p>");
    assert.match(raw, /^Auto-Submitted: auto-generated\r$/m);
  });

  test("no text makes another header or another recipient", async () => {
    const transport = await open(server.url);
    const count = server.taken.length;
    for (const more of [
      { subject: "s\r\nBcc: eve@evil.example" },
      { to: "ann@acme.example\r\nBcc: eve@evil.example" },
      { id: "x>\r\nBcc: eve@evil.example" },
      { subject: "s\nX: y" },
    ]) {
      await assert.rejects(
        transport.send({ ...mail, ...more }),
        /control character|no e-mail address|not an e-mail/,
      );
    }
    for (const to of [
      "list@acme.example,eve@evil.example",
      "list@acme.example;eve@evil.example",
      "<eve@evil.example>",
    ]) {
      await assert.rejects(transport.send({ ...mail, to }), { code: "invalid_input" }, to);
    }
    transport.close();
    const told = server.taken.slice(count).flatMap(({ to }) => to);
    assert.equal(told.includes("eve@evil.example"), false, JSON.stringify(told));
  });

  test("tells a refusal by its code, without the server's words, and whether it is for good", async () => {
    server.refuse.set("gone@acme.example", "550 5.1.1 no such user; you sent https://login/?token=secret");
    server.refuse.set("later@acme.example", "451 4.7.1 come back later");
    const transport = await open(server.url);
    const gone = await refusalOf(transport.send({ ...mail, to: "gone@acme.example" }));
    assert.deepEqual([gone.message, gone.forGood], ["the mail server refuses it: 550 5.1.1", true]);
    const later = await refusalOf(transport.send({ ...mail, to: "later@acme.example" }));
    assert.deepEqual([later.message, later.forGood], ["the mail server puts it off: 451 4.7.1", false]);
    server.refuse.set("policy@acme.example", "550 5.7.1 we do not like you");
    const policy = await refusalOf(transport.send({ ...mail, to: "policy@acme.example" }));
    assert.deepEqual(
      [gone, later, policy].map(({ nobodyThere }) => nobodyThere),
      [true, false, false],
      "only the first says something of the address",
    );
    transport.close();
  });

  test("a sender that is not taken is a fault of the settings: the mail is tried again", async (t) => {
    const strict = await startMailServer({
      onMailFrom: (_address, _session, answer) =>
        answer(Object.assign(new Error("5.7.1 no"), { responseCode: 550 })),
    });
    t.after(() => strict.close());
    const transport = await open(strict.url);
    const { forGood, message } = await refusalOf(transport.send(mail));
    assert.deepEqual([forGood, message], [false, "the mail server does not take the sender: 550 5.7.1"]);
    transport.close();
  });
});

describe("a mail server that cannot be used", () => {
  let dead: Server;
  let port = 0;
  before(async () => {
    dead = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => dead.listen(0, "127.0.0.1", resolve));
    port = (dead.address() as { port: number }).port;
  });
  after(() => dead.close());

  test("is told in words, and the mail is tried again", async () => {
    const transport = await open(`smtp://127.0.0.1:${port}`);
    const { forGood, message } = await refusalOf(transport.send(mail));
    assert.equal(forGood, false);
    assert.match(message, /mail server/);
    transport.close();
  });

  test("a password that is not taken is a fault of the settings, not of the mail", async (t) => {
    const server = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, answer) => answer(Object.assign(new Error("no"), { responseCode: 535 })),
    });
    t.after(() => server.close());
    const transport = await open(server.url.replace("smtp://", "smtp://user:hunter2@"));
    const refusal = await refusalOf(transport.send(mail));
    assert.equal(refusal.forGood, false);
    assert.match(refusal.message, /does not take the user name and password of SMTP_URL/);
    assert.doesNotMatch(refusal.message, /hunter2/);
    transport.close();
  });

  test("one without TLS gets nothing where TLS is asked for, no password either", async (t) => {
    const heard: string[] = [];
    const server = await startMailServer({
      onAuth: (_auth, _session, answer) => {
        heard.push("password");
        answer(null, { user: "user" });
      },
    });
    t.after(() => server.close());
    const { host, port: free } = { host: "127.0.0.1", port: Number(new URL(server.url).port) };
    const there = {
      host,
      port: free,
      implicitTls: false,
      requireTls: true,
      user: "user",
      password: "hunter2",
    };
    const transport = await openTransport(there, from, issuer);
    const refusal = await refusalOf(transport.send(mail));
    assert.equal(refusal.forGood, false);
    assert.deepEqual([heard, server.taken.length], [[], 0]);
    transport.close();
  });
});

describe("trying a mail server", () => {
  const quiet = { waiting: 0, late: null, failed: 0, lastSentAtMs: null };
  /** Tries a server of the test, and has the doctor judge it. */
  async function tried(url: string, mode: "development" | "production" = "development") {
    const server = smtpServer(url, mode);
    const trial = await tryMailServer(server, from, issuer);
    const [finding] = checkMail({ tried: { server, trial }, outbox: quiet });
    return { trial, finding, told: JSON.stringify(finding) };
  }
  const answering = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

  test("one that takes mail is told so, and nothing was sent", async (t) => {
    const server = await startMailServer();
    t.after(() => server.close());
    const { trial, finding } = await tried(server.url);
    assert.deepEqual(trial, { step: "taken", tls: false, reply: undefined });
    assert.equal(finding?.outcome, "passed");
    assert.deepEqual(server.taken, []);
  });

  test("a user name and password that are taken, and such that are not, without repeating them", async (t) => {
    const server = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, answer) =>
        password === "hunter2" ? answer(null, { user: "user" }) : answer(answering(535, "5.7.8 no, wrong1")),
    });
    t.after(() => server.close());
    const at = (password: string) => server.url.replace("smtp://", `smtp://user:${password}@`);
    assert.equal((await tried(at("hunter2"))).trial.step, "taken");
    const { finding, told } = await tried(at("wrong1"));
    assert.match(
      finding?.message ?? "",
      /does not take the user name and password of SMTP_URL: 535 5\.7\.8$/,
    );
    assert.doesNotMatch(told, /wrong1/);
  });

  test("a sender that is not taken, and one to whom nothing comes back", async (t) => {
    const sender = await startMailServer({
      onMailFrom: (_address, _session, answer) => answer(answering(550, "5.7.1 not yours")),
    });
    t.after(() => sender.close());
    assert.match(
      (await tried(sender.url)).finding?.message ?? "",
      /takes no mail from the address of TTI_MAIL_FROM: 550 5\.7\.1$/,
    );
    const server = await startMailServer();
    t.after(() => server.close());
    server.refuse.set(from.address, "550 5.1.1 nobody here");
    const { finding } = await tried(server.url);
    assert.equal(finding?.outcome, "warning");
    assert.match(finding?.message ?? "", /but none to it: 550 5\.1\.1$/);
  });

  test("a certificate that nobody vouches for, no TLS where it is asked for, and TLS where there is none", async (t) => {
    const server = await startMailServer({ disabledCommands: [] });
    t.after(() => server.close());
    assert.match((await tried(server.url)).finding?.message ?? "", /certificate .* cannot be trusted$/);
    const plain = await startMailServer();
    t.after(() => plain.close());
    const port = Number(new URL(plain.url).port);
    const there = { host: "127.0.0.1", port, implicitTls: false, requireTls: true };
    assert.equal((await tryMailServer(there, from, issuer)).step, "tls");
    assert.equal((await tried(plain.url.replace("smtp://", "smtps://"))).trial.step, "tls");
    assert.deepEqual([server.taken, plain.taken], [[], []]);
  });

  test("one that hangs up, or is not there", async (t) => {
    const dead = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => dead.listen(0, "127.0.0.1", resolve));
    t.after(() => dead.close());
    const { port } = dead.address() as { port: number };
    const { finding } = await tried(`smtp://127.0.0.1:${port}`);
    assert.deepEqual([finding?.outcome, /cannot be reached$/.test(finding?.message ?? "")], ["failed", true]);
  });
});
