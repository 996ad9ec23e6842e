// Keeps a sandbox's state on disk: what a request changed is in the journal before the request is answered, and from time
// to time, at the start and at the end the whole state is written anew and the journal emptied.
import { randomUUID } from "node:crypto";
import { SandboxSetupError } from "../ground/errors.ts";
import type { SearchDocumentInput } from "../search/document.ts";
import type { SearchEngine } from "../search/search_engine.ts";
import { type CollectionName, restoreWorld, type World } from "../state/index.ts";
import { type Journal, openJournal, readJournal } from "../state/journal.ts";
import { type SandboxState, writeStateFile } from "../state/state_file.ts";
import type { StateLock } from "../state/state_lock.ts";
import { watchWorld } from "../state/watch_world.ts";

/** A journal that is smaller is never worth writing the whole state, in bytes. */
const SMALLEST_FULL_JOURNAL = 4 * 1024 * 1024;

/** One line of the journal. */
type Change =
  | ["set", CollectionName, string, unknown]
  | ["delete", CollectionName, string]
  | ["put", string, string, SearchDocumentInput]
  | ["remove", string, string, string]
  | ["empty", string, string]
  | ["clock", number];

/** A change of the search engine, as it is noted when it happens. */
export type SearchChange =
  | ["put", string, string, string]
  | ["remove", string, string, string]
  | ["empty", string, string];

/** Work on the state that may change it. */
export type KeptWork = {
  /** It has ended and is not to be acknowledged, as it changed nothing. */
  end(): void;
  /**
   * It has ended; its answer waits for this.
   * @returns resolves when everything changed until now is on disk; rejects when it cannot be written
   */
  saved(): Promise<void>;
};

/** Keeps one sandbox's state. */
export type StateKeeper = {
  /** Somebody begins to change things. */
  begin(): KeptWork;
  /** Something changed outside of a request: written soon, and told when it fails. */
  changed(): void;
  /** Writes the whole state, e.g. after all of it was replaced. */
  rewrite(): Promise<void>;
  /** Writes what is left. What fails is told, not thrown. */
  close(): Promise<void>;
};

/** What a keeper keeps. */
export type KeptParts = {
  path: string;
  lock: StateLock;
  world: World;
  search: SearchEngine;
  /** Changes of the search engine since this was last emptied; {@link noteChanges} fills it. */
  searchChanges: SearchChange[];
  clockOffsetMs(): number;
  /** The whole state of this moment. */
  snapshot(): Omit<SandboxState, "id">;
  onError(error: unknown): void;
};

/** Writes the state anew and keeps it from then on. @throws whatever the file system does not allow */
export async function keepState(parts: KeptParts): Promise<StateKeeper> {
  const { path, lock, world, searchChanges, onError } = parts;
  const journal = await openJournal(path);
  const watch = watchWorld(world);
  // Lines that are not on disk yet, among them those of an attempt that failed.
  let waiting: string[] = [];
  let stateBytes = 0;
  let stateId = "";
  let journalOf: string | undefined;
  let offset = parts.clockOffsetMs();
  const collect = () => {
    for (const { collection, key, text } of watch.take()) waiting.push(lineOf(collection, key, text));
    for (const change of searchChanges.splice(0)) waiting.push(...searchLine(change, parts.search));
    if (offset !== parts.clockOffsetMs()) {
      offset = parts.clockOffsetMs();
      waiting.push(JSON.stringify(["clock", offset]));
    }
  };
  // A journal of another state file is read by nobody: it is begun before anything is written into it.
  const beginJournal = async () => {
    if (journalOf === stateId) return;
    await journal.begin(stateId);
    journalOf = stateId;
  };
  const rewrite = async () => {
    await lock.assertHeld();
    collect();
    const contained = waiting.length;
    const id = randomUUID();
    stateBytes = await writeStateFile(path, { ...parts.snapshot(), id });
    stateId = id;
    waiting = waiting.slice(contained);
    await beginJournal();
  };
  const append = async () => {
    collect();
    if (waiting.length === 0) return;
    await lock.assertHeld();
    await beginJournal();
    const lines = waiting;
    await journal.append(lines);
    waiting = waiting.slice(lines.length);
  };
  const turns = oneAtATime(append);
  const rewriteIfFull = () => {
    if (journal.size() <= Math.max(SMALLEST_FULL_JOURNAL, stateBytes)) return;
    turns.exclusively(rewrite).catch(onError);
  };
  try {
    await rewrite();
  } catch (error) {
    await journal.close();
    throw error;
  }
  return {
    begin() {
      const end = watch.begin();
      return {
        end,
        async saved() {
          end();
          await turns.join();
          rewriteIfFull();
        },
      };
    },
    changed: () => void turns.join().catch(onError),
    rewrite: () => turns.exclusively(rewrite),
    async close() {
      await turns.exclusively(rewrite).catch(onError);
      await closeQuietly(journal);
    },
  };
}

/**
 * @param record told of each change of what the engine holds; replacing all of it is not told
 * @returns the engine, with its changes noted
 */
export function noteChanges(engine: SearchEngine, record: (change: SearchChange) => void): SearchEngine {
  return {
    ...engine,
    put(applicationId, indexId, document) {
      engine.put(applicationId, indexId, document);
      record(["put", applicationId, indexId, document.documentId]);
    },
    delete(applicationId, indexId, documentId) {
      const was = engine.delete(applicationId, indexId, documentId);
      if (was) record(["remove", applicationId, indexId, documentId]);
      return was;
    },
    deleteIndex(applicationId, indexId) {
      engine.deleteIndex(applicationId, indexId);
      record(["empty", applicationId, indexId]);
    },
  };
}

/**
 * Puts the world and the search engine into the kept state: the state file's, and what its journal has beyond it.
 *
 * @returns the clock's offset in milliseconds
 * @throws SandboxSetupError `SANDBOX_STATE_INVALID`
 */
export async function restoreState(
  path: string,
  state: SandboxState,
  world: World,
  search: SearchEngine,
): Promise<number> {
  const changes = (await readJournal(path, state.id)) as Change[];
  restoreWorld(world, state.world);
  search.import(state.search as Parameters<typeof search.import>[0]);
  let offsetMs = state.clockOffsetMs;
  for (const change of changes) {
    if (!apply(change, world, search)) {
      throw new SandboxSetupError(
        "SANDBOX_STATE_INVALID",
        `The journal of ${path} has a line of another version. Delete both to begin anew.`,
      );
    }
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
      return change[0] === "clock";
  }
}

/** The entity is JSON already. */
function lineOf(collection: CollectionName, key: string, text: string | undefined): string {
  return text === undefined
    ? JSON.stringify(["delete", collection, key] satisfies Change)
    : `["set",${JSON.stringify(collection)},${JSON.stringify(key)},${text}]`;
}

/** A document that was put and has gone since needs no line: its removal follows. */
function searchLine(change: SearchChange, search: SearchEngine): string[] {
  if (change[0] !== "put") return [JSON.stringify(change satisfies Change)];
  const document = search.find(change[1], change[2], change[3]);
  return document === undefined ? [] : [JSON.stringify(["put", change[1], change[2], document])];
}

/** Runs one thing at a time; those who ask for `work` while something runs share the next run of it. */
function oneAtATime(work: () => Promise<void>) {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  const exclusively = (task: () => Promise<void>): Promise<void> => {
    const run = last.then(task, task);
    last = run.catch(() => undefined);
    return run;
  };
  return {
    exclusively,
    join(): Promise<void> {
      next ??= exclusively(() => {
        next = undefined;
        return work();
      });
      return next;
    },
  };
}

async function closeQuietly(journal: Journal): Promise<void> {
  await journal.close().catch(() => undefined);
}
