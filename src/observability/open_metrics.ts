// Owns the metrics of one instance: OpenTelemetry's instruments, made from the table, and the text Prometheus reads. The
// packages are loaded here, on use: an instance that is not measured pays nothing for them. Nothing global of theirs is set, so
// several instances in one process have their own.
import type { Attributes } from "@opentelemetry/api";
import { entryOf, type MetricName, metrics, type Point, seriesOf } from "./metric_table.ts";
import type { Recorder } from "./recorder.ts";

/** The metrics of an instance. */
export interface Metrics {
  /** Counts, and takes values of histograms. */
  record: Recorder;
  /** All of it as Prometheus's text, version 0.0.4. Scrapes at the same time share one look. */
  scrape(): Promise<string>;
  close(): Promise<void>;
}

/** What stands at a moment is read at each scrape; it does not throw and does not wait for long. */
export type ReadNow = () => Promise<readonly Point[]>;

/**
 * Opens them.
 * @param readNow what of gauges, and of counters that others keep, is read at a scrape
 */
export async function openMetrics(readNow: ReadNow): Promise<Metrics> {
  const [{ MeterProvider, MetricReader }, { PrometheusSerializer }] = await Promise.all([
    import("@opentelemetry/sdk-metrics"),
    import("@opentelemetry/exporter-prometheus"),
  ]);
  const reader = new (class extends MetricReader {
    protected override async onShutdown(): Promise<void> {}
    protected override async onForceFlush(): Promise<void> {}
  })();
  const provider = new MeterProvider({ readers: [reader] });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  const meter = provider.getMeter("tti-provider");

  const recorded = new Map<MetricName, (value: number, labels: Attributes) => void>();
  const observed = new Map<MetricName, ReturnType<typeof meter.createObservableGauge>>();
  for (const name of Object.keys(metrics) as MetricName[]) {
    const { type, help, unit, buckets, of } = entryOf(name);
    const shared = of === "store" ? " All instances tell the same: take the greatest, not the sum." : "";
    const options = { description: `${help}${shared}`, ...(unit === undefined ? {} : { unit }) };
    if (type === "histogram") {
      const advice = { explicitBucketBoundaries: [...(buckets ?? [])] };
      const histogram = meter.createHistogram(name, { ...options, advice });
      recorded.set(name, (value, labels) => histogram.record(value, labels));
    } else if (type === "gauge") {
      observed.set(name, meter.createObservableGauge(name, options));
    } else if (readAtScrape.has(name)) {
      observed.set(name, meter.createObservableCounter(name, options));
    } else {
      const counter = meter.createCounter(name, options);
      recorded.set(name, (value, labels) => counter.add(value, labels));
    }
  }
  for (const point of zeroPoints()) recorded.get(point.name)?.(0, point.labels);

  let standing: readonly Point[] = [];
  meter.addBatchObservableCallback(
    (result) => {
      for (const point of standing) {
        const instrument = observed.get(point.name);
        if (instrument !== undefined) result.observe(instrument, point.value, seriesOf(point));
      }
    },
    [...observed.values()],
  );

  const scrapeNow = async (): Promise<string> => {
    standing = await readNow();
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw errors[0];
    return serializer.serialize(resourceMetrics);
  };
  let scraping: Promise<string> | undefined;
  return {
    record: (point) => recorded.get(point.name)?.(point.value, seriesOf(point)),
    scrape() {
      scraping ??= scrapeNow().finally(() => {
        scraping = undefined;
      });
      return scraping;
    },
    close: () => provider.shutdown(),
  };
}

// Counters that the process keeps already.
const readAtScrape: ReadonlySet<MetricName> = new Set<MetricName>([
  "process_cpu_seconds_total",
  "tti_shed_total",
  "tti_log_lines_lost_total",
  "tti_connections_cut_total",
]);

/** Every series that stands at 0 from the start. */
function zeroPoints(): { name: MetricName; labels: Record<string, string> }[] {
  return (Object.keys(metrics) as MetricName[])
    .filter((name) => entryOf(name).fromZero)
    .flatMap((name) => {
      const labels = Object.entries(entryOf(name).labels ?? {});
      const series = labels.reduce<Record<string, string>[]>(
        (sofar, [label, values]) =>
          sofar.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
        [{}],
      );
      return series.map((one) => ({ name, labels: one }));
    });
}
