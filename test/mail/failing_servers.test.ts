// A mail server that fails at each of its words: by silence, by hanging up, by putting off, by taking its time. The mail is not lost,
// the attempt ends in bounds, and nothing but what the server refuses for good is given up.
import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { describe, test } from "node:test";
import { MailNotTaken, openTransport, type SmtpLimits } from "../../src/mail/transport.ts";
import { smtpServer } from "../../src/settings/mail_values.ts";

const words = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "the end of DATA"] as const;
type Word = (typeof words)[number];
const answers: Readonly<Record<Word, string>> = {
  greeting: "220 mail.example ESMTP",
  EHLO: "250 mail.example",
  MAIL: "250 2.1.0 ok",
  RCPT: "250 2.1.5 ok",
  DATA: "354 go on",
  "the end of DATA": "250 2.0.0 taken",
};

type Failing = (socket: Socket) => void;

/** A server that speaks until it comes to a word. */
async function startServer(at: Word, fail: Failing): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let inData = false;
    const say = (word: Word) => (word === at ? fail(socket) : void socket.write(`${answers[word]}\r\n`));
    socket.on("data", (chunk: Buffer) => {
      const said = chunk.toString();
      if (inData) {
        if (at === "DATA" || !said.includes("\r\n.\r\n")) return;
        inData = false;
        return say("the end of DATA");
      }
      for (const line of said.split("\r\n").filter((one) => one !== "")) {
        const word = words.find((one) => line.toUpperCase().startsWith(one));
        if (word === undefined) socket.write("221 bye\r\n");
        else say(word);
        if (word === "DATA") inData = true;
      }
    });
    say("greeting");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const limits: SmtpLimits = {
  dnsTimeout: 1_000,
  connectionTimeout: 1_000,
  greetingTimeout: 150,
  socketTimeout: 150,
  wholeMs: 10_000,
};
const mail = { id: "0123456789ab", to: "ann@acme.example", subject: "s", text: "t", html: "<p>t</p>" };

async function refusalOf(at: Word, fail: Failing, more: Partial<SmtpLimits> = {}): Promise<MailNotTaken> {
  const server = await startServer(at, fail);
  const from = { address: "login@isv.example" };
  const issuer = "https://login.isv.example";
  const transport = await openTransport(smtpServer(server.url, "development"), from, issuer, {
    ...limits,
    ...more,
  });
  try {
    await transport.send(mail);
    return assert.fail("it was taken");
  } catch (error) {
    assert.ok(error instanceof MailNotTaken, String(error));
    return error;
  } finally {
    transport.close();
    await server.close();
  }
}

describe("a mail server that fails", () => {
  for (const at of words) {
    test(`at ${at}: silent, hanging up, putting off`, async () => {
      for (const [how, fail, said] of [
        ["silent", () => undefined, /mail server/],
        ["hangs up", (socket) => socket.destroy(), /mail server/],
        ["puts off", (socket) => socket.write("421 4.3.2 later\r\n"), /mail server/],
      ] as const satisfies readonly (readonly [string, Failing, RegExp])[]) {
        const { forGood, message } = await refusalOf(at, fail);
        assert.equal(forGood, false, `${how}: ${message}`);
        assert.match(message, said);
      }
    });
  }

  test("by a word now and then, for ever, is given up in the time of a whole mail", async () => {
    const dribbling: Failing = (socket) => {
      const timer = setInterval(() => socket.write("250-still here\r\n"), 20);
      socket.on("close", () => clearInterval(timer));
    };
    const begunMs = performance.now();
    const { forGood, message } = await refusalOf("EHLO", dribbling, { wholeMs: 400 });
    assert.ok(performance.now() - begunMs < 20_000);
    assert.equal(forGood, false);
    assert.match(message, /did not answer in time/);
  });
});
