// Owns reading what is looked up at a scrape: each source within a bound, however silent it is, and one look at a time, so that
// scrapes never pile up on a store in trouble.
import { at, type Point } from "./metric_table.ts";

/** Something that is looked up at a scrape. */
export interface Source {
  name: "store" | "readiness";
  read(): Promise<readonly Point[]>;
}

/** How long a scrape waits for a source, in milliseconds: well below Prometheus's own limit of ten seconds. */
export const sourceLimitMs = 2_000;

/**
 * Makes the reader.
 * @param onFault is told why a source could not be read
 * @returns reads all sources; of one that fails or takes too long it says so, and has nothing else
 */
export function createSourceReader(
  sources: readonly Source[],
  onFault: (source: string, error: unknown) => void,
  limitMs: number = sourceLimitMs,
): () => Promise<Point[]> {
  const underWay = new Map<Source, Promise<readonly Point[] | undefined>>();

  const look = (source: Source): Promise<readonly Point[] | undefined> => {
    const now = underWay.get(source);
    if (now !== undefined) return now;
    const begun = source
      .read()
      .catch((error: unknown) => {
        onFault(source.name, error);
        return undefined;
      })
      .finally(() => underWay.delete(source));
    underWay.set(source, begun);
    return begun;
  };

  const within = async (source: Source): Promise<readonly Point[] | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    const found = await Promise.race([look(source), late]);
    clearTimeout(timer);
    return found;
  };

  return async () => {
    const all = await Promise.all(sources.map(async (source) => ({ source, found: await within(source) })));
    return all.flatMap(({ source: { name }, found }) => [
      at("tti_scrape_source_up", found === undefined ? 0 : 1, { source: name }),
      ...(found ?? []),
    ]);
  };
}
