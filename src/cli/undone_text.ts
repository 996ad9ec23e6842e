// Owns how a restore is told: what ended, what was undone by it and has to be done again, and what is gone.
import type { AfterRestore } from "../upkeep/after_restore.ts";
import type { TrailSince } from "../upkeep/trail_since.ts";
import { printable } from "./terminal.ts";

/** What ended, as fields. */
export function endedFields({ ended }: AfterRestore): [string, string][] {
  if (ended === undefined) return [["ended", "nothing: what had been given out counts as it did"]];
  const { sessions, grants, tokens, consents, links, mails } = ended;
  return [
    ["ended", `${sessions} sessions, ${grants} grants, ${tokens} codes and tokens, ${consents} agreements`],
    ["", `${links} one-time links, ${mails} mails that waited`],
  ];
}

/** What the trail says of the time since the backup; without it, that nobody knows. */
export function sinceLines(since: TrailSince | undefined): string[] {
  if (since === undefined) {
    return [
      "",
      "Whoever was removed since the backup is back. An exported trail says who: --trail FILE",
      "(docs/guides/backup.md has the list of what to look for).",
    ];
  }
  const gone = Object.entries(since.gone).map(
    ([type, of]) => `  ${type.padEnd(20)}  ${of.length}: ${some(of)}`,
  );
  return [
    "",
    `${since.events} events of the trail came after the backup.`,
    ...(since.undone.length === 0
      ? ["Nothing that was taken away is back."]
      : ["Do again what was done since:"]),
    ...since.undone.map(
      ({ atMs, type, again }) => `  ${new Date(atMs).toISOString()}  ${type.padEnd(20)}  ${printable(again)}`,
    ),
    ...(gone.length === 0 ? [] : ["Made since, and gone:", ...gone]),
  ];
}

const mostNamed = 5;

function some(of: readonly string[]): string {
  const named = of.slice(0, mostNamed).map(printable).join(", ");
  return of.length > mostNamed ? `${named}, … (--json has all)` : named;
}
