// `tti user import` and `tti user export`, as they are typed: files of either format and encoding, what is told of rows
// that are refused, that nothing comes of a file that cannot be read to its end, and that an import begins anew.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { formatOf, readPeople } from "../../src/cli/people_file.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import { openTerminal, type TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

const bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

interface Told {
  rows: number;
  created: number;
  joined: number;
  unchanged: number;
  refused: number;
  dryRun: boolean;
  refusedRows: { line: number; reason: string }[];
}

for (const kind of storesOfToday(import.meta.url)) {
  describe(`people in files on ${kind}`, () => {
    let store: TestDatabase;
    let terminal: TestTerminal;
    before(async () => {
      store = await openTestDatabase(kind);
      terminal = openTypedTerminal(store.environment, store.db);
      for (const id of ["acme", "globex"]) await terminal.tti(`tenant create ${id}`);
    });
    after(async () => {
      terminal.close();
      await store.close();
    });
    const file = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(terminal.dataDir, name), content);
      return name;
    };
    const countOf = async (table: string) => Number((await store.db(table).count("* as n"))[0]?.["n"]);

    it("come from CSV; each refused row is named with its line and the reason", async () => {
      const path = file(
        "people.csv",
        `email,name,tenant,role,emailVerified,passwordHash\r
ada@acme.example,"Lovelace, Ada",acme,admin,TRUE,${bcrypt}\r
ada@acme.example,,globex,,,\r
nobody,,acme,,,\r
ben@acme.example,"two\r
lines",acme,,,\r
cid@acme.example,,nowhere,,,\r
dot@acme.example,,acme\r
eve@acme.example,,acme,,maybe,\r
`,
      );
      const dry = await terminal.tti(`user import ${path} --dry-run --json`);
      assert.equal(dry.exitCode, 1, dry.stderr);
      assert.equal(await countOf("accounts"), 0);
      const told = await terminal.tti(`user import ${path} --json`);
      assert.equal(told.exitCode, 1, told.stderr);
      const { refusedRows, ...counts } = told.json<Told>();
      assert.deepEqual(counts, { rows: 7, created: 1, joined: 2, unchanged: 0, refused: 5, dryRun: false });
      assert.deepEqual(dry.json<Told>(), { ...counts, dryRun: true, refusedRows });
      const reasons = new Map(refusedRows.map(({ line, reason }) => [line, reason]));
      assert.match(reasons.get(4) ?? "", /^email is not an e-mail address\. Give an address/);
      assert.match(reasons.get(5) ?? "", /^name holds invisible characters/);
      assert.match(reasons.get(7) ?? "", /^No tenant has this id.*: "nowhere"\. List the tenants/);
      assert.deepEqual([...reasons.keys()], [4, 5, 7, 8, 9], "in the order of the file");
      assert.match(reasons.get(8) ?? "", /^The row has 3 cells, and the first line names 6 columns/);
      assert.match(reasons.get(9) ?? "", /^emailVerified must be true or false/);
      assert.match(told.stderr, /^line 4: email is not/m);
      const again = await terminal.tti(`user import ${path}`);
      assert.match(
        again.stdout,
        /^Took 2 of 7 rows: 0 new accounts, 0 new memberships, 2 rows that say nothing new/,
      );
    });

    it("come from JSON Lines, in UTF-16 as PowerShell writes it", async () => {
      const lines = [
        JSON.stringify({ email: "fay@acme.example", name: "Fay\u00e9", tenant: "acme", externalId: "fay" }),
        "",
        "{broken",
        JSON.stringify({ email: "gus@acme.example", phone: "1" }),
        JSON.stringify(["gus@acme.example"]),
        '{"email":"gus@acme.example","name":"a\\u0000b"}',
      ];
      const path = file("people.jsonl", Buffer.from(`\ufeff${lines.join("\r\n")}\r\n`, "utf16le"));
      const told = await terminal.tti(`user import ${path} --json`);
      const { created, refusedRows } = told.json<Told>();
      assert.equal(created, 1);
      assert.deepEqual(refusedRows.map(({ line, reason }) => [line, reason.split(".")[0]]).sort(), [
        [3, "The line is not JSON"],
        [4, "phone is not known here"],
        [5, "The line is not a JSON object"],
        [6, "The object holds U+0000 or half a character"],
      ]);
    });

    it("come to nothing if the file cannot be read to its end", async () => {
      const before = await countOf("accounts");
      const good = "hal@acme.example,acme\n".repeat(300);
      const path = file("a.csv", `email,tenant\n${good}"ida@acme.example,acme\n`);
      const told = await terminal.tti(`user import ${path}`);
      assert.equal(told.exitCode, 1);
      assert.match(told.stderr, /a\.csv, line 302: a quote is never closed/);
      assert.equal(await countOf("accounts"), before);
      assert.equal((await terminal.tti("user import people")).exitCode, 2);
    });

    it("go out and come in again, hashes only when they are asked for, and the trail tells", async () => {
      // A process of its own, whose output is a real pipe.
      const outside = openTerminal(store.environment);
      const plain = await outside.tti("user export");
      outside.close();
      assert.equal(plain.exitCode, 0, plain.stderr);
      assert.match(plain.stdout, /^\{"email":"ada@acme\.example","name":"Lovelace, Ada","tenant":"acme"/m);
      assert.doesNotMatch(plain.stdout, /\$2a\$/);
      const written = await terminal.tti("user export --password-hashes --out out.csv --json");
      assert.equal(written.exitCode, 0, written.stderr);
      assert.deepEqual(written.json(), { file: "out.csv", rows: 3 });
      const path = join(terminal.dataDir, "out.csv");
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const content = readFileSync(path, "utf8");
      assert.match(content, /^email,name,tenant,role,emailVerified,passwordHash,externalId\r\n/);
      assert.ok(content.includes(`ada@acme.example,"Lovelace, Ada",acme,admin,true,${bcrypt},`));
      const again = await terminal.tti("user import out.csv --json");
      assert.deepEqual([again.exitCode, again.json<Told>().unchanged], [0, 3], again.stderr);
      assert.match((await terminal.tti("user export --out out.csv")).stderr, /it is there already/);
      assert.equal((await terminal.tti("user export --json")).exitCode, 2);
      const events = await listAuditEvents(store.db, { type: "people.exported" });
      assert.ok(events.some(({ details }) => details["passwordHashes"] === true));
    });
  });
}

describe("a file of people", () => {
  it("that cannot be read to its end says on which line, and by which column", async () => {
    const terminal = openTerminal();
    try {
      for (const [name, content, what] of [
        ["b.csv", Buffer.from("email\nn\u00e9e\n", "latin1"), /b\.csv, line 2: these bytes are no UTF-8/],
        ["c.csv", "email,phone\nx@acme.example,1\n", /c\.csv, line 1: phone is no member of a person/],
        [
          "d.csv",
          "email;name\nx@acme.example;X\n",
          /d\.csv, line 1: the columns are not separated by commas/,
        ],
        ["e.csv", "name\nX\n", /e\.csv, line 1: there is no column email/],
        ["f.csv", `email${",".repeat(70)}\n`, /f\.csv, line 1: has more than 64 columns/],
        [
          "g.jsonl",
          `{"email":"hal@acme.example"}\n${" ".repeat(70_000)}\n`,
          /g\.jsonl, line 2: has more than 65536/,
        ],
        ["h.csv", "email,email\n", /h\.csv, line 1: email stands there twice/],
      ] as const) {
        const path = join(terminal.dataDir, name);
        writeFileSync(path, content);
        await assert.rejects(collect(readPeople(path, name.endsWith("csv") ? "csv" : "jsonl")), what);
      }
      assert.throws(() => formatOf("xml", "x.csv"), /--format is csv or jsonl/);
      assert.throws(() => formatOf(undefined, "people"), /does not tell its format/);
    } finally {
      terminal.close();
    }
  });

  it("is held row by row: no more of it is read than was taken", async () => {
    const terminal = openTerminal();
    try {
      const path = join(terminal.dataDir, "many.jsonl");
      const row = `${JSON.stringify({ email: "a@b.example", name: "x".repeat(100) })}\n`;
      writeFileSync(path, row.repeat(20_000));
      // What was read from the file is counted by the process itself.
      const read = () => Number(/^rchar: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
      const start = process.platform === "linux" ? read() : 0;
      let taken = 0;
      for await (const one of readPeople(path, "jsonl")) {
        assert.ok("value" in one);
        taken += 1;
        if (taken === 100) break;
      }
      if (process.platform === "linux") assert.ok(read() - start < 1_000_000, "the file was read on");
    } finally {
      terminal.close();
    }
  });
});
