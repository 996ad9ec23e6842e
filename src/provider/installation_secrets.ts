// Owns the installation's secrets where the environment gives none: a developer's machine makes one and keeps it.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";

/**
 * The secrets to use: those of the environment, or, in development only, one kept in the data directory.
 * Two processes may start at once: the file is created by one of them and read by both.
 */
export function loadSecrets(config: Pick<Config, "secrets" | "dataDir">): readonly Uint8Array[] {
  if (config.secrets.length > 0) return config.secrets;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const path = join(config.dataDir, "development-secret");
  try {
    writeFileSync(path, randomBytes(32).toString("base64"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return [Buffer.from(readFileSync(path, "utf8"), "base64")];
}
