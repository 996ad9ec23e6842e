// Handing mail to a server: what goes out, what is never said without TLS, and what of a refusal is kept.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import { MailNotTaken, type OutgoingMail, openTransport } from "../../src/mail/transport.ts";
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
