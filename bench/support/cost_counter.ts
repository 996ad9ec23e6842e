// What a server of the benchmark has taken since it began, counted inside it: processor time, statements, bytes allocated.
import v8 from "node:v8";
import pg from "pg";

/** What a process has taken so far; two of them make a difference. */
export interface Reading {
  /** Of all of its threads, microseconds. */
  cpuMicroseconds: number;
  /** Sent to PostgreSQL; begin and commit count too. */
  statements: number;
  /** In the heap of JavaScript, whether or not they were let go of since. Not in buffers beside it. */
  allocatedBytes: number;
}

/** Counts from now on. To be called once in a process, before it opens connections. */
export function countCosts(): () => Reading {
  const statements = countStatements();
  const allocations = countAllocations();
  return () => {
    const { user, system } = process.cpuUsage();
    return {
      cpuMicroseconds: user + system,
      statements: statements(),
      allocatedBytes: allocations(),
    };
  };
}

// At the driver, below every layer of ours.
function countStatements(): () => number {
  let count = 0;
  const query = pg.Client.prototype.query as (...words: unknown[]) => unknown;
  pg.Client.prototype.query = function counted(this: pg.Client, ...words: unknown[]) {
    count += 1;
    return query.apply(this, words);
  } as typeof pg.Client.prototype.query;
  return () => count;
}

/** What a collection of garbage saw. */
export interface Collection {
  beforeGC: { heapStatistics: { usedHeapSize: number } };
  afterGC: { heapStatistics: { usedHeapSize: number } };
}

/**
 * What was allocated between two moments: what is held more, and what collections took meanwhile.
 * @param heldMore bytes held at the end less those held at the beginning
 */
export function allocatedBetween(heldMore: number, collections: readonly Collection[]): number {
  const size = ({ heapStatistics }: Collection["beforeGC"]) => heapStatistics.usedHeapSize;
  return collections.reduce((sum, one) => sum + size(one.beforeGC) - size(one.afterGC), heldMore);
}

function countAllocations(): () => number {
  const held = () => process.memoryUsage().heapUsed;
  let profiler = new v8.GCProfiler();
  let heldBefore = held();
  let sum = 0;
  profiler.start();
  return () => {
    const { statistics } = profiler.stop() as unknown as { statistics: Collection[] };
    const now = held();
    sum += allocatedBetween(now - heldBefore, statistics);
    heldBefore = now;
    profiler = new v8.GCProfiler();
    profiler.start();
    return sum;
  };
}
