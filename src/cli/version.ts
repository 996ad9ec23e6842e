// Owns the product's version, as package.json states it.
import { readFileSync } from "node:fs";

/** The version of the package these sources, or this build, belong to. */
export function productVersion(): string {
  // In a clone package.json is two folders up, in the package three: dist/src/cli.
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      if (typeof manifest === "object" && manifest !== null && "version" in manifest) {
        return String(manifest.version);
      }
    } catch {
      // Not here: the other place.
    }
  }
  return "unknown";
}
