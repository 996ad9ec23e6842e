// `tti serve` as an operator starts it, to see how soon it serves and what it holds while nobody asks.

import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connectDatabase } from "../../src/db/connect.ts";
import { migrateUp } from "../../src/db/migrate.ts";
import { bareEnvironment } from "../../test/support/surroundings.ts";

const program = fileURLToPath(new URL("../../bin/tti.mjs", import.meta.url));

/** What was seen. */
export interface Serving {
  /** From starting the process until it says that it serves. */
  startMs: number;
  residentBytes: number;
}

/** Starts `tti serve` on a migrated SQLite store, waits, looks, and stops it. */
export async function measureServe(idleMs: number): Promise<Serving> {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-bench-"));
  try {
    const db = connectDatabase({ dataDir });
    await migrateUp(db);
    await db.destroy();
    // The first start makes the signing keys, which every later one finds.
    const secrets = randomBytes(32).toString("base64");
    await observe(dataDir, secrets, 0);
    return await observe(dataDir, secrets, idleMs);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function observe(dataDir: string, secrets: string, idleMs: number): Promise<Serving> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [program, "serve"], {
    env: {
      ...bareEnvironment(),
      TTI_ISSUER: "https://id.example",
      TTI_TRUSTED_PROXIES: "0",
      TTI_SECRETS: secrets,
      TTI_CLIENT_ID: "bench-aws",
      TTI_DATA_DIR: dataDir,
      TTI_LOG_LEVEL: "error",
      PORT: "0",
      TTI_ADMIN_PORT: "0",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(child, "exit");
  await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => Promise.reject(new Error("tti serve ended"))),
  ]);
  const startMs = performance.now() - startedMs;
  await pause(idleMs);
  const residentBytes = residentBytesOf(child.pid ?? 0);
  child.kill("SIGTERM");
  await ended;
  process.off("exit", kill);
  return { startMs, residentBytes };
}

function residentBytesOf(pid: number): number {
  if (process.platform === "linux") {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)]).toString()) * 1024;
}
