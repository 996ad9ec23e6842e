// Owns what a metric is, as data. The entries stand in the metrics_of_*.ts, each by its subject; metric_table.ts has them all.

/** One metric. Names follow Prometheus: the unit at the end, `_total` behind what only grows. */
export interface MetricEntry {
  type: "counter" | "gauge" | "histogram";
  help: string;
  unit?: "seconds" | "bytes";
  /** Label → its values. With `other` among them any text may be given: what is none of them becomes that. */
  labels?: Readonly<Record<string, readonly string[]>>;
  /** Of whom it tells: of the instance that is asked, or of the store, which all instances share and tell alike. */
  of: "instance" | "store";
  /** Each series stands at 0 from the start, so that the first is a rise. */
  fromZero?: true;
  /** Upper bounds of a histogram's buckets. */
  buckets?: readonly number[];
}
