// Owns what a block must be for the chain to hold, as pure decisions: its link to the block before, and its events.
import type { ChainedRow } from "./chain_store.ts";
import {
  blockHashOf,
  eventHashOf,
  personalHashOf,
  personalPartOf,
  rootOf,
  type SealedBlock,
} from "./hashes.ts";

/** What can be wrong with the chain. */
export const faultKinds = [
  "event_changed",
  "event_removed",
  "event_inserted",
  "events_reordered",
  "name_removed",
  "block_changed",
  "block_removed",
  "gap_unproven",
  "seal_unknown",
  "anchor_unmet",
] as const;

/** One thing that is wrong. */
export interface ChainFault {
  kind: (typeof faultKinds)[number];
  block?: number;
  eventId?: string;
  /** What it means, for people. */
  says: string;
}

/** What retention said it would remove. Times in epoch milliseconds. */
export interface PruneRecord {
  atMs: number;
  throughBlock: number;
  /** Only what was older than this. */
  beforeMs: number;
}

// Retention keeps at least what came in the last day, so that nothing that happened just now goes by its name.
const shortestRetentionMs = 24 * 3_600_000;

/** Judges a block against the one before; before the first there is none. */
export function judgeLink(block: SealedBlock, previous: SealedBlock | undefined): ChainFault[] {
  const { number } = block;
  const due = (previous?.number ?? 0) + 1;
  if (number !== due) {
    const missing = number - 1 === due ? `block ${due} is` : `blocks ${due} to ${number - 1} are`;
    return [{ kind: "block_removed", block: due, says: `${missing} missing, with all events` }];
  }
  if (block.previousHash !== (previous?.hash ?? ""))
    return [{ kind: "block_changed", block: number, says: `block ${number} does not follow the one before` }];
  return [];
}

/** Judges what a block says of itself. */
export function judgeBlock(block: SealedBlock): ChainFault[] {
  if (blockHashOf(block) === block.hash) return [];
  return [{ kind: "block_changed", block: block.number, says: `block ${block.number} was changed` }];
}

/**
 * Judges the events of a block.
 * @param rows in their order
 * @param erased accounts that the trail says were erased
 * @param pruned what retention said it would remove
 */
export function judgeEvents(
  block: SealedBlock,
  rows: readonly ChainedRow[],
  erased: ReadonlySet<string>,
  pruned: readonly PruneRecord[],
): ChainFault[] {
  if (block.prunedAtMs !== null) return judgeGap(block, rows, pruned);
  const { number } = block;
  const faults = rows.flatMap((row) => judgeEvent(row, erased));
  const standing = new Set(rows.map(({ block_place }) => block_place));
  for (let place = 0; place < block.events; place += 1) {
    if (!standing.has(place))
      faults.push({ kind: "event_removed", block: number, says: `event ${number}.${place} is missing` });
  }
  for (const row of rows.filter(({ block_place }) => block_place < 0 || block_place >= block.events)) {
    const says = `event ${number}.${row.block_place} was added to block ${number} after it was sealed`;
    faults.push({ kind: "event_inserted", block: number, eventId: row.id, says });
  }
  if (faults.length === 0 && rootOf(rows.map(({ hash }) => hash ?? "")) !== block.root) {
    const says = `the events of block ${number} stand in another order, or others stand in their place`;
    faults.push({ kind: "events_reordered", block: number, says });
  }
  return faults;
}

function judgeEvent(row: ChainedRow, erased: ReadonlySet<string>): ChainFault[] {
  const { block_number: block, block_place: place, id: eventId } = row;
  const personal = personalPartOf(row);
  const namesNobody = Object.keys(personal).length === 0;
  const changed = (): ChainFault[] => [
    { kind: "event_changed", block, eventId, says: `event ${block}.${place} was changed` },
  ];
  if (eventHashOf(row, row.personal_hash) !== row.hash) return changed();
  if (row.personal_hash === null) return namesNobody ? [] : changed();
  if (!namesNobody) {
    const hash = row.personal_salt === null ? undefined : personalHashOf(row.personal_salt, personal);
    return hash === row.personal_hash ? [] : changed();
  }
  if (erased.has(row.account_id ?? "")) return [];
  const says = `address or name are gone from event ${block}.${place}, and nobody was erased`;
  return [{ kind: "name_removed", block, eventId, says }];
}

function judgeGap(
  block: SealedBlock,
  rows: readonly ChainedRow[],
  pruned: readonly PruneRecord[],
): ChainFault[] {
  const { number } = block;
  const faults: ChainFault[] = rows.map((row) => ({
    kind: "event_inserted",
    block: number,
    eventId: row.id,
    says: `event ${number}.${row.block_place} was added to block ${number}, whose events retention removed`,
  }));
  const proven = pruned.some(
    ({ atMs, throughBlock, beforeMs }) =>
      number <= throughBlock && block.lastAtMs < beforeMs && beforeMs <= atMs - shortestRetentionMs,
  );
  if (!proven) {
    const says = `the events of block ${number} are gone, and no audit.pruned of the trail says so`;
    faults.push({ kind: "gap_unproven", block: number, says });
  }
  return faults;
}
