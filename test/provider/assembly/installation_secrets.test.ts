// The secret a developer's machine keeps: one for all processes that start at once, readable by its owner alone.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

const program = `
  const { loadSecrets } = await import(process.argv[1]);
  console.log(Buffer.from(loadSecrets({ secrets: [], dataDir: process.argv[2] })[0]).toString("base64"));
`;

test("processes that start at once have one whole secret, which nobody else may read", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-secret-"));
  const module = new URL("../../../src/provider/assembly/installation_secrets.ts", import.meta.url).href;
  const secrets = await Promise.all(
    Array.from({ length: 6 }, () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, module, dataDir]);
      return text(child.stdout);
    }),
  );
  assert.equal(new Set(secrets).size, 1);
  assert.equal(Buffer.from(secrets[0] ?? "", "base64").length, 32);
  assert.deepEqual(readdirSync(dataDir), ["development-secret"]);
  assert.equal(statSync(join(dataDir, "development-secret")).mode & 0o777, 0o600);
  rmSync(dataDir, { recursive: true });
});
