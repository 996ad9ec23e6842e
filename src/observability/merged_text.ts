// Owns making one text of the metrics of several processes of an instance. What each counts stays its own series, told apart by
// a label `worker`: added up, a counter would fall when a worker is replaced, and whoever reads it would take the rest for a rise.
// What is told of the store stands once.
import { entryOf, type MetricName, metrics } from "./metric_table.ts";

/** One process's text, and the value of its label. */
export interface TextPart {
  worker: string;
  text: string;
}

/** Metrics that the primary alone tells: what it leads. */
const ofThePrimary: ReadonlySet<string> = new Set<MetricName>(["tti_workers", "tti_worker_exits_total"]);

interface Family {
  /** `HELP`, `TYPE`, `UNIT`: as whoever came first says it. */
  head: Map<string, string>;
  samples: string[];
  /** Of what is told once: who told it. */
  from?: string;
}

/**
 * Merges texts of Prometheus's format 0.0.4.
 * @param parts `primary` is the process that leads the others
 */
export function mergeTexts(parts: readonly TextPart[]): string {
  const families = new Map<string, Family>();
  for (const { worker, text } of parts) {
    let name = "";
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const [, kind = "", of] = /^# (HELP|TYPE|UNIT) (\S+)/.exec(line) ?? [];
      if (of !== undefined) name = of;
      const isOwn = ofThePrimary.has(name);
      if (isOwn && worker !== "primary") continue;
      const family: Family = families.get(name) ?? { head: new Map(), samples: [] };
      families.set(name, family);
      if (line.startsWith("#")) {
        if (!family.head.has(kind)) family.head.set(kind, line);
      } else if (isOwn) family.samples.push(line);
      else if (isOfStore(name)) {
        family.from ??= worker;
        if (family.from === worker) family.samples.push(line);
      } else family.samples.push(labelled(line, worker));
    }
  }
  const told = [...families.values()].filter(({ samples }) => samples.length > 0);
  return `${told.flatMap(({ head, samples }) => [...head.values(), ...samples]).join("\n")}\n`;
}

const isOfStore = (name: string): boolean =>
  Object.hasOwn(metrics, name) && entryOf(name as MetricName).of === "store";

function labelled(sample: string, worker: string): string {
  const [, name = "", labels = "", rest = ""] = /^([^{\s]+)(?:\{(.*)\})?(\s.*)$/.exec(sample) ?? [];
  return `${name}{worker="${worker}"${labels === "" ? "" : `,${labels}`}}${rest}`;
}
