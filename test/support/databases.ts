// Owns fresh, migrated stores for tests, of both kinds, so that one contract suite runs over each.
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { connectDatabase, type Database, type StoreLocation } from "../../src/db/connect.ts";
import { migrateUp } from "../../src/db/migrate.ts";
import { fastFolder } from "./fast_folder.ts";
import { makeTemplate, startPostgres } from "./postgres.ts";

/** The two stores the product supports. */
export type StoreKind = "sqlite" | "postgres";
export const storeKinds: readonly StoreKind[] = ["sqlite", "postgres"];

/** A store of one test's own. */
export interface TestDatabase {
  kind: StoreKind;
  db: Database;
  /** Where it is, for a second pool or another process. */
  location: StoreLocation;
  /** The environment that points a `tti` process at it. */
  environment: Record<string, string>;
  /** Opens another pool on the same store, as a second instance would; closed with the rest. */
  openAnother(): Database;
  close(): Promise<void>;
}

// By the address they were asked for: a benchmark stops its server, and starts another for what it measures next.
const servers = new Map<string | undefined, Promise<{ url: string; template: string }>>();

// `npm test` starts one server, with a migrated template, for all files; a file run alone makes its own.
function testServer(): Promise<{ url: string; template: string }> {
  const named = process.env["TEST_POSTGRES_URL"];
  const known = servers.get(named);
  if (known !== undefined) return known;
  const server = (async () => {
    const url = named ?? (await startPostgres()).url;
    return { url, template: process.env["TEST_POSTGRES_TEMPLATE"] ?? (await makeTemplate(url)) };
  })();
  servers.set(named, server);
  return server;
}

/** Makes an empty, migrated store. Close it, or the test file never ends. */
export async function openTestDatabase(kind: StoreKind): Promise<TestDatabase> {
  return kind === "sqlite" ? openSqlite() : openPostgres();
}

// Migrations cost more than most tests; a copy of what they made costs nothing.
let migratedFile: Promise<string> | undefined;

async function migrateFile(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tti-migrated-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const db = connectDatabase({ dataDir: folder });
  await migrateUp(db);
  // The last connection that closes writes everything into the one file.
  await db.destroy();
  return join(folder, "tti.sqlite");
}

async function openSqlite(): Promise<TestDatabase> {
  migratedFile ??= migrateFile();
  const dataDir = mkdtempSync(join(fastFolder(1), "tti-store-"));
  copyFileSync(await migratedFile, join(dataDir, "tti.sqlite"));
  return prepare("sqlite", { dataDir }, { TTI_DATA_DIR: dataDir }, async () => {
    rmSync(dataDir, { recursive: true, force: true });
  });
}

// Copying files writes nothing into the log, and takes a third of the other way's time where they are in memory.
const openPostgres = async (): Promise<TestDatabase> =>
  createPostgres(`template ${(await testServer()).template} strategy file_copy`);

async function createPostgres(how: string): Promise<TestDatabase> {
  const { url: maintenanceUrl } = await testServer();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(maintenanceUrl, `create database ${name} ${how}`);
  const address = new URL(maintenanceUrl);
  address.pathname = `/${name}`;
  const databaseUrl = address.href;
  return prepare("postgres", { databaseUrl }, { DATABASE_URL: databaseUrl }, () =>
    administer(maintenanceUrl, `drop database ${name} with (force)`),
  );
}

/** Makes a store without any table, as before the first `tti migrate up`. */
export async function openEmptyStore(kind: StoreKind): Promise<TestDatabase> {
  if (kind === "sqlite") {
    const dataDir = mkdtempSync(join(fastFolder(1), "tti-store-"));
    return prepare("sqlite", { dataDir }, { TTI_DATA_DIR: dataDir }, async () => {
      rmSync(dataDir, { recursive: true, force: true });
    });
  }
  return createPostgres("template template0");
}

// What is copied is migrated; to ask again takes half of what a store costs.
async function prepare(
  kind: StoreKind,
  location: StoreLocation,
  environment: Record<string, string>,
  remove: () => Promise<void>,
): Promise<TestDatabase> {
  const pools = [connectDatabase(location)];
  const [db] = pools as [Database];
  return {
    kind,
    db,
    location,
    environment,
    openAnother() {
      const another = connectDatabase(location);
      pools.push(another);
      return another;
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.destroy()));
      await remove();
    },
  };
}

// Without the product's limits: creating and dropping a database waits for a checkpoint, which on a busy disk takes
// longer than a request may.
async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
