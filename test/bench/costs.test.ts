// What benchmarks say of costs is counted where it arises: each side's own, and what collections of garbage hid. Counts alone;
// no test waits for a time.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type Child, startChild } from "../../bench/support/child.ts";
import {
  compareCosts,
  costBetween,
  costOf,
  costOfSignature,
  medianCost,
  type Side,
} from "../../bench/support/cost.ts";
import { allocatedBetween, type Reading } from "../../bench/support/cost_counter.ts";
import { processMicroseconds, timeBetween } from "../../bench/support/processor_time.ts";
import { partOf, splitOf } from "../../bench/support/profile.ts";
import { answering } from "./answering.ts";

/** A server that answers whatever is asked, so that load has somewhere to go. */
async function openAnswering(t: TestContext) {
  let asked = 0;
  const { url } = await answering(t, (_request, response) => {
    asked += 1;
    response.setHeader("content-length", 0).end();
  });
  return { url, asked: () => asked };
}

/** A child whose readings grow by so much each time it is asked. */
function growingChild(step: Reading): Child {
  let times = 0;
  const grown = () => Object.fromEntries(Object.entries(step).map(([name, value]) => [name, value * times]));
  return {
    async ask<T>() {
      times += 1;
      return grown() as T;
    },
    stop: async () => {},
  };
}

const sideOf = (url: string, children: readonly Child[], name = "side"): Side => ({
  name,
  children,
  load: {
    lanes: 2,
    urls: [url],
    work: async (connection) => void (await connection.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")),
  },
});

describe("what one costs", () => {
  it("is what all processes of a side took between two readings, through the number asked for", async (t) => {
    const { url, asked } = await openAnswering(t);
    const step = { cpuMicroseconds: 1_000, statements: 40, allocatedBytes: 500 };
    const cost = await costOf(sideOf(url, [growingChild(step), growingChild(step)]), 10);
    assert.equal(asked(), 10);
    assert.equal(cost.server, 200);
    assert.equal(cost.statements, 8);
    assert.equal(cost.allocatedBytes, 100);
    assert.equal(cost.database, undefined, "a side without a database has none of its time");
    assert.ok(cost.generator > 0);
  });

  it("counts PostgreSQL's backends by themselves, those that came meanwhile too", () => {
    const moment = { cpuMicroseconds: 0, statements: 0, allocatedBytes: 0, generator: 0 };
    const before = { ...moment, backends: new Map([[1, 100]]) };
    const after = { ...moment, cpuMicroseconds: 900, backends: new Map([[1, 150], [2, 250]]) }; // biome-ignore format: pairs
    const cost = costBetween(before, after, 10, 2);
    assert.equal(cost.server, 90);
    assert.equal(cost.database, 30);
    assert.equal(cost.perSecond, 5);
    assert.equal(timeBetween(before.backends, after.backends), 300);
  });

  it("is of a busy child the time it took itself, its statements and what it allocated", async (t) => {
    const child = startChild("../../test/bench/busy_child.ts");
    t.after(() => child.stop());
    const before = await child.ask<Reading>("costs");
    const spent = { cpuMicroseconds: 20_000, bytes: 30_000_000, statements: 7 };
    await child.ask("spend", spent);
    const after = await child.ask<Reading>("costs");
    assert.ok(after.cpuMicroseconds - before.cpuMicroseconds >= spent.cpuMicroseconds);
    assert.ok(after.allocatedBytes - before.allocatedBytes >= spent.bytes, "what was let go of counts too");
    assert.equal(after.statements - before.statements, spent.statements);
    if (process.platform === "linux")
      assert.ok(processMicroseconds(await child.ask<number>("pid")) >= spent.cpuMicroseconds);
  });

  it("has in it what collections took away", () => {
    const heap = (usedHeapSize: number) => ({ heapStatistics: { usedHeapSize } });
    const collections = [
      { beforeGC: heap(1_000), afterGC: heap(200) },
      { beforeGC: heap(900), afterGC: heap(300) },
    ];
    assert.equal(allocatedBetween(-100, collections), 1_300);
  });

  it("is compared in turns, the order changing, the first rounds only to warm up", async (t) => {
    const { url } = await openAnswering(t);
    const order: string[] = [];
    const step = { cpuMicroseconds: 160, statements: 16, allocatedBytes: 16 };
    const side = (name: string, factor: number): Side => ({
      ...sideOf(url, [growingChild({ ...step, cpuMicroseconds: 160 * factor })], name),
      prepare: () => void order.push(name),
    });
    const sides = { a: side("a", 1), b: side("b", 3) };
    const { costs, signature } = await compareCosts(sides, 100, {
      ...{ rounds: 2, warmUps: 2, quick: true, sliceMs: 1 },
    });
    assert.deepEqual(order, ["a", "b", "b", "a", "a", "b", "b", "a"]);
    assert.equal(costs.b.server, 3 * costs.a.server);
    assert.ok(signature > 0);
  });

  it("is the median of its rounds, of PostgreSQL's coarse ticks the mean", () => {
    const of = (server: number, database: number) => ({
      ...{ server, database, generator: 1, statements: 2, allocatedBytes: 3, perSecond: 4 },
    });
    const { server, database } = medianCost([of(1, 0), of(100, 10), of(2, 20)]);
    assert.equal(server, 2);
    assert.equal(database, 10);
  });

  it("has a signature's own processor time beside it", () => {
    assert.ok(costOfSignature(3) > 0);
  });
});

describe("where processor time goes", () => {
  const at = (url: string, functionName = "f") => partOf({ url, functionName });

  it("is told by package, by room of ours and by module of Node.js; waiting is no part of it", () => {
    assert.equal(at("file:///a/node_modules/oidc-provider/lib/x.js"), "oidc-provider");
    assert.equal(at("file:///a/node_modules/@scope/one/node_modules/@scope/two/x.js"), "@scope/two");
    assert.equal(at("file:///a/src/provider/keys/ring.ts"), "src/provider/keys");
    assert.equal(at("file:///a/src/app.ts"), "src/app");
    assert.equal(at("node:internal/crypto/sig"), "node:crypto");
    assert.equal(at("node:_http_outgoing"), "node:http");
    assert.equal(at("node:internal/process/task_queues"), "node:process");
    assert.equal(at("", "writev"), "native code, system calls");
    assert.equal(at("", "(garbage collector)"), "collecting garbage");
    assert.equal(at("", "(idle)"), undefined);
  });

  it("is what the thread took, in the proportion of its samples, and the other threads by themselves", () => {
    const node = (id: number, url: string, functionName = "f") => ({ id, callFrame: { url, functionName } });
    const profile = {
      nodes: [node(1, "", "(idle)"), node(2, "node:_http_server"), node(3, "file:///a/src/db/statement.ts")],
      samples: [1, 2, 3, 3],
      timeDeltas: [1_000, 10, 10, 20],
    };
    const split = splitOf(profile, 400, 77);
    assert.equal(split["node:http"], 100);
    assert.equal(split["src/db"], 300);
    assert.equal(split["other threads: signatures, hashes"], 77);
    assert.equal(Object.keys(split).length, 3);
  });
});
