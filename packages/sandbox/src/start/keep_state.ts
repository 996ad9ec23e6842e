// Keeps a sandbox's state on disk: what a request changed is in the journal before the request is answered, and from time
// to time, at the start and at the end the whole state is written anew and the journal emptied.
import { randomUUID } from "node:crypto";
import type { SearchEngine } from "../search/search_engine.ts";
import type { CollectionName, World } from "../state/index.ts";
import { type Journal, openJournal } from "../state/journal.ts";
import { stateUnwritable } from "../state/state_faults.ts";
import { type SandboxState, writeStateFile } from "../state/state_file.ts";
import type { StateLock } from "../state/state_lock.ts";
import { watchWorld } from "../state/watch_world.ts";
import type { Change } from "./restore_state.ts";
import { orUnsaved } from "./unsaved.ts";

/** A journal that is smaller is never worth writing the whole state, in bytes. */
const SMALLEST_FULL_JOURNAL = 4 * 1024 * 1024;

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
   * @returns resolves when everything changed until now is on disk; rejects with an UnsavedError when it cannot be written
   */
  saved(): Promise<void>;
};

/** Keeps one sandbox's state. */
export type StateKeeper = {
  /** Somebody begins to change things. */
  begin(): KeptWork;
  /** Something changed outside of a request: written soon, and told when it fails. */
  changed(): void;
  /**
   * All of it was replaced: writes the whole state, now or with the next change that can be written.
   * @throws UnsavedError when it cannot be written now
   */
  replaced(): Promise<void>;
  /** Writes the whole state. What fails is told, not thrown. @returns whether it was written */
  close(): Promise<boolean>;
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

/**
 * Writes the state anew and keeps it from then on.
 * @throws SandboxSetupError `SANDBOX_STATE_UNWRITABLE` with what the file system does not allow; `SANDBOX_STATE_LOCKED`
 */
export async function keepState(parts: KeptParts): Promise<StateKeeper> {
  const { path, lock, world, searchChanges, onError } = parts;
  const journal = await openJournal(path).catch((cause: unknown) => {
    throw stateUnwritable(path, cause);
  });
  const watch = watchWorld(world);
  // Lines that are not on disk yet, among them those of an attempt that failed.
  let waiting: string[] = [];
  let stateBytes = 0;
  let stateId = "";
  let journalOf: string | undefined;
  // How often all of it was replaced, which no line tells, and how many of these the state file has.
  let replacements = 0;
  let replacementsKept = 0;
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
    const replaced = replacements;
    stateBytes = await writeStateFile(path, { ...parts.snapshot(), id });
    replacementsKept = replaced;
    stateId = id;
    waiting = waiting.slice(contained);
    await beginJournal();
  };
  const append = async () => {
    if (replacementsKept < replacements) return rewrite();
    collect();
    if (waiting.length === 0) return;
    await lock.assertHeld();
    await beginJournal();
    const lines = waiting;
    await journal.append(lines);
    waiting = waiting.slice(lines.length);
  };
  const turns = oneAtATime(append);
  const appended = () => orUnsaved(path, turns.join());
  const rewritten = () => orUnsaved(path, turns.exclusively(rewrite));
  const rewriteIfFull = () => {
    if (journal.size() <= Math.max(SMALLEST_FULL_JOURNAL, stateBytes)) return;
    rewritten().catch(onError);
  };
  try {
    await rewrite();
  } catch (cause) {
    await journal.close();
    throw stateUnwritable(path, cause);
  }
  return {
    begin() {
      const end = watch.begin();
      return {
        end,
        async saved() {
          end();
          await appended();
          rewriteIfFull();
        },
      };
    },
    changed: () => void appended().catch(onError),
    replaced() {
      replacements += 1;
      return appended();
    },
    async close() {
      const isSaved = await rewritten().then(
        () => true,
        (error: unknown) => {
          onError(error);
          return false;
        },
      );
      await closeQuietly(journal);
      return isSaved;
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
