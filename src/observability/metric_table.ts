// Owns the table of metrics, as data: each by name, with what it says, its unit and the values its labels may have. Whatever is
// measured is an entry of it; docs/metrics.md is written from it. A label takes values of a closed list and no other, so that
// nobody who signs in, asks or guesses makes a series: no tenant, person, address or client is ever one.
import type { MetricEntry } from "./metric_entry.ts";
import { metricsOfActs } from "./metrics_of_acts.ts";
import { metricsOfFaults } from "./metrics_of_faults.ts";
import { metricsOfInstance } from "./metrics_of_instance.ts";
import { metricsOfLoad } from "./metrics_of_load.ts";
import { metricsOfWork } from "./metrics_of_work.ts";

/** Every metric. Names are a contract with dashboards and alerts: add, do not rename. */
export const metrics = {
  ...metricsOfActs,
  ...metricsOfWork,
  ...metricsOfInstance,
  ...metricsOfLoad,
  ...metricsOfFaults,
} as const satisfies Record<string, MetricEntry>;

/** The name of a metric. */
export type MetricName = keyof typeof metrics;

type Labels<Name extends MetricName> = (typeof metrics)[Name] extends {
  readonly labels: infer Given extends Readonly<Record<string, readonly string[]>>;
}
  ? { readonly [Label in keyof Given]: "other" extends Given[Label][number] ? string : Given[Label][number] }
  : Readonly<Record<string, never>>;

/** A value of one series. */
export type PointOf<Name extends MetricName> = {
  readonly name: Name;
  readonly labels: Labels<Name>;
  readonly value: number;
};

/** A value of any series. */
export type Point = { [Name in MetricName]: PointOf<Name> }[MetricName];

/** One more of something that is counted. */
export function one<Name extends MetricName>(name: Name, labels: Labels<Name>): PointOf<Name> {
  return { name, labels, value: 1 };
}

/** How something stands, or one more value of a histogram. */
export function at<Name extends MetricName>(name: Name, value: number, labels: Labels<Name>): PointOf<Name> {
  return { name, labels, value };
}

/** A metric's entry, as whoever goes through all of them reads it. */
export const entryOf = (name: MetricName): MetricEntry => metrics[name];

/**
 * The labels of a point as its series has them: every declared label, each with a value of its list.
 * @throws Error if a value is none of a list without `other`: a fault of ours
 */
export function seriesOf({ name, labels }: Point): Record<string, string> {
  const given: Readonly<Record<string, string>> = labels;
  const declared = Object.entries(entryOf(name).labels ?? {});
  return Object.fromEntries(
    declared.map(([label, values]) => {
      const value = given[label] ?? "other";
      if (values.includes(value)) return [label, value];
      if (values.includes("other")) return [label, "other"];
      throw new Error(`${name} has no series of the ${label} that was given`);
    }),
  );
}
