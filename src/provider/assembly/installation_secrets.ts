// Owns the installation's secrets where the environment gives none: a developer's machine makes one and keeps it.
import { randomBytes } from "node:crypto";
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import { makeDataDirectory } from "../../db/data_directory.ts";

/**
 * The secrets to use: those of the environment, or, in development only, one kept in the data directory.
 * Two processes may start at once: the file comes to be whole, by one of them, and is read by both.
 */
export function loadSecrets(config: Pick<Config, "secrets" | "dataDir">): readonly Uint8Array[] {
  if (config.secrets.length > 0) return config.secrets;
  makeDataDirectory(config.dataDir);
  const path = join(config.dataDir, secretName);
  if (!existsSync(path)) makeSecret(path);
  return [Buffer.from(readFileSync(path, "utf8"), "base64")];
}

/**
 * The secrets that are at hand: as {@link loadSecrets}, but none is made. One that was made now would open nothing there is.
 * @returns none if there are none
 */
export function findSecrets(
  config: Pick<Config, "secrets" | "dataDir" | "mode" | "databaseUrl">,
): readonly Uint8Array[] {
  if (config.secrets.length > 0) return config.secrets;
  const isDevelopment = config.databaseUrl === undefined && config.mode === "development";
  return isDevelopment && existsSync(join(config.dataDir, secretName)) ? loadSecrets(config) : [];
}

/** The file in the data directory that holds the secret of a developer's machine. */
export const secretName = "development-secret";

// Written under a name of its own, then linked: whoever finds the file finds all of it.
function makeSecret(path: string): void {
  const own = `${path}.${randomBytes(8).toString("hex")}`;
  writeFileSync(own, randomBytes(32).toString("base64"), { flag: "wx", mode: 0o600 });
  try {
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(own);
  }
}
