// Owns a shell of somebody who follows the sandbox's pages: `npx --no -- tti-sandbox` in it is the command of this checkout.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "./surroundings.ts";

/** An empty folder, and the environment to type in. */
export interface SandboxShell {
  folder: string;
  env: Record<string, string>;
  close(): void;
}

const program = fileURLToPath(new URL("../../packages/sandbox/bin/tti-sandbox.mjs", import.meta.url));

/** Opens one. */
export function openSandboxShell(): SandboxShell {
  const folder = mkdtempSync(join(tmpdir(), "tti-sandbox-shell-"));
  const npx = `#!/bin/sh\n[ "$1 $2 $3" = "--no -- tti-sandbox" ] || exit 1\nshift 3\nexec node '${program}' "$@"\n`;
  writeFileSync(join(folder, "npx"), npx);
  chmodSync(join(folder, "npx"), 0o755);
  const PATH = [folder, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  return {
    folder,
    env: { ...bareEnvironment(), PATH },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
