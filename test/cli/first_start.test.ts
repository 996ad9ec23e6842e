// What `tti serve` prints while nobody owns the installation: a link for whoever reads standard output, and nothing of it in
// the log; none for programs, nor where there is no console, nor once there is an owner.
import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { createAdministrator } from "../../src/admin/operations/administrators.ts";
import { offerFirstStart } from "../../src/cli/first_start.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import { readConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import { cliContext } from "../support/cli_context.ts";
import { useStore } from "../support/use_store.ts";

const store = useStore("sqlite");
const consoleUrl = "https://admin.example.com";

async function offered({ json = false, url = consoleUrl as string | null, db = store.db } = {}) {
  const [printed, lines]: string[][] = [[], []];
  const into = (list: string[] | undefined) =>
    new Writable({
      write(chunk, _encoding, done) {
        list?.push(String(chunk));
        done();
      },
    });
  const terminal = new Terminal(
    { stdin: new PassThrough(), stdout: into(printed), stderr: into(lines) },
    json,
  );
  const log = openLog({ level: "trace", stream: { write: (line: string) => lines?.push(line) } });
  await offerFirstStart(
    { db, consoleUrl: url ?? undefined },
    { config: readConfig({ TTI_MODE: "development" }), log, terminal },
  );
  return { printed: printed?.join("") ?? "", logged: lines?.join("") ?? "" };
}

const linksMade = async () => (await store.db("first_links").select()).length;

test("a person reads a link with a secret, the log a line without it that says what to do", async () => {
  const { printed, logged } = await offered();
  const [, token = ""] =
    /^ {2}https:\/\/admin\.example\.com\/console\/first\?token=([\w-]{43})$/m.exec(printed) ?? [];
  assert.ok(token, printed);
  const line = JSON.parse(logged) as Record<string, string>;
  assert.deepEqual([line["level"], line["msg"]], ["warn", "nobody owns this installation yet"]);
  assert.match(line["fix"] ?? "", /printed on standard output.*tti admin create --email .* --role owner/);
  assert.ok(printed.includes(line["expiresAt"] ?? "?"));
  assert.ok(!logged.includes(token) && !logged.includes("/console/first"));
  assert.equal(await linksMade(), 1);
});

test("a program, and an installation without a console, get no link, and are told how else", async () => {
  for (const how of [{ json: true }, { url: null }]) {
    const before = await linksMade();
    const { printed, logged } = await offered(how);
    assert.equal(printed, "");
    assert.match(logged, /nobody owns this installation yet/);
    assert.match(logged, /Make one: tti admin create/);
    assert.equal(await linksMade(), before);
  }
});

test("a store that cannot be read keeps nothing from serving", async () => {
  const db = Object.assign(() => assert.fail("down"), {}) as unknown as typeof store.db;
  const { printed, logged } = await offered({ db });
  assert.equal(printed, "");
  assert.match(logged, /"level":"error"/);
});

test("once there is an owner nothing is said", async () => {
  await createAdministrator(cliContext(store.db), { email: "own@isv.example", role: "owner" });
  assert.deepEqual(await offered(), { printed: "", logged: "" });
});
