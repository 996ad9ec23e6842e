// Owns verifying the chain, block after block, with little in memory at once: what was changed, removed, added or put in
// another order after it was sealed, what retention removed, and what is not sealed yet.
import type { Database } from "../../db/connect.ts";
import type { Anchor } from "./anchor.ts";
import {
  type ChainedRow,
  countUnsealed,
  listBlocks,
  listChainedRows,
  listErasedAccounts,
  listPruneRecords,
  listStrayBlocks,
} from "./chain_store.ts";
import type { BlockSeals, SealedBlock } from "./hashes.ts";
import { personalPartOf } from "./hashes.ts";
import { type ChainFault, judgeBlock, judgeEvents, judgeLink, type PruneRecord } from "./judge.ts";

/** What verifying found. Times in epoch milliseconds. */
export interface ChainReport {
  /** Whether no fault was found. */
  intact: boolean;
  blocks: number;
  /** Sealed events that stand. */
  events: number;
  /** Events of which an erasure took address and name. */
  erased: number;
  /** Blocks whose events retention removed. */
  prunedBlocks: number;
  /** The last block, to be noted as an anchor. */
  head: { number: number; hash: string; sealedAtMs: number } | null;
  /** What the chain does not hold yet. */
  unsealed: { events: number; oldestAtMs: number | null };
  /** Whether the seal of the last block was judged: it takes TTI_SECRETS. */
  sealJudged: boolean;
  /** The first hundred. */
  faults: ChainFault[];
}

// How many faults a report names.
const mostFaults = 100;
const blocksAtOnce = 10;

/**
 * Verifies the whole chain.
 * @param seals judge the last block; without secrets only hashes are judged
 * @param anchor a block that was noted before: it must be there, as it was
 */
export async function verifyChain(db: Database, seals: BlockSeals, anchor?: Anchor): Promise<ChainReport> {
  const faults: ChainFault[] = [];
  const found = { blocks: 0, events: 0, erased: 0, prunedBlocks: 0 };
  let head: SealedBlock | undefined;
  let anchored = anchor === undefined;
  for (;;) {
    const blocks = await listBlocks(db, (head?.number ?? 0) + 1, blocksAtOnce);
    const last = blocks.at(-1);
    if (last === undefined) break;
    const rows = await rowsByBlock(db, (head?.number ?? 0) + 1, last.number);
    for (const block of blocks) {
      faults.push(...judgeLink(block, head), ...judgeBlock(block));
      const judged = await judgeStanding(db, block, rows.get(block.number) ?? []);
      faults.push(...judged.faults);
      found.blocks += 1;
      found.events += judged.events;
      found.erased += judged.erased;
      found.prunedBlocks += judged.pruned ? 1 : 0;
      if (block.number === anchor?.number && block.hash === anchor.hash) anchored = true;
      head = block;
    }
    faults.push(
      ...strayFaults([...rows.keys()].filter((number) => !blocks.some((block) => block.number === number))),
    );
    faults.splice(mostFaults);
  }
  faults.push(...strayFaults(await listStrayBlocks(db, head?.number ?? 0)));
  if (head !== undefined && seals.known && !seals.isOurs(head.hash, head.seal)) {
    const says = `no secret of TTI_SECRETS sealed the last block, ${head.number}: it is another's work, or the secret is missing here`;
    faults.push({ kind: "seal_unknown", block: head.number, says });
  }
  if (!anchored && anchor !== undefined) {
    const says = `block ${anchor.number} is not there with the hash that was noted: the chain was cut or made anew`;
    faults.push({ kind: "anchor_unmet", block: anchor.number, says });
  }
  faults.splice(mostFaults);
  return {
    intact: faults.length === 0,
    ...found,
    head: head === undefined ? null : { number: head.number, hash: head.hash, sealedAtMs: head.sealedAtMs },
    unsealed: await countUnsealed(db),
    sealJudged: seals.known && head !== undefined,
    faults,
  };
}

async function rowsByBlock(db: Database, from: number, through: number): Promise<Map<number, ChainedRow[]>> {
  return Map.groupBy(await listChainedRows(db, from, through), ({ block_number }) => block_number);
}

// What an erasure or retention changed between two of our readings is read once more before it is called a fault.
async function judgeStanding(db: Database, block: SealedBlock, rows: readonly ChainedRow[]) {
  const judged = await judge(db, block, rows);
  if (judged.faults.length === 0) return judged;
  const [again = block] = await listBlocks(db, block.number, 1);
  return judge(db, again, await listChainedRows(db, block.number, block.number));
}

async function judge(db: Database, block: SealedBlock, rows: readonly ChainedRow[]) {
  const nameless = rows.filter(
    (row) => row.personal_hash !== null && Object.keys(personalPartOf(row)).length === 0,
  );
  const accounts = [...new Set(nameless.map(({ account_id }) => account_id ?? ""))];
  const erased = accounts.length === 0 ? new Set<string>() : await listErasedAccounts(db, accounts);
  const pruned = block.prunedAtMs === null ? [] : (await listPruneRecords(db)).map(pruneRecordOf);
  return {
    faults: judgeEvents(block, rows, erased, pruned),
    events: rows.length,
    erased: nameless.length,
    pruned: block.prunedAtMs !== null,
  };
}

function pruneRecordOf({ at_ms, details }: { at_ms: number; details: string }): PruneRecord {
  const { throughBlock, beforeMs } = JSON.parse(details) as Record<string, unknown>;
  return { atMs: at_ms, throughBlock: Number(throughBlock), beforeMs: Number(beforeMs) };
}

const strayFaults = (numbers: readonly number[]): ChainFault[] =>
  numbers.map((number) => ({
    kind: "event_inserted",
    block: number,
    says: `events stand in block ${number}, and there is no such block`,
  }));
