// What a run found, as tables: rows of text, written out for a terminal or for a page.
import type { Machine } from "./machine.ts";
import type { CostLine, Measurement } from "./measurement.ts";
import { judgeAll, limitWords } from "./targets.ts";

/** Rows of cells; the first is the header. */
export type Table = readonly (readonly string[])[];

/** What is said above and below the figures of `--quick`. */
export const quickWords =
  "--quick: this proves that the benchmarks run. The figures mean nothing, and nothing is judged by them.";

/** The machine in two lines. */
export function machineWords({ cpu, cores, memoryGiB, node, postgres, load }: Machine): string {
  const busy = `load before and after: ${load.before}, ${load.after} (an idle machine begins near 0)`;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; Node.js ${node}; PostgreSQL ${postgres}\n${busy}`;
}

/** What one of something costs. */
export function costTable(costs: readonly CostLine[]): Table {
  const ms = (value: number | undefined) =>
    value === undefined ? "" : `${value.toFixed(value < 0.1 ? 3 : value < 10 ? 2 : 1)} ms`;
  return [
    ["one", "server", "of it RSA", "PostgreSQL", "statements", "allocated", "whoever asks", "a second"],
    ...costs.map((one) => [
      one.cost,
      one.serverMs === 0 ? "" : ms(one.serverMs),
      one.signatureShare === 0 ? "" : `${Math.round(100 * one.signatureShare)} %`,
      ms(one.databaseMs),
      one.databaseMs === undefined || one.statements === 0
        ? ""
        : one.statements.toFixed(one.statements < 10 ? 2 : 1),
      one.allocatedBytes === 0 ? "" : `${Math.round(one.allocatedBytes / 1000)} kB`,
      ms(one.generatorMs),
      one.perSecond < 100 ? one.perSecond.toFixed(1) : Math.round(one.perSecond).toLocaleString("en-US"),
    ]),
  ];
}

/** Each figure, its baseline of the same run, and their ratio. */
export function measurementTable(measurements: readonly Measurement[]): Table {
  return [
    ["measured / baseline", "measured", "baseline", "ratio", "target"],
    ...measurements.map(({ name, value, baseline, ratio, of, target, met }) => [
      name,
      value,
      baseline,
      String(Number(ratio.toPrecision(3))),
      target === undefined
        ? ""
        : `${of === undefined ? Number(target.toPrecision(3)) : limitWords(of)} ${met === true ? "held" : "missed"}`,
    ]),
  ];
}

/**
 * Every target, what was measured, and whether it holds.
 * @param onlyMeasured leaves away what the run did not measure
 */
export function targetTable(measurements: readonly Measurement[], onlyMeasured = false): Table {
  const judged = judgeAll(measurements).filter(({ holds }) => !onlyMeasured || holds !== undefined);
  return [
    ["target", "limit", "measured", "holds"],
    ...judged.map(({ what, limit, measured, holds }) => [
      what,
      limit,
      measured,
      holds === undefined ? "" : holds ? "yes" : "no",
    ]),
  ];
}

/** A table for a terminal. */
export function plainTable([header = [], ...rows]: Table): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [header, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
}

/** A table for a page. */
export function markdownTable([header = [], ...rows]: Table): string {
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
