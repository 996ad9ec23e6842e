// The trail at the terminal: filters, pages that go on from a cursor, and faults that end with an exit code.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import type { TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

interface Page {
  events: { id: string; type: string; tenantId?: string }[];
  cursor?: string;
}

let store: TestDatabase;
let terminal: TestTerminal;
before(async () => {
  store = await openTestDatabase("sqlite");
  terminal = openTypedTerminal(store.environment);
  for (const words of [
    "tenant create acme",
    "tenant create globex",
    "user create --email ada@acme.example --tenant acme",
  ]) {
    assert.equal((await terminal.tti(words)).exitCode, 0);
  }
});
after(async () => {
  terminal.close();
  await store.close();
});

test("pages go on where the last one ended, and lose nothing", async () => {
  const all = (await terminal.tti("audit list --json")).json<Page>();
  assert.equal(all.cursor, undefined);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const before = cursor === undefined ? "" : ` --before ${cursor}`;
    const page = (await terminal.tti(`audit list --limit 2 --json${before}`)).json<Page>();
    seen.push(...page.events.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  assert.deepEqual(
    seen,
    all.events.map(({ id }) => id),
  );
  assert.match((await terminal.tti("audit list --limit 1")).stderr, /There is more: --before [\w-]+\.[\w-]+/);
});

test("filters hold together", async () => {
  const find = async (words: string) =>
    (await terminal.tti(`audit list --json ${words}`))
      .json<Page>()
      .events.map(({ type, tenantId }) => `${type} ${tenantId}`);
  assert.deepEqual(await find("--type tenant.created --tenant globex"), ["tenant.created globex"]);
  assert.deepEqual((await find("--account ada@acme.example")).toSorted(), [
    "account.created acme",
    "membership.created acme",
  ]);
  assert.deepEqual(await find("--actor cli:nobody"), []);
  assert.deepEqual(await find("--address 192.0.2.1"), []);
  assert.deepEqual(await find("--from 2999-01-01"), []);
});

test("a name that can be matched no more, since TTI_SECRETS lost its key, is told from one that nobody typed", async () => {
  const TTI_SECRETS = Buffer.alloc(32, 5).toString("base64");
  const withSecret = openTypedTerminal({ ...store.environment, TTI_SECRETS });
  try {
    const words = "audit list --account nobody@acme.example";
    assert.equal(
      (await withSecret.tti(words)).stderr,
      "Nothing has been recorded here.\nNo account has this id or address now. What was recorded before an address changed is found by the account's id, or its present address.\n",
    );
    await store.db("login_name_keys").insert({ key_id: "of a secret dropped since", first_seen_at_ms: 1 });
    const { stderr } = await withSecret.tti(words);
    assert.match(
      stderr,
      /^Names typed before \S+Z can be matched no more: TTI_SECRETS.*\nNothing else .*\nNo account has /,
    );
    assert.doesNotMatch((await withSecret.tti("audit list --tenant acme")).stderr, /matched no more/);
  } finally {
    withSecret.close();
  }
});

test("a slip in a filter is an error in the words that were typed, not an empty list", async () => {
  for (const [words, code, said] of [
    ["--tenant nope", "tenant_not_found", /No tenant has this id/],
    [
      "--type tenant.creatd",
      "invalid_input",
      /--type is no audit event: "tenant.creatd".*\n.*tenant\.created/s,
    ],
    ["--type tenant.created --outcome refused", "invalid_input", /--outcome can never/],
    ["--actor clinet:app", "invalid_input", /--actor is no actor.*client:app\?/s],
    ["--actor account:", "invalid_input", /--actor is no actor/],
    ["--actor client:ap", "invalid_input", /--actor names no client/],
    ["--actor account:nobody", "invalid_input", /--actor names no account/],
    ["--client nobody", "invalid_input", /--client names no client/],
    ["--address 192.0.2", "invalid_input", /--address is no IP address/],
    ["--from 2026-11-02 --until 2026-11-01", "invalid_input", /--until is not later/],
  ] as const) {
    for (const command of ["list", "export", "follow"]) {
      const answer = await terminal.tti(`audit ${command} ${words}`);
      assert.equal(answer.exitCode, 1, `${command} ${words}`);
      assert.match(answer.stderr, new RegExp(`code: ${code}`));
      assert.match(answer.stderr, said);
    }
  }
  const before = await terminal.tti("audit list --before yesterday");
  assert.deepEqual([before.exitCode, /code: invalid_input/.test(before.stderr)], [1, true]);
  assert.equal((await terminal.tti("audit list --from soon")).exitCode, 2);
});
