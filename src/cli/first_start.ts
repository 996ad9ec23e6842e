// Owns how `tti serve` lets the first owner in: while there is none, it prints a one-time link to the console. The link is a
// secret, so it is words for whoever reads standard output; the log says only that it is there.
import { hasOwner } from "../admin/administrators/administrator_store.ts";
import { makeFirstLink } from "../admin/operations/first_link.ts";
import type { Config } from "../config.ts";
import { firstStartUrl } from "../console/first_start/first_start_page.ts";
import type { Log } from "../log.ts";
import type { RunningServer } from "../running_server.ts";
import { operationContext } from "./administration.ts";
import type { Terminal } from "./terminal.ts";

const noOwner = "nobody owns this installation yet";
const byCommand = "tti admin create --email you@example.com --role owner";

/** Prints the link if there is no owner, and says in the log how the first is made. It keeps nothing from serving. */
export async function offerFirstStart(
  { db, consoleUrl }: Pick<RunningServer, "db" | "consoleUrl">,
  { config, log, terminal }: { config: Config; log: Log; terminal: Terminal },
): Promise<void> {
  try {
    if (await hasOwner(db)) return;
    // Who reads the result by program has no use for a secret in it; without a console it would lead nowhere.
    if (consoleUrl === undefined || terminal.json) {
      log.warn({ fix: `Make one: ${byCommand}` }, noOwner);
      return;
    }
    const { link } = await makeFirstLink(operationContext(db, config));
    if (link === null) return;
    const expiresAt = new Date(link.expiresAtMs).toISOString();
    log.warn(
      { expiresAt, fix: `Open the link that was printed on standard output, or: ${byCommand}` },
      noOwner,
    );
    terminal.result(
      undefined,
      `Nobody owns this installation yet. This link makes its first owner, once, until ${expiresAt}:
  ${firstStartUrl(consoleUrl, link.secret)}`,
    );
  } catch (err) {
    log.error({ err }, "whether anybody owns this installation could not be read");
  }
}
