// Reads the documents a sandbox starts with into the index while it answers already: a few in each turn of the event loop.
import type { SearchEngine } from "../search/search_engine.ts";

/** Documents of a turn: some milliseconds. */
const PER_TURN = 10;

/**
 * Begins to read. A search that comes sooner reads the rest at once.
 *
 * @returns stops it
 */
export function readDocumentsInTurns(search: Pick<SearchEngine, "read">): () => void {
  let turn: NodeJS.Immediate | undefined;
  const read = () => {
    turn = search.read(PER_TURN) ? setImmediate(read).unref() : undefined;
  };
  turn = setImmediate(read).unref();
  return () => clearImmediate(turn);
}
