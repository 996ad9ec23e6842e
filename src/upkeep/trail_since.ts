// Owns telling from an exported trail what was done since a backup and is undone by its restore: what an operator does again, and
// what is gone.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import { doAgain, type LostEvent, madeBy, restoredBy, subjectOf } from "./do_again.ts";
import { knownEvents, knownKeys, prunedThrough } from "./known_store.ts";

/** Something that was taken away since the backup and is back. */
export interface Undone {
  atMs: number;
  type: string;
  /** Of whom or what. */
  of: string;
  /** What to type, or to do. */
  again: string;
}

/** What a restore undid, by the trail that went on. */
export interface TrailSince {
  /** Events that the store does not know. */
  events: number;
  undone: Undone[];
  /** What was made since and is gone: type of event → of whom or what. */
  gone: Readonly<Record<string, string[]>>;
}

/**
 * Reads an exported trail (`tti audit export`) and compares it with the store's own.
 * @param db a restored store, before it served again
 * @throws OperationError invalid_input naming the line that is none
 */
export async function readTrailSince(db: Database, file: string): Promise<TrailSince> {
  const lost = await lostEvents(db, file);
  const kids = lost.flatMap(({ details }) => (typeof details["kid"] === "string" ? [details["kid"]] : []));
  const keys = await knownKeys(db, kids);
  const made = madeSince(lost);
  const undone = new Map<string, Undone>();
  const gone = new Map<string, string[]>();
  for (const event of lost) {
    const of = subjectOf(event);
    if (madeBy[event.type] === true) gone.set(event.type, [...(gone.get(event.type) ?? []), of]);
    for (const type of restoredBy[event.type] ?? []) undone.delete(`${type} ${of}`);
    const again = doAgain[event.type]?.(event);
    const concerned = [event.accountId, event.tenantId, event.clientId, of];
    if (again === undefined || concerned.some((one) => one !== undefined && made.has(one))) continue;
    if (event.type === "key.revoked" && !keys.has(String(event.details["kid"]))) continue;
    undone.set(`${event.type} ${of}`, { atMs: event.atMs, type: event.type, of, again });
  }
  return { events: lost.length, undone: [...undone.values()], gone: Object.fromEntries(gone) };
}

// What was made since is gone as a whole: nothing of it needs to be taken away again. What was taken away first was there before.
function madeSince(lost: readonly LostEvent[]): ReadonlySet<string> {
  const first = new Map<string, LostEvent>();
  for (const event of lost) {
    const which = `${event.type.split(".")[0]} ${subjectOf(event)}`;
    if (!first.has(which)) first.set(which, event);
  }
  return new Set([...first.values()].filter(({ type }) => madeBy[type] === true).map(subjectOf));
}

const linesAtOnce = 500;

async function lostEvents(db: Database, file: string): Promise<LostEvent[]> {
  const pruned = await prunedThrough(db);
  const lost: LostEvent[] = [];
  let batch: LostEvent[] = [];
  const judge = async () => {
    const known = await knownEvents(
      db,
      batch.map(({ id }) => id),
    );
    lost.push(...batch.filter(({ id }) => !known.has(id)));
    batch = [];
  };
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === "") continue;
    const event = parseLine(line, number);
    if (Number(event.place.split(".")[0]) > pruned) batch.push(event);
    if (batch.length >= linesAtOnce) await judge();
  }
  await judge();
  return lost.sort((a, b) => a.atMs - b.atMs);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file, "utf8");
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    throw notATrail(`it cannot be read (${code})`, cause);
  } finally {
    stream.destroy();
  }
}

function parseLine(line: string, number: number): LostEvent {
  try {
    const event = JSON.parse(line) as LostEvent;
    const texts = [event.id, event.type, event.place];
    if (texts.every((text) => typeof text === "string") && Number.isSafeInteger(event.atMs)) {
      return { ...event, details: event.details ?? {} };
    }
  } catch {
    // Told below.
  }
  throw notATrail(`its line ${number} is no event`);
}

const notATrail = (what: string, cause?: unknown): OperationError =>
  new OperationError("invalid_input", `trail is not an exported trail: ${what}.`, {
    field: "trail",
    fix: "Give a file that `tti audit export` wrote; several, in one file one after the other.",
    ...(cause === undefined ? {} : { cause }),
  });
