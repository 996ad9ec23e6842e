// Owns finding every list of defences: each file of this folder that exports one.
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Defence } from "./defence.ts";

const folder = dirname(fileURLToPath(import.meta.url));

/** Reads every list, in the order of the files' names. */
export async function readDefences(): Promise<readonly Defence[]> {
  const own = ["copy.ts", "cve_classes.ts", "defence.ts", "lists.ts", "run.ts"];
  const paths = globSync("*.ts", { cwd: folder }).filter(
    (path) => !own.includes(path) && !path.endsWith(".test.ts"),
  );
  const lists = await Promise.all(
    paths.sort().map(async (path) => {
      const module = (await import(pathToFileURL(join(folder, path)).href)) as {
        defences?: readonly Defence[];
      };
      return module.defences ?? [];
    }),
  );
  return lists.flat();
}
