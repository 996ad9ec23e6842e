// Owns the one decision rotation rests on: from key rows with their times, the present moment and the policy,
// which key signs, which are published, and what a rotation changes. Pure: no clock, no database, no keys.
import type { KeyPolicy } from "./policy.ts";

/** The times of one key, as its row carries them. */
export interface KeyTimes {
  kid: string;
  /** Counts up by one from key to key; the order of succession. */
  generation: number;
  createdAtMs: number;
  activatesAtMs: number;
  revokedAtMs: number | null;
}

/**
 * Where a key is in its life: *next* (published, does not sign), *current* (signs), *previous* (published until
 * the last token it signed and every cache of it has expired), *gone*; or *revoked*, out of turn.
 */
export type KeyPhase = "next" | "current" | "previous" | "gone" | "revoked";

/** One key's place at a moment. */
export interface KeyState<Row extends KeyTimes = KeyTimes> {
  row: Row;
  phase: KeyPhase;
  /** When its successor takes over; null while none is known. */
  retiresAtMs: number | null;
  /** When it leaves the JWKS; null while it has no successor. */
  removedAtMs: number | null;
}

/** Every key's place at a moment. */
export interface KeySet<Row extends KeyTimes = KeyTimes> {
  /** Newest generation first. */
  keys: KeyState<Row>[];
  current: KeyState<Row> | undefined;
  next: KeyState<Row> | undefined;
  /** What the JWKS lists: current, next, then previous keys, newest first. */
  published: KeyState<Row>[];
}

/**
 * Places every key at a moment.
 *
 * A key retires when its successor activates, so a rotation only inserts a row and no instance has to tell
 * another anything. A revoked key is out at once; it still ended its predecessor's turn if it had begun its own.
 *
 * @param rows every key row, in any order
 * @param nowMs the moment, epoch milliseconds
 */
export function keySetAt<Row extends KeyTimes>(
  rows: readonly Row[],
  nowMs: number,
  policy: KeyPolicy,
): KeySet<Row> {
  const newestFirst = [...rows].sort((a, b) => b.generation - a.generation);
  const keys: KeyState<Row>[] = [];
  let successorAtMs: number | null = null;
  let turnTaken = false;
  for (const row of newestFirst) {
    const retiresAtMs = earliest(successorAtMs, row.revokedAtMs);
    const removedAtMs: number | null =
      row.revokedAtMs ?? (retiresAtMs === null ? null : retiresAtMs + policy.retentionSeconds * 1000);
    keys.push({ row, phase: phaseOf(row, removedAtMs, nowMs, turnTaken), retiresAtMs, removedAtMs });
    if (!servesNoTurn(row)) {
      successorAtMs = earliest(successorAtMs, row.activatesAtMs);
      turnTaken ||= row.activatesAtMs <= nowMs;
    }
  }
  const current = keys.find((key) => key.phase === "current");
  const next = keys.findLast((key) => key.phase === "next");
  const published = [current, ...keys.filter((key) => key.phase === "next"), ...keys.filter(isPrevious)];
  return { keys, current, next, published: published.filter((key) => key !== undefined) };
}

function phaseOf(row: KeyTimes, removedAtMs: number | null, nowMs: number, turnTaken: boolean): KeyPhase {
  // Whatever the moment: a clock a little behind the one that revoked must not go on signing.
  if (row.revokedAtMs !== null) return "revoked";
  if (row.activatesAtMs > nowMs) return "next";
  if (!turnTaken) return "current";
  return removedAtMs !== null && removedAtMs <= nowMs ? "gone" : "previous";
}

// Revoked before its turn came: it never signed, so it ended nobody's turn.
function servesNoTurn(row: KeyTimes): boolean {
  return row.revokedAtMs !== null && row.revokedAtMs <= row.activatesAtMs;
}

function isPrevious(key: KeyState): boolean {
  return key.phase === "previous";
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** The place of a key about to be created. */
export interface PlannedKey {
  generation: number;
  createdAtMs: number;
  activatesAtMs: number;
}

/**
 * Tells which key must be created so that the succession goes on by itself, if any.
 *
 * The very first key signs at once: nobody can have cached a JWKS without it. After that there is always one
 * *next* key, published from the moment its predecessor took over: caches of unknown length (AWS) have known it
 * for a signing period when it starts to sign, and a rotation that cannot wait finds one ready.
 *
 * @param leadSeconds publish lead to keep: the longest of any instance's
 * @returns the key to create, or undefined when nothing is due
 */
export function planSuccession(
  rows: readonly KeyTimes[],
  nowMs: number,
  policy: KeyPolicy,
  leadSeconds: number = policy.publishLeadSeconds,
): PlannedKey | undefined {
  const generation = nextGeneration(rows);
  const { current, next } = keySetAt(rows, nowMs, policy);
  if (next !== undefined) return undefined;
  const hasSigned = rows.some((row) => !servesNoTurn(row));
  if (!hasSigned) return { generation, createdAtMs: nowMs, activatesAtMs: nowMs };
  const publishedLongEnoughMs = nowMs + leadSeconds * 1000;
  const periodOverMs = current ? current.row.activatesAtMs + policy.signingPeriodSeconds * 1000 : 0;
  return { generation, createdAtMs: nowMs, activatesAtMs: Math.max(publishedLongEnoughMs, periodOverMs) };
}

/**
 * Which keys need no private half any more: they have left the JWKS, so nothing signed with them verifies, or were
 * revoked. The skew is waited for, so that a clock that is ahead destroys nothing that another still signs with.
 */
export function outlivedKids(keySet: KeySet, nowMs: number, policy: KeyPolicy): string[] {
  const outlivedAtMs = nowMs - policy.clockSkewSeconds * 1000;
  return keySet.keys
    .filter(({ phase }) => phase === "gone" || phase === "revoked")
    .filter(({ removedAtMs }) => removedAtMs !== null && removedAtMs <= outlivedAtMs)
    .map(({ row }) => row.kid);
}

/** When the next key may sign at the earliest: once it has been published for the lead. */
export function earliestActivationMs(next: KeyTimes, nowMs: number, leadSeconds: number): number {
  return Math.max(nowMs, next.createdAtMs + leadSeconds * 1000);
}

/** The generation that follows every key there has been. */
export function nextGeneration(rows: readonly KeyTimes[]): number {
  return rows.reduce((highest, row) => Math.max(highest, row.generation), 0) + 1;
}

/**
 * The latest moment the rows prove to have passed: a key cannot have been created or revoked in the future.
 * A clock behind it by more than the skew is wrong, or the clock that wrote the row was.
 */
export function provenMs(rows: readonly KeyTimes[]): number {
  return rows.reduce((latest, row) => Math.max(latest, row.revokedAtMs ?? row.createdAtMs), 0);
}
