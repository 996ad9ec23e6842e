// What changed in the world since it was last asked, as a list that can be written down and done again. Which entries may
// have changed is told by the world's maps; what changed is found by comparing digests, so that no operation reports it.
import { hash } from "node:crypto";
import { TrackedMap } from "./tracked_map.ts";
import type { CollectionName, World } from "./world.ts";

/** One change; `text` is the entity as JSON, undefined when it is gone. */
export type WorldChange = { collection: CollectionName; key: string; text: string | undefined };

/** Watches one world. */
export type WorldWatch = {
  /** Somebody begins to work on the world. @returns to be called when they no longer hold anything of it */
  begin(): () => void;
  /** @returns what changed since the last call, by whoever began, done or not */
  take(): WorldChange[];
};

/** What was touched in one collection, and in which round last. */
type Touched = {
  map: TrackedMap<unknown>;
  keys: Map<string, number>;
  all: number;
  digests: Map<string, string>;
};

const NEVER = -1;

/** @param world one of `createWorld`; what it holds now counts as known */
export function watchWorld(world: World): WorldWatch {
  let round = 0;
  const atWork = new Set<{ since: number }>();
  const collections = new Map<CollectionName, Touched>();
  for (const [name, map] of Object.entries(world) as [CollectionName, Map<string, unknown>][]) {
    if (!(map instanceof TrackedMap)) throw new Error(`The collection ${name} cannot be watched.`);
    const digests = new Map<string, string>();
    for (const key of map.keys()) digests.set(key, digestOf(JSON.stringify(map.peek(key))));
    const touched: Touched = { map, keys: new Map(), all: NEVER, digests };
    collections.set(name, touched);
    map.watch((key) => {
      if (key === undefined) touched.all = round;
      else touched.keys.set(key, round);
    });
  }
  return {
    begin() {
      const work = { since: round };
      atWork.add(work);
      return () => atWork.delete(work);
    },
    take() {
      const changes = [...collections].flatMap(([name, touched]) => compare(name, touched));
      round += 1;
      // Who began before may still hold, and change, what was touched since.
      const oldest = Math.min(round, ...[...atWork].map(({ since }) => since));
      for (const touched of collections.values()) forgetBefore(touched, oldest);
      return changes;
    },
  };
}

function compare(collection: CollectionName, { map, keys, all, digests }: Touched): WorldChange[] {
  const changes: WorldChange[] = [];
  const looked = all === NEVER ? keys.keys() : new Set([...map.keys(), ...digests.keys()]);
  for (const key of looked) {
    const entity = map.peek(key);
    if (entity === undefined) {
      if (digests.delete(key)) changes.push({ collection, key, text: undefined });
      continue;
    }
    const text = JSON.stringify(entity);
    const digest = digestOf(text);
    if (digests.get(key) === digest) continue;
    digests.set(key, digest);
    changes.push({ collection, key, text });
  }
  return changes;
}

function forgetBefore(touched: Touched, oldest: number): void {
  if (touched.all < oldest) touched.all = NEVER;
  for (const [key, round] of touched.keys) if (round < oldest) touched.keys.delete(key);
}

function digestOf(text: string): string {
  return hash("sha256", text, "base64");
}
