// Owns how a site is read once its load is over: the people in the store, the trail and what `tti audit verify` says of it,
// the mail that came.
import { setTimeout as sleep } from "node:timers/promises";
import { connectDatabase } from "../../src/db/connect.ts";
import { stateOfPerson } from "./administrator.ts";
import type { Ending, Happening } from "./history.ts";
import { type Release, runCommand } from "./instance.ts";
import type { Site } from "./site.ts";

/** How long the outbox has for what is left. */
const mailMs = 60_000;

/** Reads how it ended. */
export async function readEnding(
  site: Site,
  release: Release,
  history: readonly Happening[],
): Promise<Ending> {
  await mailCame(site, history);
  const trail = await runCommand(release, site.environment, ["audit", "verify"]).then(
    (said) => ({ intact: true, said }),
    (error: unknown) => ({ intact: false, said: String(error) }),
  );
  const db = connectDatabase({ databaseUrl: site.databaseUrl });
  try {
    const accounts = await db("accounts").select("id", "name", "disabled_at_ms");
    const events = await db("audit_events").select("type", "account_id", "request_id");
    return {
      things: new Map(
        accounts.map((row) => [
          `account ${row.id}`,
          stateOfPerson(String(row.name), row.disabled_at_ms !== null),
        ]),
      ),
      events: events.map((row) => ({ type: row.type, accountId: row.account_id, requestId: row.request_id })),
      trail,
      mailed: mailedTo(site),
    };
  } finally {
    await db.destroy();
  }
}

const mailedTo = ({ mail }: Site): Set<string> => new Set(mail.taken.flatMap(({ to }) => to));

async function mailCame(site: Site, history: readonly Happening[]): Promise<void> {
  const promised = history.flatMap((happening) => (happening.kind === "mail" ? [happening.address] : []));
  const deadlineMs = performance.now() + mailMs;
  while (performance.now() < deadlineMs) {
    const came = mailedTo(site);
    if (promised.every((address) => came.has(address))) return;
    await sleep(500);
  }
}
