// Owns what tests ask of plans: which statements an act sends, how a store would run each, and how much it reads.
import pg from "pg";
import { isPostgres } from "../../src/db/connect.ts";
import { currentRequest } from "../../src/request_context.ts";
import type { TestDatabase } from "./databases.ts";

// Small by what is in them, not by what is asked: rows without a client's name, answers nobody has come back with.
const smallIndexes = ["oidc_records_unnamed", "login_challenges_answered"];

/** A statement as it was sent. */
export interface Statement {
  sql: string;
  values: readonly unknown[];
}

/** What an act sends, in a transaction that is rolled back. */
export async function sentBy(
  { db }: TestDatabase,
  act: (db: TestDatabase["db"]) => Promise<unknown>,
): Promise<Statement[]> {
  const sent: Statement[] = [];
  const keep = (sql: string, values: readonly unknown[]) => {
    if (!/^(begin|rollback|savepoint|release)/i.test(sql)) sent.push({ sql, values });
  };
  const stop = isPostgres(db) ? watchDriver(keep) : watchBuilder(db, keep);
  class Done extends Error {}
  try {
    await db
      .transaction(async (trx) => {
        await act(trx);
        throw new Done();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Done)) throw error;
      });
  } finally {
    stop();
  }
  return sent;
}

/**
 * What is sent meanwhile, by whoever sends it: on PostgreSQL through any pool of this process, on SQLite through this one.
 * Each statement once, with the values it was sent with last.
 */
export async function sentDuring(db: TestDatabase["db"], flow: () => Promise<unknown>): Promise<Statement[]> {
  const sent = new Map<string, Statement>();
  const keep: Keep = (sql, values) => {
    if (/^\s*(?:select|with|insert|update|delete)/i.test(sql)) sent.set(sql, { sql, values });
  };
  const stop = isPostgres(db) ? watchDriver(keep) : watchBuilder(db, keep);
  try {
    await flow();
  } finally {
    stop();
  }
  return [...sent.values()];
}

/**
 * What requests to a server of this process send meanwhile, in order and with every repetition; what runs by the clock is not among
 * it. As {@link sentDuring} sees it.
 */
export async function sentByRequests(
  db: TestDatabase["db"],
  flow: () => Promise<unknown>,
): Promise<string[]> {
  const sent: string[] = [];
  const keep: Keep = (sql) => {
    // A connection that has to be opened meanwhile asks for itself.
    if (currentRequest() !== undefined && !/^\s*set |pg_is_in_recovery/i.test(sql)) sent.push(sql);
  };
  const stop = isPostgres(db) ? watchDriver(keep) : watchBuilder(db, keep);
  try {
    await flow();
  } finally {
    stop();
  }
  return sent;
}

type Keep = (sql: string, values: readonly unknown[]) => void;

// Patched before a connection is made: each keeps the function it began with.
let keepSent: Keep = () => {};
const { query: driverQuery } = pg.Client.prototype;
pg.Client.prototype.query = function watched(this: pg.Client, ...words: unknown[]) {
  const [asked] = words as [string | { text: string; values?: unknown[] }];
  if (typeof asked === "string") keepSent(asked, []);
  else keepSent(asked.text, asked.values ?? []);
  return (driverQuery as (...words: unknown[]) => unknown).apply(this, words);
} as typeof driverQuery;

function watchDriver(keep: Keep): () => void {
  keepSent = keep;
  return () => {
    keepSent = () => {};
  };
}

function watchBuilder(db: TestDatabase["db"], keep: Keep): () => void {
  const listener = ({ sql, bindings }: { sql: string; bindings?: unknown[] }) => keep(sql, bindings ?? []);
  db.on("query", listener);
  return () => {
    db.removeListener("query", listener);
  };
}

/**
 * The plans of a statement: on PostgreSQL for any values, and for these.
 * @param ifPossible whether PostgreSQL reads a table as a whole where nothing else leads to its rows, and only there: as it would
 *   in a store where the table is large
 */
export async function plansOf(
  store: TestDatabase,
  { sql, values }: Statement,
  ifPossible = false,
): Promise<string[]> {
  if (!isPostgres(store.db)) {
    const rows = (await store.db.raw(`explain query plan ${sql}`, values as string[])) as {
      detail: string;
    }[];
    return [rows.map(({ detail }) => detail).join("\n")];
  }
  return asking(store, async (client) => {
    const ask = async (words: string, asked: readonly unknown[]) => {
      const { rows } = await client.query<{ "QUERY PLAN": string }>(words, [...asked]);
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    };
    await client.query(`set enable_seqscan = ${ifPossible ? "off" : "on"}`);
    const generic = await ask(`explain (generic_plan) ${sql}`, []);
    return [generic, await ask(`explain ${sql}`, values)];
  });
}

// One connection a store, which ends with it.
const clients = new WeakMap<TestDatabase, Promise<pg.Client>>();

async function asking<T>(store: TestDatabase, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = clients.get(store) ?? connect(store);
  clients.set(store, client);
  return work(await client);
}

async function connect(store: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: (store.location as { databaseUrl: string }).databaseUrl });
  client.on("error", () => {});
  await client.connect();
  return client;
}

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: PlanNode[];
}

/**
 * Runs a query in PostgreSQL and counts.
 * @returns the most rows that one step of its plan read, dropped ones included, and which step that was
 */
export async function mostRowsRead(
  store: TestDatabase,
  { sql, values }: Statement,
): Promise<{ rows: number; step: string }> {
  const plan = await asking(store, async (client) => {
    const { rows } = await client.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
      `explain (analyze, format json) ${sql}`,
      [...values],
    );
    return rows[0]?.["QUERY PLAN"][0]?.Plan;
  });
  if (plan === undefined) throw new Error("a query has a plan");
  return stepsOf(plan).reduce((most, one) => (one.rows > most.rows ? one : most));
}

function stepsOf(node: PlanNode): { rows: number; step: string }[] {
  const dropped = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
  const rows = (node["Actual Rows"] + dropped) * node["Actual Loops"];
  const step = [node["Node Type"], node["Relation Name"]].filter(Boolean).join(" on ");
  return [{ rows, step }, ...(node.Plans ?? []).flatMap(stepsOf)];
}

/** The tables of a store that have at least so many rows, as its statistics have it. PostgreSQL only. */
export async function largeTables(store: TestDatabase, rows: number): Promise<ReadonlySet<string>> {
  const found = await asking(store, (client) =>
    client.query<{ name: string }>(
      "select relname as name from pg_class where relkind = 'r' and reltuples >= $1",
      [rows],
    ),
  );
  return new Set(found.rows.map(({ name }) => name));
}

/** Whether a line of a plan reads a table, or an index, from its beginning to its end. */
export function isWholeScan(line: string): boolean {
  if (smallIndexes.some((index) => line.includes(index))) return false;
  // "SCAN asked" and the like are what a statement brings along.
  return /Seq Scan on|\bSCAN (?!asked\b|CONSTANT)\w+/.test(line);
}

/** Whether it goes through what the statement has selected itself; where that comes from is a line of its own. */
export function isOfSubquery(line: string, sql: string): boolean {
  const [, name = ""] = /\bSCAN (\w+)$/.exec(line) ?? [];
  return name !== "" && sql.includes(`) as \`${name}\``);
}
