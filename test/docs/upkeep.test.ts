// The guides for upgrading and backup: their commands run as they stand there, and what they name exists. After a restore the
// tenants that were enabled are enabled again, the others not.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { commandLoaders } from "../../src/cli/commands/index.ts";
import { standIn } from "../support/stand_in.ts";
import { root } from "./checkout.ts";
import { blocksOf } from "./page_blocks.ts";
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

test("the trail is verified and exported", async () => {
  await reader.say(
    "npx --no tti tenant create acme\nnpx --no tti tenant create closed\nnpx --no tti tenant disable closed",
  );
  const [nightly = ""] = commandsOf("docs/guides/backup.md");
  await reader.say(nightly);
  assert.ok(existsSync(join(reader.checkout.folder, "audit.jsonl")));
});

test("after a restore who was enabled is so again, once all of theirs has ended", async () => {
  const [, ...restored] = commandsOf("docs/guides/backup.md");
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
