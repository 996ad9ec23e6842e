// The commands on the trail's chain: `tti audit export`, `follow`, `verify`, `prune`.
import { setTimeout as sleep } from "node:timers/promises";
import { type ExportPage, exportAll, pruneEvents, verifyTrail } from "../../admin/operations/audit_chain.ts";
import { filterHelp, filterOptions, filtersOf, whatIsGiven, withTrail } from "../audit_trail.ts";
import { type Command, defineCommand, parsePage, UsageError } from "../command.ts";
import { stopSignal } from "../stop_signal.ts";
import { formatFields, printable } from "../terminal.ts";

const placeHelp = `  --after PLACE    go on after this place: "place" of the last event you have`;

const exportCommand = defineCommand({
  name: "audit export",
  summary: "write sealed events as JSON Lines, oldest first",
  help: `Usage: tti audit export [options]

Writes the trail to standard output, one JSON document a line, in the order in which it was
sealed. Events wait some seconds to be sealed, those that count up to three minutes; what is
not sealed yet comes with the next export, after the place this one ends with. Two exports
in a row hold each event once.

${filterHelp}
${placeHelp}
  --limit N        at most N (default: all)

Example:
  $ tti audit export --after 0.0 > audit.jsonl`,
  options: { ...filterOptions, after: { type: "string" }, limit: { type: "string" } },
  run({ values, terminal }) {
    const { limit } = parsePage({ limit: values.limit });
    const given = { ...filtersOf(values), ...whatIsGiven({ cursor: values.after, limit }) };
    return withTrail({ account: values.account }, terminal, async (context) => {
      let count = 0;
      let cursor = values.after;
      for await (const page of exportAll(context, given)) {
        for (const event of page.events) await terminal.line(JSON.stringify(event));
        count += page.events.length;
        cursor = page.cursor;
      }
      terminal.say(`${count} events. The next export goes on with: --after ${cursor}`);
      return 0;
    });
  },
});

const pollMs = 1_000;

const follow = defineCommand({
  name: "audit follow",
  summary: "print events as they are sealed, until stopped",
  help: `Usage: tti audit follow [options]

Prints each event once it is sealed: after some seconds, after up to three minutes where
events are counted. None is lost, however late it was committed. Ctrl-C ends it.

${filterHelp}
${placeHelp} (default: end, so only what
                   comes; 0.0 is the first event)
  --json           print JSON Lines

Example:
  $ tti audit follow --outcome refused`,
  options: { ...filterOptions, after: { type: "string" } },
  run({ values, terminal }) {
    const filters = filtersOf(values);
    const signal = stopSignal();
    return withTrail({ account: values.account }, terminal, async (context) => {
      let cursor = values.after ?? "end";
      while (!signal.aborted) {
        for await (const page of exportAll(context, { ...filters, cursor })) {
          for (const event of page.events) {
            await terminal.line(terminal.json ? JSON.stringify(event) : lineOf(event));
          }
          cursor = page.cursor;
          if (signal.aborted) break;
        }
        await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      }
      terminal.say(`To go on from here: --after ${cursor}`);
      return 0;
    });
  },
});

function lineOf(event: ExportPage["events"][number]): string {
  const { atMs, type, actor, tenantId, accountId, clientId, address, times, details } = event;
  const named = { tenant: tenantId, account: accountId, client: clientId, address, times, ...details };
  const words = Object.entries(named)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  return printable([new Date(atMs).toISOString(), type, actor, ...words].join("  "));
}

const verify = defineCommand({
  name: "audit verify",
  summary: "verify that nobody changed the trail",
  help: `Usage: tti audit verify [--anchor NUMBER:HASH] [--json]

Reads the whole chain and says what was changed, removed, added or reordered after it was
sealed, what retention removed, and what is not sealed yet. Exits with 1 if anything is
wrong. Needs the provider's TTI_SECRETS to judge who sealed it.

  --anchor BLOCK   a block an earlier run printed: it must be there as it was. Only an anchor
                   that is kept elsewhere shows that the end of the chain was cut off
  --json           print one JSON document

Example:
  $ tti audit verify`,
  options: { anchor: { type: "string" } },
  run: ({ values, terminal }) =>
    withTrail({ seals: true }, terminal, async (context) => {
      const report = await verifyTrail(context, whatIsGiven({ anchor: values.anchor }));
      const { blocks, events, erased, prunedBlocks, head, unsealed, faults } = report;
      const age = ageOf(unsealed.oldestAtMs, context.clock());
      terminal.result(
        report,
        formatFields([
          ["state", report.intact ? "intact" : "NOT intact"],
          ["sealed", `${events} events in ${blocks} blocks`],
          ["not sealed yet", `${unsealed.events} events${age}`],
          ["erased", `address or name of ${erased} events, with their person`],
          ["retention", `removed the events of ${prunedBlocks} blocks`],
          ["anchor", head === null ? "nothing is sealed yet" : `${head.number}:${head.hash}`],
          ...faults.map(({ kind, says }) => [kind, says] as const),
        ]),
      );
      if (head !== null && !report.sealJudged) {
        terminal.say("TTI_SECRETS is not set here: hashes were judged, but not who sealed the chain.");
      }
      return report.intact ? 0 : 1;
    }),
});

function ageOf(atMs: number | null, now: Date): string {
  return atMs === null ? "" : `, the oldest ${Math.max(0, Math.round((now.getTime() - atMs) / 1000))} s old`;
}

const prune = defineCommand({
  name: "audit prune",
  summary: "remove events older than retention",
  help: `Usage: tti audit prune [--days N] [--yes] [--json]

Removes sealed events that are older than they are to be kept. The chain stays provable, and
an event says what went. Without --yes nothing happens: the command says what would go, and
exits with 1.

  --days N         keep the events of N days (default: TTI_AUDIT_RETENTION)
  --yes            do it
  --json           print one JSON document

Example:
  $ tti audit prune --days 400 --yes`,
  options: { days: { type: "string" }, yes: { type: "boolean" } },
  run: ({ values, terminal }) =>
    withTrail({}, terminal, async (context) => {
      const dryRun = values.yes !== true;
      const days = values.days === undefined ? undefined : parseDays(values.days);
      const pruned = await pruneEvents(context, whatIsGiven({ days, dryRun }));
      terminal.result(
        pruned,
        formatFields([
          ["older than", new Date(pruned.beforeMs).toISOString()],
          [dryRun ? "would go" : "gone", `${pruned.events} events in ${pruned.blocks} blocks`],
        ]),
      );
      if (dryRun) terminal.say("Nothing was done. If you mean it, add --yes");
      return dryRun ? 1 : 0;
    }),
});

function parseDays(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError("--days is no whole number from 1 on", "Write it like --days 400");
}

export const auditChainCommands: readonly Command[] = [exportCommand, follow, verify, prune];
