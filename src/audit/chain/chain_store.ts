// Owns the tables of the trail's chain: audit_blocks, audit_retention, and where each event of audit_events stands.
import type { Database } from "../../db/connect.ts";
import { isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import type { AuditRow } from "../audit_row.ts";
import { auditColumns } from "../audit_row.ts";
import type { SealedBlock } from "./hashes.ts";

/** An event with where it stands, as it was sealed. */
export interface ChainedRow extends AuditRow {
  block_number: number;
  block_place: number;
  hash: string | null;
  personal_salt: string | null;
  personal_hash: string | null;
}

/** What sealing writes into an event. */
export interface SealedEvent {
  id: string;
  hash: string;
  personalSalt: string | null;
  personalHash: string | null;
}

interface BlockRow {
  number: number;
  previous_hash: string;
  events: number;
  root: string;
  first_at_ms: number;
  last_at_ms: number;
  sealed_at_ms: number;
  hash: string;
  seal: string;
  pruned_at_ms: number | null;
}

const eventColumns = [...auditColumns, "login_hash", "times"].join(", ");
const sealable = "block_number is null and (id not like 'counted-%' or at_ms <= ?)";

/** The last block; undefined: nothing was sealed yet. */
export async function findHeadBlock(db: Database): Promise<SealedBlock | undefined> {
  const [row] = await runStatement<BlockRow>(
    db,
    "audit_block_head",
    "select * from audit_blocks order by number desc limit 1",
    [],
  );
  return row === undefined ? undefined : toBlock(row);
}

/** Blocks in order, from this number on. */
export async function listBlocks(db: Database, from: number, limit: number): Promise<SealedBlock[]> {
  const rows = await runStatement<BlockRow>(
    db,
    "audit_block_list",
    "select * from audit_blocks where number >= ? order by number limit ?",
    [from, limit],
  );
  return rows.map(toBlock);
}

/**
 * Whether there is something to seal.
 * @param countedBeforeMs counted events count on until then (epoch milliseconds)
 */
export async function hasUnsealed(db: Database, countedBeforeMs: number): Promise<boolean> {
  const rows = await runStatement(
    db,
    // The order leads by the index: with many to seal, PostgreSQL would take the first that comes of the table, which is the last.
    "audit_unsealed_look_2",
    `select 1 as found from audit_events where ${sealable} order by at_ms, id limit 1`,
    [countedBeforeMs],
  );
  return rows.length > 0;
}

/**
 * Takes events that nobody sealed yet, oldest first, for this transaction alone. What another transaction changes at
 * this moment (the erasure of a person) is left for later, so that neither waits for the other.
 */
export function takeUnsealed(trx: Database, countedBeforeMs: number, limit: number): Promise<AuditRow[]> {
  return runStatement<AuditRow>(
    trx,
    "audit_unsealed_take",
    `select ${eventColumns} from audit_events where ${sealable} order by at_ms, id limit ?${
      isPostgres(trx) ? " for update skip locked" : ""
    }`,
    [countedBeforeMs, limit],
  );
}

/**
 * Adds the next block. Of several that add one of this number one wins, by this statement.
 * @returns whether this caller did
 */
export async function createBlock(trx: Database, block: Omit<SealedBlock, "prunedAtMs">): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "audit_block_create",
    `insert into audit_blocks
       (number, previous_hash, events, root, first_at_ms, last_at_ms, sealed_at_ms, hash, seal)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (number) do nothing returning number`,
    [
      block.number,
      block.previousHash,
      block.events,
      block.root,
      block.firstAtMs,
      block.lastAtMs,
      block.sealedAtMs,
      block.hash,
      block.seal,
    ],
  );
  return rows.length === 1;
}

const eventsAStatement = 100;

/**
 * Writes into events where they stand now.
 * @param events in their order
 * @returns how many were free
 */
export async function putIntoBlock(
  trx: Database,
  blockNumber: number,
  events: readonly SealedEvent[],
): Promise<number> {
  let put = 0;
  for (let from = 0; from < events.length; from += eventsAStatement) {
    const some = events.slice(from, from + eventsAStatement);
    const values = some.map(
      () => "(cast(? as text), cast(? as integer), cast(? as text), cast(? as text), cast(? as text))",
    );
    const rows = await runStatement(
      trx,
      `audit_events_seal_${some.length}`,
      `update audit_events set block_number = ?, block_place = put.column2, hash = put.column3,
         personal_salt = put.column4, personal_hash = put.column5
       from (values ${values.join(", ")}) as put
       where audit_events.id = put.column1 and audit_events.block_number is null returning audit_events.id`,
      [
        blockNumber,
        ...some.flatMap(({ id, hash, personalSalt, personalHash }, index) => [
          id,
          from + index,
          hash,
          personalSalt,
          personalHash,
        ]),
      ],
    );
    put += rows.length;
  }
  return put;
}

/** The events of blocks, in the chain's order. */
export function listChainedRows(db: Database, from: number, through: number): Promise<ChainedRow[]> {
  return runStatement<ChainedRow>(
    db,
    "audit_chained_rows",
    `select ${eventColumns}, block_number, block_place, hash, personal_salt, personal_hash from audit_events
     where block_number is not null and block_number >= ? and block_number <= ?
     order by block_number, block_place`,
    [from, through],
  );
}

/** Numbers of blocks that events name and that are none: beyond the last one, or before the first. */
export async function listStrayBlocks(db: Database, last: number): Promise<number[]> {
  const rows = await runStatement<{ block_number: number }>(
    db,
    "audit_stray_blocks",
    `select distinct block_number from audit_events
     where block_number is not null and (block_number > ? or block_number < 1)
       and not exists (select 1 from audit_blocks where number = audit_events.block_number)
     order by block_number limit 20`,
    [last],
  );
  return rows.map(({ block_number }) => block_number);
}

/** What is not sealed yet: how many, and when the oldest came. */
export async function countUnsealed(db: Database): Promise<{ events: number; oldestAtMs: number | null }> {
  const [row] = await runStatement<{ events: number; oldest: number | null }>(
    db,
    "audit_unsealed_count",
    "select count(*) as events, min(at_ms) as oldest from audit_events where block_number is null",
    [],
  );
  return { events: row?.events ?? 0, oldestAtMs: row?.oldest ?? null };
}

/** Which of these accounts were erased, by the trail itself. */
export async function listErasedAccounts(db: Database, accountIds: readonly string[]): Promise<Set<string>> {
  const rows: { account_id: string }[] = await db("audit_events")
    .distinct("account_id")
    .where("type", "account.deleted")
    .whereIn("account_id", [...accountIds]);
  return new Set(rows.map(({ account_id }) => account_id));
}

/** What retention said it would remove, as recorded; latest first. */
export function listPruneRecords(db: Database): Promise<{ at_ms: number; details: string }[]> {
  return runStatement(
    db,
    "audit_prune_records",
    "select at_ms, details from audit_events where type = 'audit.pruned' order by at_ms desc",
    [],
  );
}

/** Blocks from the first that stands, all of whose events are older than a moment, and how many events those are. */
export async function findPrunable(
  db: Database,
  beforeMs: number,
): Promise<{ throughBlock: number; blocks: number; events: number }> {
  const [row] = await runStatement<{ through: number | null; blocks: number; events: number | null }>(
    db,
    "audit_prunable",
    `select max(number) as through, count(*) as blocks, cast(sum(events) as bigint) as events from audit_blocks
     where pruned_at_ms is null and number < coalesce(
       (select min(number) from audit_blocks where pruned_at_ms is null and last_at_ms >= ?),
       (select max(number) + 1 from audit_blocks))`,
    [beforeMs],
  );
  return { throughBlock: row?.through ?? 0, blocks: row?.blocks ?? 0, events: row?.events ?? 0 };
}

/**
 * Lets retention remove up to a block. Of several that ask for the same one wins, by this statement.
 * @returns whether this caller did
 */
export async function allowPruning(trx: Database, throughBlock: number): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "audit_retention_allow",
    `insert into audit_retention (name, through_block) values ('events', ?)
     on conflict (name) do update set through_block = excluded.through_block
       where audit_retention.through_block < excluded.through_block
     returning through_block`,
    [throughBlock],
  );
  return rows.length === 1;
}

const blocksAStep = 2;

/**
 * Removes the events of the next blocks that retention may remove; the blocks stay.
 * @param db the pool: blocks and events go together, in a transaction of their own
 * @returns how many blocks lost their events; 0: there are no more
 */
export function pruneSomeBlocks(db: Database, now: Date): Promise<number> {
  return db.transaction(async (trx) => {
    const blocks = await runStatement<{ number: number }>(
      trx,
      "audit_blocks_prune",
      `update audit_blocks set pruned_at_ms = ? where pruned_at_ms is null and number in (
         select number from audit_blocks
         where pruned_at_ms is null
           and number <= (select max(through_block) from audit_retention where name = 'events')
         order by number limit ${blocksAStep})
       returning number`,
      [now.getTime()],
    );
    for (const { number } of blocks) {
      await runStatement(
        trx,
        "audit_events_prune",
        "delete from audit_events where block_number = ? returning 1 as removed",
        [number],
      );
    }
    return blocks.length;
  });
}

function toBlock(row: BlockRow): SealedBlock {
  return {
    number: row.number,
    previousHash: row.previous_hash,
    events: row.events,
    root: row.root,
    firstAtMs: row.first_at_ms,
    lastAtMs: row.last_at_ms,
    sealedAtMs: row.sealed_at_ms,
    hash: row.hash,
    seal: row.seal,
    prunedAtMs: row.pruned_at_ms,
  };
}
