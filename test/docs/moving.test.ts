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
const hashOf = (id: string, email: string) => ({ _id: { $oid: id }, email, passwordHash: bcrypt });
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
const rowsOf = (printed: string): Record<string, unknown>[] =>
  printed
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
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
  writeFileSync(file("hashes.json"), `${JSON.stringify(hashOf("65a1", "BEN@acme.com"))}\n`);
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

const squatter = { user_id: "auth0|66b1", email: "Eve@acme.com", email_verified: false };
const person = { user_id: "google-oauth2|66b2", email: "eve@acme.com", email_verified: true };
const alone = { user_id: "google-oauth2|66b3", email: "fay@acme.com", email_verified: true };

for (const both of [
  [squatter, person],
  [person, squatter],
]) {
  const first = both[0]?.user_id ?? "";
  test(`of Auth0, two users of one address are left out and named, whoever comes first: ${first}`, async () => {
    const lines = [...both, alone].map((one) => JSON.stringify(one));
    writeFileSync(file("several.json"), lines.join("\n"));
    const hashes = [hashOf("66b1", "eve@acme.com"), hashOf("66b9", "fay@acme.com")];
    writeFileSync(file("hashes.json"), hashes.map((one) => JSON.stringify(one)).join("\n"));
    const rows = await reader.say("node from-auth0.mjs several.json acme hashes.json 2>told.txt");
    const row = { email: "fay@acme.com", tenant: "acme", emailVerified: true, externalId: alone.user_id };
    assert.deepEqual(rowsOf(rows), [row], "and no hash goes by an address");
    const told = readFileSync(file("told.txt"), "utf8");
    assert.deepEqual(told.match(/eve@acme\.com|auth0\|66b1|google-oauth2\|66b2/g)?.toSorted(), [
      "auth0|66b1",
      "eve@acme.com",
      "google-oauth2|66b2",
    ]);
  });

  test(`of a pool, two users of one address are left out and named, whoever comes first: ${first}`, async () => {
    const inPool = [...both, alone].map(({ user_id: sub, email, email_verified }) => ({
      // A disabled one counts too: it may be the person.
      Enabled: sub !== person.user_id,
      Attributes: attributes({ sub, email, email_verified: String(email_verified) }),
    }));
    writeFileSync(file("several.json"), JSON.stringify({ Users: inPool }));
    const rows = rowsOf(await reader.say("node from-cognito.mjs several.json acme 2>told.txt"));
    assert.deepEqual(
      rows.map(({ externalId }) => externalId),
      [alone.user_id],
    );
    const told = readFileSync(file("told.txt"), "utf8");
    assert.ok(both.every(({ user_id }) => told.includes(user_id)));
  });
}

test("the domain is claimed, and the application keeps its id and its secret", async () => {
  assert.match(await reader.say(claim), /TXT/);
  const printed = await reader.say(`APP_SECRET=${secret}\n${register}`);
  assert.match(printed, /4h57example/);
  assert.ok(!printed.includes(secret));
});
