// Puts a sandbox into the state it kept: the state file's, and what its journal has beyond it.
import type { SearchDocumentInput } from "../search/document.ts";
import type { SearchEngine } from "../search/search_engine.ts";
import { type CollectionName, restoreWorld, type World } from "../state/index.ts";
import { readJournal } from "../state/journal.ts";
import { stateDamaged } from "../state/state_faults.ts";
import type { SandboxState } from "../state/state_file.ts";

/** One line of the journal. */
export type Change =
  | ["set", CollectionName, string, unknown]
  | ["delete", CollectionName, string]
  | ["put", string, string, SearchDocumentInput]
  | ["remove", string, string, string]
  | ["empty", string, string]
  | ["clock", number];

/**
 * Puts the world and the search engine into the kept state.
 *
 * @returns the clock's offset in milliseconds
 * @throws SandboxSetupError `SANDBOX_STATE_INVALID`; `SANDBOX_STATE_UNREADABLE` of the journal
 */
export async function restoreState(
  path: string,
  state: SandboxState,
  world: World,
  search: SearchEngine,
): Promise<number> {
  const changes = (await readJournal(path, state.id)) as Change[];
  try {
    restoreWorld(world, state.world);
    search.import(state.search as Parameters<typeof search.import>[0]);
  } catch (cause) {
    throw stateDamaged(path, "a part of it is not as this version writes it", cause);
  }
  let offsetMs = state.clockOffsetMs;
  for (const change of changes) {
    if (!apply(change, world, search))
      throw stateDamaged(path, "its journal has a line that this version does not write");
    if (change[0] === "clock") offsetMs = change[1];
  }
  return offsetMs;
}

function apply(change: Change, world: World, search: SearchEngine): boolean {
  switch (change[0]) {
    case "set":
    case "delete": {
      const collection = world[change[1]] as Map<string, unknown> | undefined;
      if (change[0] === "set") collection?.set(change[2], change[3]);
      else collection?.delete(change[2]);
      return collection !== undefined;
    }
    case "put":
      search.put(change[1], change[2], change[3]);
      return true;
    case "remove":
      search.delete(change[1], change[2], change[3]);
      return true;
    case "empty":
      search.deleteIndex(change[1], change[2]);
      return true;
    default:
      return change[0] === "clock" && Number.isFinite(change[1]);
  }
}
