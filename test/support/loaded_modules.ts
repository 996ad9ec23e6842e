// Owns seeing which modules a process loads, by a hook that is there before its program.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A record that processes write. */
export interface LoadRecord {
  /** NODE_OPTIONS of a process that shall be seen. */
  readonly nodeOptions: string;
  /** Addresses of the modules that were loaded up to now, each once. */
  loaded(): string[];
  remove(): void;
}

/** Opens a record. A process adds each module before it runs it, so that what was loaded is there while it still runs. */
export function recordLoads(): LoadRecord {
  const folder = mkdtempSync(join(tmpdir(), "tti-loads-"));
  const record = join(folder, "loaded.txt");
  const hook = `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({
  load(url, context, next) {
    appendFileSync(${JSON.stringify(record)}, url + "\\n");
    return next(url, context);
  },
});`;
  const preloaded = `data:text/javascript,${encodeURIComponent(hook)}`;
  return {
    nodeOptions: `--import=${preloaded}`,
    loaded: () => [...new Set(readFileSync(record, "utf8").split("\n").filter(Boolean))],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
