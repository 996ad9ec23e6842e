// Owns reading what a shipped file gives the product as settings: by names that exist, secrets as files, and whole enough for
// production to start with.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, readConfig } from "../../src/config.ts";
import type { Setting } from "../../src/settings/setting.ts";
import { settings } from "../../src/settings.ts";

const table = Object.values(settings) as Setting<unknown>[];
const named = new Set(table.flatMap(({ name, fromFile }) => (fromFile ? [name, `${name}_FILE`] : [name])));
const secrets = table.filter(({ fromFile }) => fromFile).map(({ name }) => name);
const contents: Record<string, string> = {
  TTI_SECRETS: Buffer.from("0123456789abcdefghijklmnopqrstuv").toString("base64"),
  DATABASE_URL: "postgres://tti@db/tti",
};

/**
 * Reads them as `tti serve` does, each file that is named being there.
 * @throws AssertionError if a name is unknown, or a secret stands among the settings itself
 */
export function readGiven(environment: Readonly<Record<string, string>>): Config {
  const names = Object.keys(environment).filter((name) => name !== "NODE_ENV");
  assert.deepEqual(
    names.filter((name) => !named.has(name)),
    [],
    "there are no such settings",
  );
  assert.deepEqual(
    names.filter((name) => secrets.includes(name)),
    [],
    "a secret stands in the environment",
  );
  const folder = mkdtempSync(join(tmpdir(), "tti-given-"));
  const here = (name: string): string => {
    const file = join(folder, name);
    writeFileSync(file, contents[name.slice(0, -"_FILE".length)] ?? "");
    return file;
  };
  try {
    const entries = Object.entries(environment);
    const found = entries.map(([name, value]) => [name, name.endsWith("_FILE") ? here(name) : value]);
    return readConfig(Object.fromEntries(found), "production");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
