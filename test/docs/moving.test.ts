// The guide for who comes from Cognito or Auth0: its programs and commands run as they stand there, on exports of the form that
// those services write, and the people are in afterwards, with their ids and passwords.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { standIn } from "../support/stand_in.ts";
import { root } from "./checkout.ts";
import { blocksOf } from "./page_blocks.ts";
import { openReaderTerminal, type ReaderTerminal } from "./reader_terminal.ts";

const page = readFileSync(join(root, "docs/guides/moving.md"), "utf8");
const [cognito = "", auth0 = "", takeIn = "", claim = "", register = "", ...more] = blocksOf(
  "docs/guides/moving.md",
)
  .filter(({ kind }) => kind === "run")
  .map(({ text }) => text);

const secret = "Zq4x9LmV2tR7bN1cK8wE5yU3iO6pA0sD";
const bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const attributes = (of: Record<string, string>) =>
  Object.entries(of).map(([Name, Value]) => ({ Name, Value }));
const pool = {
  Users: [
    {
      Username: "8f0e",
      Enabled: true,
      UserStatus: "CONFIRMED",
      Attributes: attributes({
        sub: "8f0e1c1e-2b0a-4a8c-9d77-0a51f6f7a001",
        email: "ada@acme.com",
        email_verified: "true",
        name: "Ada Ames",
      }),
    },
    {
      Username: "gone",
      Enabled: false,
      UserStatus: "CONFIRMED",
      Attributes: attributes({ sub: "x", email: "gone@acme.com" }),
    },
  ],
};
const users = [
  { user_id: "auth0|65a1", email: "ben@acme.com", email_verified: true, name: "Ben Bush" },
  { user_id: "auth0|65a2", email: "cy@acme.com", blocked: true },
  { user_id: "auth0|65a3", email: "dot@acme.com" },
];

let opened: ReaderTerminal | undefined;
const reader = standIn<ReaderTerminal>("the terminal", () => opened);
const file = (name: string): string => join(reader.checkout.folder, name);
before(async () => {
  opened = openReaderTerminal({ TTI_MODE: "development" });
  await reader.say("npx --no tti migrate up");
});
after(() => opened?.close());
const members = async (): Promise<{ id: string; email: string; emailVerifiedAtMs: number | null }[]> =>
  (
    JSON.parse(await reader.say("npx --no tti user list --tenant acme --json")) as {
      users: { id: string; email: string; emailVerifiedAtMs: number | null }[];
    }
  ).users;

test("the page has the programs and the commands that go with them", async () => {
  assert.deepEqual(more, []);
  await reader.say(`${cognito}${auth0}`);
});

test("people of a pool come in with their ids; who is disabled there stays out", async () => {
  writeFileSync(file("users.json"), JSON.stringify(pool));
  assert.match(await reader.say(takeIn), /1/);
  const people = await members();
  assert.deepEqual(
    people.map(({ id, email, emailVerifiedAtMs }) => [id, email, emailVerifiedAtMs !== null]),
    [["8f0e1c1e-2b0a-4a8c-9d77-0a51f6f7a001", "ada@acme.com", true]],
  );
});

test("people of Auth0 come in with their passwords; the same file again changes nothing", async () => {
  writeFileSync(file("users.json"), users.map((one) => JSON.stringify(one)).join("\n"));
  writeFileSync(file("hashes.json"), `${JSON.stringify({ email: "ben@acme.com", passwordHash: bcrypt })}\n`);
  const command = /`(node from-auth0\.mjs [^`]+)`/.exec(page)?.[1] ?? assert.fail("it names the command");
  await reader.say(`${command}\nnpx --no tti user import people.jsonl`);
  const told = JSON.parse(await reader.say("npx --no tti user import people.jsonl --json")) as object;
  assert.partialDeepStrictEqual(told, { rows: 2, unchanged: 2, refused: 0 });
  const people = (await members()).filter(({ id }) => id.startsWith("auth0|"));
  assert.deepEqual(people.map(({ id, emailVerifiedAtMs }) => [id, emailVerifiedAtMs !== null]).toSorted(), [
    ["auth0|65a1", true],
    ["auth0|65a3", false],
  ]);
  const exported = await reader.say(
    "npx --no tti user export --tenant acme --password-hashes --format jsonl",
  );
  assert.match(exported, /ben@acme\.com.*\$2a\$05\$/);
});

test("the domain is claimed, and the application keeps its id and its secret", async () => {
  assert.match(await reader.say(claim), /TXT/);
  const printed = await reader.say(`APP_SECRET=${secret}\n${register}`);
  assert.match(printed, /4h57example/);
  assert.ok(!printed.includes(secret));
});
