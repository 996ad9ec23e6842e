// The guide's lines for PostgreSQL, with PostgreSQL's own programs: a dump while the provider serves, restored over the old store and
// into an empty database. It takes a server and programs of one version, as Debian installs them; elsewhere it is skipped, by name.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import pg from "pg";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import { verifyChain } from "../../src/audit/chain/verify.ts";
import { connectDatabase } from "../../src/db/connect.ts";
import { migrateUp } from "../../src/db/migrate.ts";
import { sumTable } from "../../src/upkeep/rows_store.ts";
import { listTables } from "../../src/upkeep/tables_store.ts";
import { parseBlocks } from "../docs/page_blocks.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { openTypedTerminal } from "../support/typed.ts";
import { addEvents, furnish, secrets } from "./furnished_store.ts";

// The newest that is whole: server and programs.
const programs = globSync("/usr/lib/postgresql/*")
  .filter((folder) =>
    ["initdb", "postgres", "pg_dump", "pg_restore"].every((one) => existsSync(join(folder, "bin", one))),
  )
  .toSorted((a, b) => Number(a.split("/").at(-1)) - Number(b.split("/").at(-1)))
  .at(-1);
const guide = readFileSync(join(import.meta.dirname, "../../docs/guides/backup.md"), "utf8");
const lineOf = (program: string): string => new RegExp(`^${program} .*$`, "m").exec(guide)?.[0] ?? "";
const run = promisify(execFile);

describe("the guide's lines for PostgreSQL", {
  skip: programs === undefined && "no PostgreSQL with its programs is installed here",
}, () => {
  let server: PostgresServer;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tti-dump-"));
    server = await startPostgres({ programs: programs ?? "" });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const shell = (line: string, databaseUrl: string) =>
    run("bash", ["-c", line], {
      cwd: folder,
      env: {
        PATH: [join(programs ?? "", "bin"), process.env["PATH"]].join(delimiter),
        DATABASE_URL: databaseUrl,
      },
    });

  async function makeDatabase(name: string): Promise<string> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    return server.url.replace(/\/postgres$/, `/${name}`);
  }

  test("dump while somebody writes, and restore over the old store and into an empty database", async () => {
    const url = await makeDatabase("serving");
    const db = connectDatabase({ databaseUrl: url });
    await migrateUp(db);
    await furnish(db);
    const sums = async (of: typeof db) =>
      Object.fromEntries(
        await Promise.all(
          (await listTables(of)).map(async (table) => [table.name, await sumTable(of, table)]),
        ),
      );
    const [before, { head }] = [await sums(db), await verifyChain(db, createBlockSeals(secrets))];
    const writing = await db.transaction();
    await writing("tenants").insert({ id: "half", name: "Half", created_at_ms: 1, updated_at_ms: 1 });
    await shell(lineOf("pg_dump"), url);
    await writing.commit();
    await addEvents(db, 2);
    const secret = (secrets[0] as Buffer).toString("base64");
    for (const target of [url, await makeDatabase("empty")]) {
      await shell(lineOf("pg_restore"), target);
      const restored = connectDatabase({ databaseUrl: target });
      const terminal = openTypedTerminal({
        TTI_MODE: "development",
        TTI_SECRETS: secret,
        DATABASE_URL: target,
      });
      try {
        assert.deepEqual(await sums(restored), before);
        for (const { text } of parseBlocks("backup", guide)) {
          if (!text.includes("after-restore --trail")) continue;
          for (const line of text.replace(" --trail audit.jsonl", "").trim().split("\n")) {
            const told = await terminal.tti(line.replace("npx --no tti ", ""));
            assert.equal(told.exitCode, 0, told.stderr);
          }
        }
        const chain = await verifyChain(restored, createBlockSeals(secrets), head ?? undefined);
        assert.ok(chain.intact && chain.sealJudged);
        assert.equal((await restored("session_vouchers")).length, 0);
        assert.equal((await restored("audit_events").where("type", "store.restored")).length, 1);
      } finally {
        terminal.close();
        await restored.destroy();
      }
    }
    await db.destroy();
  });
});
