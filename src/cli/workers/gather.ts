// Owns gathering the metrics of all processes of an instance: each is asked, and who does not answer in time is left out.
import { entryOf } from "../../observability/metric_table.ts";
import { processPoints } from "../../observability/process_points.ts";
import type { Crew, Hand } from "./crew.ts";
import type { MetricsPart, Report } from "./messages.ts";

/** How long the workers are waited for, in milliseconds: longer than each waits for the store, shorter than Prometheus waits. */
const answerLimitMs = 4_000;

/** Gathers metrics, for whichever worker is asked for them. */
export interface Gathering {
  /** Takes a report that asks, or answers. */
  heard(hand: Hand, report: Report): void;
}

interface Round {
  asker: Hand;
  askedAs: number;
  parts: MetricsPart[];
  awaited: Map<Hand, number>;
  cancel(): void;
}

/**
 * Makes it.
 * @param crew whose metrics
 * @param after does something later, and returns what takes it back
 */
export function createGathering(
  crew: Pick<Crew, "serving" | "exits">,
  size: number,
  after: (ms: number, act: () => void) => () => void,
): Gathering {
  const rounds = new Map<number, Round>();
  let last = 0;

  const answer = (id: number): void => {
    const round = rounds.get(id);
    if (round === undefined) return;
    rounds.delete(id);
    round.cancel();
    const own = { worker: "primary", text: primaryText(size, crew) };
    const parts = round.parts.toSorted((one, other) => Number(one.worker) - Number(other.worker));
    round.asker.send({ order: "measured", id: round.askedAs, parts: [own, ...parts] });
  };

  return {
    heard(hand, report) {
      if (report.report === "scrape") {
        last += 1;
        const id = last;
        const asked = crew.serving();
        const awaited = new Map(asked.map((one) => [one.hand, one.worker]));
        const cancel = after(answerLimitMs, () => answer(id));
        rounds.set(id, { asker: hand, askedAs: report.id, parts: [], awaited, cancel });
        for (const one of asked) one.hand.send({ order: "measure", id });
        if (asked.length === 0) answer(id);
      } else if (report.report === "measured") {
        const round = rounds.get(report.id);
        const worker = round?.awaited.get(hand);
        if (round === undefined || worker === undefined) return;
        round.awaited.delete(hand);
        round.parts.push({ worker: String(worker), text: report.text });
        if (round.awaited.size === 0) answer(report.id);
      }
    },
  };
}

// The primary serves no request and has no meters: a few values, in Prometheus's text.
function primaryText(size: number, crew: Pick<Crew, "serving" | "exits">): string {
  const family = (name: Parameters<typeof entryOf>[0], samples: readonly string[]): string => {
    const { help, type } = entryOf(name);
    return [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.map((one) => `${name}${one}`),
    ].join("\n");
  };
  const exits = Object.entries(crew.exits()).map(([reason, count]) => `{reason="${reason}"} ${count}`);
  const own = processPoints().map(({ name, value }) => family(name, [` ${value}`]));
  const workers = [`{state="wanted"} ${size}`, `{state="serving"} ${crew.serving().length}`];
  return [family("tti_workers", workers), family("tti_worker_exits_total", exits), ...own, ""].join("\n");
}
