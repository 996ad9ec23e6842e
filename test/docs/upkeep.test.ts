// The guides for upgrading, backup and the move to PostgreSQL: their commands run as they stand there, and what they name exists.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { commandLoaders } from "../../src/cli/commands/index.ts";
import { prepareStore } from "../../src/provider/assembly/start_checks.ts";
import { openTestDatabase } from "../support/databases.ts";
import { standIn } from "../support/stand_in.ts";
import { root } from "./checkout.ts";
import { blocksOf, missingLine } from "./page_blocks.ts";
import { openReaderTerminal, type ReaderTerminal } from "./reader_terminal.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const backup = read("docs/guides/backup.md");

const commandsOf = (page: string): string[] =>
  blocksOf(page)
    .filter(({ kind }) => kind === "run")
    .map(({ text }) => text);

let opened: ReaderTerminal | undefined;
const reader = standIn<ReaderTerminal>("the terminal", () => opened);
before(() => {
  opened = openReaderTerminal({ TTI_MODE: "development" });
});
after(() => opened?.close());

test("an empty store is upgraded, and says what it has", async () => {
  const [commands = ""] = commandsOf("docs/guides/upgrading.md");
  assert.match(await reader.say(commands), /applied +0001/);
});

test("the store is backed up, its trail verified and exported", async () => {
  await reader.say(
    "npx --no tti tenant create acme\nnpx --no tti tenant create closed\nnpx --no tti tenant disable closed",
  );
  const [make = "", nightly = ""] = commandsOf("docs/guides/backup.md");
  assert.match(await reader.say(make), /anchor/);
  await reader.say(nightly);
  for (const file of ["tti.backup", "audit.jsonl"]) assert.ok(existsSync(join(reader.checkout.folder, file)));
});

test("a restore brings back what was there, and nobody whose customer is enabled stays signed in", async () => {
  await reader.say("npx --no tti tenant create since");
  const [, , ...restored] = commandsOf("docs/guides/backup.md");
  assert.equal(restored.length, 3);
  for (const commands of restored) await reader.say(commands);
  const { tenants } = JSON.parse(await reader.say("npx --no tti tenant list --json")) as {
    tenants: { id: string; disabledAtMs: number | null; reopenedAtMs: number | null }[];
  };
  assert.deepEqual(
    tenants.map(({ id, disabledAtMs, reopenedAtMs }) => [id, disabledAtMs !== null, reopenedAtMs !== null]),
    [
      ["acme", false, true],
      ["closed", true, false],
    ],
  );
});

test("the embedded store moves to PostgreSQL, and back", async () => {
  const database = await openTestDatabase("postgres");
  try {
    const { databaseUrl } = database.location as { databaseUrl: string };
    const blocks = blocksOf("docs/guides/moving-store.md");
    const [backUp = "", move = "", look = "", undo = ""] = blocks
      .filter(({ kind }) => kind === "run")
      .map(({ text }) => text.replace("postgres://tti@db.example/tti", databaseUrl));
    await reader.say(backUp);
    const moved = await reader.say(move);
    const [shown] = blocks.filter(({ kind }) => kind === "output");
    assert.equal(missingLine(shown?.text ?? "", moved), undefined, moved);
    assert.match(await reader.say(look), /intact/);
    assert.match(await reader.say("npx --no tti audit list"), /store\.moved/);
    await reader.say(undo);
    await assert.rejects(prepareStore(database.db, "production"), {
      code: "store_incomplete",
      message: /undone/,
    });
    assert.match(await reader.say("npx --no tti tenant list"), /acme/);
  } finally {
    await database.close();
  }
});

test("what the guide sends one to, events and commands, is there", async () => {
  const commands = (await Promise.all(Object.values(commandLoaders).map((load) => load()))).flat();
  const events = read("docs/audit-events.md");
  const rows = backup.split("\n").filter((line) => /^\| `[a-z]+\.[a-z_]+`/.test(line));
  assert.ok(rows.length >= 7);
  for (const row of rows) {
    for (const [, event = ""] of row.matchAll(/`([a-z]+\.[a-z_]+)`/g)) {
      assert.ok(events.includes(`\n| \`${event}\` |`), event);
    }
    for (const [, words = ""] of row.matchAll(/`tti ([a-z -]+)`/g)) {
      const name = words.replace(/ --.*/, "");
      assert.ok(
        commands.some((command) => command.name === name),
        name,
      );
    }
  }
});

test("no line of the guides has PostgreSQL's programs find a database by themselves", () => {
  const lines = ["backup", "moving-store", "upgrading"]
    .flatMap((page) => read(`docs/guides/${page}.md`).split("\n"))
    .filter((line) => /^(?:pg_dump|pg_restore|psql) /.test(line));
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /"\$\{DATABASE_URL:\?\}"/);
});
