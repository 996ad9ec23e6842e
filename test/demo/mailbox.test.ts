// The mailbox of `tti dev`: newest first, not without end, and what a mail says is text on its page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createMailbox, mostKept } from "../../src/demo/mailbox.ts";
import { type RunningDemo, startDemo } from "../../src/demo/start_demo.ts";
import { silentLog } from "../../src/log.ts";

const options = {
  port: 0,
  issuer: "http://127.0.0.1:9",
  clientId: "isv-app",
  exchange: { connectionOf: async () => undefined },
  log: silentLog,
};
const mailbox = createMailbox(() => new Date(0));
let demo: RunningDemo;
before(async () => {
  demo = await startDemo({ ...options, mailbox });
});
after(() => demo.close());

const mail = (subject: string, text: string) => ({
  id: "m",
  to: "ada@acme.example",
  subject,
  text,
  html: "",
});
const open = async () => (await fetch(`${demo.url}/mailbox`)).text();

test("it says that nothing came, and the first page leads to it", async () => {
  assert.match(await open(), /Nothing has come/);
  assert.match(await (await fetch(demo.url)).text(), /href="\/mailbox"/);
});

test("the newest is shown first, escaped, with its link, and only so many are kept", async () => {
  for (let number = 0; number <= mostKept; number += 1)
    await mailbox.send(mail(`Subject ${number}.`, "No link"));
  await mailbox.send(
    mail("<b>Last</b>", "Go on:\n\nhttp://localhost:3000/account/password?token=abc\n\n<i>"),
  );
  const page = await open();
  assert.ok(page.indexOf("&lt;b&gt;Last") < page.indexOf(`Subject ${mostKept}.`));
  assert.ok(page.indexOf(`Subject ${mostKept}.`) < page.indexOf(`Subject ${mostKept - 1}.`));
  assert.doesNotMatch(page, /<b>Last|<i>|Subject [01]\./);
  assert.equal(page.match(/href="http:\/\/localhost:3000\/account\/password\?token=abc"/g)?.length, 1);
  assert.equal(mailbox.list().length, mostKept);
});

test("an application without one has no such page", async () => {
  const plain = await startDemo(options);
  try {
    assert.equal((await fetch(`${plain.url}/mailbox`)).status, 404);
    assert.doesNotMatch(await (await fetch(plain.url)).text(), /mailbox/);
  } finally {
    await plain.close();
  }
});
