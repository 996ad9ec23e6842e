// What a start loads: the libraries that only some act, some command or some setting needs come with that, counted by the
// modules of real processes. And in a clone, what one process compiled is kept for the next.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { recordLoads } from "./support/loaded_modules.ts";
import { bareEnvironment } from "./support/surroundings.ts";
import { openTerminal } from "./support/terminal.ts";
import { typed } from "./support/typed.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The packages a process has loaded; a package's own packages count by themselves. */
function packagesOf(addresses: readonly string[]): string[] {
  const names = addresses.flatMap(
    (address) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(address)?.[1] ?? [],
  );
  return [...new Set(names)];
}

/** The packages loaded by importing one of ours. */
function importing(t: TestContext, name: string): string[] {
  const record = recordLoads();
  t.after(() => record.remove());
  execFileSync(process.execPath, ["--input-type=module", "-e", `await import("${name}")`], {
    cwd: root,
    env: { ...bareEnvironment(), NODE_OPTIONS: record.nodeOptions },
  });
  return packagesOf(record.loaded());
}

const ofAws = (name: string) => /^@(aws|aws-sdk|smithy|aws-crypto)\//.test(name);

describe("what a start loads", () => {
  it("of tti-exchange: nothing of the AWS SDK", (t) => {
    assert.deepEqual(importing(t, "tti-exchange"), ["jose"]);
  });

  it("of tti-sandbox: nothing of the AWS SDK, and none of what reads documents", (t) => {
    assert.deepEqual(importing(t, "tti-sandbox").sort(), ["jose", "zod"]);
  });

  it("of tti serve: no library that a request or a setting has to ask for", async (t) => {
    const record = recordLoads();
    t.after(() => record.remove());
    const terminal = openTerminal({
      TTI_ISSUER: "https://login.example.com",
      TTI_SECRETS: randomBytes(32).toString("base64"),
      TTI_TRUSTED_PROXIES: "1",
      TTI_CLIENT_ID: "isv",
      TTI_HOST: "127.0.0.1",
      PORT: "0",
      TTI_ADMIN_PORT: "0",
      TTI_LOG_LEVEL: "debug",
      NODE_OPTIONS: record.nodeOptions,
    });
    t.after(() => terminal.close());
    const { environment, dataDir: folder } = terminal;
    assert.equal((await typed(["migrate", "up"], { environment, folder })).exitCode, 0);
    const running = terminal.start("serve --json");
    t.after(() => running.stop());
    const { localUrl } = JSON.parse(await running.printed("\n}\n")) as { localUrl: string };
    assert.equal((await fetch(`${localUrl}/health/ready`)).status, 200);
    await running.logged("memory of the start was given back");
    const loaded = packagesOf(record.loaded());
    assert.ok(loaded.includes("oidc-provider"), "it is seen what it loads");
    const asked =
      /^(nodemailer|@node-rs\/.*|@zxcvbn-ts\/.*|@opentelemetry\/.*|@simplewebauthn\/.*|unpdf|marked|htmlparser2)$/;
    assert.deepEqual(
      loaded.filter((name) => ofAws(name) || asked.test(name)),
      [],
    );
  });
});

describe("what was compiled", () => {
  const told =
    'import m from "node:module"; process.on("exit", () => process.stderr.write(String(m.getCompileCacheDir())));';
  const cacheOf = (environment: Record<string, string>) => {
    const { NODE_COMPILE_CACHE: _, ...bare } = bareEnvironment();
    const words = [
      "--import",
      `data:text/javascript,${encodeURIComponent(told)}`,
      "bin/tti.mjs",
      "--version",
    ];
    const env = { ...bare, ...environment };
    return spawnSync(process.execPath, words, { cwd: root, env, encoding: "utf8" }).stderr;
  };

  it("is kept beside the program, where nobody writes who may not change it", () => {
    assert.ok(cacheOf({}).startsWith(join(root, "node_modules", ".cache", "compiled")));
  });

  it("is kept where NODE_COMPILE_CACHE says, and nowhere with NODE_DISABLE_COMPILE_CACHE", (t) => {
    const named = mkdtempSync(join(tmpdir(), "tti-compiled-"));
    t.after(() => rmSync(named, { recursive: true, force: true }));
    assert.ok(cacheOf({ NODE_COMPILE_CACHE: named }).startsWith(named));
    assert.equal(cacheOf({ NODE_DISABLE_COMPILE_CACHE: "1" }), "undefined");
  });
});
