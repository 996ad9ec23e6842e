// The state file: the whole sandbox as one JSON file, written atomically. What changed since stands in its journal.
import { createHash, randomInt } from "node:crypto";
import { access, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createOwnFile } from "./own_file.ts";
import type { SeedResult } from "./seed_result.ts";
import { STATE_FORMAT, stateInvalid, stateUnreadable, stateUnwritable } from "./state_faults.ts";
import { lockState, type StateLock } from "./state_lock.ts";

/** What is kept beside the world. */
export type SandboxState = {
  format: 1;
  /** Which journal continues it; absent in files of versions that had none. */
  id?: string;
  /** Digest of the seed it began with; another seed begins anew. */
  seedDigest: string;
  seedResult: SeedResult;
  /** How often the sandbox was started with this state: ids of a seeded source must not repeat. */
  starts: number;
  clockOffsetMs: number;
  /** Signs paging tokens of searches. */
  searchSecret: string;
  /** {@link worldToJson}'s text. */
  world: string;
  /** The search engine's export. */
  search: unknown;
};

/**
 * Takes a state file for one sandbox, and removes what a killed one left half written beside it.
 *
 * @throws SandboxSetupError `SANDBOX_STATE_LOCKED`; `SANDBOX_STATE_UNWRITABLE` when its folder is missing or not writable
 */
export async function claimStateFile(path: string): Promise<StateLock> {
  const folder = dirname(path);
  try {
    await access(folder);
    const lock = await lockState(path);
    const leftovers = (await readdir(folder)).filter(
      (name) => name.startsWith(`${basename(path)}.`) && /\.\d+\.tmp$/.test(name),
    );
    for (const name of leftovers) await rm(join(folder, name), { force: true });
    return lock;
  } catch (cause) {
    throw stateUnwritable(path, cause);
  }
}

/**
 * @returns the state, or undefined when the file does not exist yet
 * @throws SandboxSetupError `SANDBOX_STATE_UNREADABLE`; `SANDBOX_STATE_INVALID` when it is no state, or a damaged or newer one
 */
export async function readStateFile(path: string): Promise<SandboxState | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw stateUnreadable(path, error);
  });
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as Partial<SandboxState> | null;
    const isWhole =
      state?.format === STATE_FORMAT &&
      typeof state.world === "string" &&
      typeof state.seedDigest === "string" &&
      typeof state.seedResult === "object" &&
      Number.isFinite(state.clockOffsetMs) &&
      Number.isFinite(state.starts) &&
      typeof state.searchSecret === "string" &&
      typeof state.search === "object" &&
      state.search !== null;
    if (isWhole) return state as SandboxState;
  } catch {
    // Told below, like any other text that is no state.
  }
  throw stateInvalid(path, text);
}

/**
 * Writes beside the file and renames, so that a reader sees the old state or the new one, never half.
 *
 * @returns how large it is, in bytes
 */
export async function writeStateFile(path: string, state: SandboxState): Promise<number> {
  // A name nobody can take first.
  const temporary = `${path}.${randomInt(2 ** 47)}.tmp`;
  const file = await createOwnFile(temporary);
  let size = 0;
  try {
    await file.writeFile(JSON.stringify(state));
    await file.sync();
    size = (await file.stat()).size;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
  return size;
}

/** The new name is on disk only when its folder is. Windows opens no folders, and needs it not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}

/** @returns a digest that changes when the seed does */
export function digestSeed(seed: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(seed ?? null))
    .digest("base64url");
}
