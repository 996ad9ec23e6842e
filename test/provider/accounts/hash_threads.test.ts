// The threads that hash: made on use, kept, given way by their priority alone, and what becomes of a hash whose thread ends.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { createHashThreads } from "../../../src/provider/accounts/hash_threads.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";

const cost = { memoryMib: 1, passes: 1 };
const program = new URL("../../../src/provider/accounts/hash_thread.ts", import.meta.url);

/** Threads, and those that were started. */
function counted(begin = () => new Worker(program, { env: {} })) {
  const started: Worker[] = [];
  const threads = createHashThreads(() => {
    const worker = begin();
    started.push(worker);
    return worker;
  });
  const end = () => Promise.all(started.map((worker) => worker.terminate()));
  return { threads, started, end };
}

/** Of the threads it starts the first ends when it is asked. */
function dyingFirst() {
  const dying = 'require("node:worker_threads").parentPort.on("message", () => process.exit(3))';
  let begun = 0;
  return () => {
    begun += 1;
    return begun === 1 ? new Worker(dying, { eval: true }) : new Worker(program, { env: {} });
  };
}

/** The nice values of this process's threads (proc_pid_stat(5): the nineteenth field; the name before may hold spaces). */
function nices(): Map<string, number> {
  const niceOf = (thread: string) => {
    const [, after = ""] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/self/task/${thread}/stat`, "utf8")) ?? [];
    return Number(after.split(" ")[16]);
  };
  return new Map(readdirSync("/proc/self/task").map((thread) => [thread, niceOf(thread)]));
}

describe("threads that hash", () => {
  it("are made when there is something to hash, and used again", async (t) => {
    const { threads, started, end } = counted();
    t.after(end);
    assert.equal(started.length, 0);
    const hash = await threads.makeHash({ password: "correct horse", cost });
    const verify = (password: string) =>
      threads.matchesHash({ password, passwordHash: hash, counts: true, own: null, present: [] });
    assert.equal(await verify("correct horse"), true);
    assert.equal(await verify("another horse"), false);
    assert.equal(started.length, 1);
    assert.deepEqual(await Promise.all([verify("correct horse"), verify("another horse")]), [true, false]);
    assert.equal(started.length, 2);
  });

  it("give way to all else of the process, whose own priority stays", async (t) => {
    const before = getPriority();
    const { threads, end } = counted();
    t.after(end);
    await threads.makeHash({ password: "correct horse", cost });
    assert.equal(getPriority(), before);
    if (process.platform !== "linux") return t.skip("priority belongs to a process here, and is left alone");
    const all = nices();
    assert.equal(all.get(String(process.pid)), before);
    const nicer = Math.min(19, before + 10);
    assert.ok([...all.values()].includes(nicer), "the thread is nicer");
    assert.deepEqual(
      [...all.values()].filter((nice) => nice !== before && nice !== nicer),
      [],
    );
    assert.ok([...all.values()].filter((nice) => nice === before).length > 4, "signatures' threads are not");
  });

  it("fail one hash where one of them ends, and make another for the next", async (t) => {
    const { threads, started, end } = counted(dyingFirst());
    t.after(end);
    const asked = threads.makeHash({ password: "correct horse", cost });
    await assert.rejects(asked, /The thread that hashes passwords ended with code 3/);
    assert.match(await threads.makeHash({ password: "correct horse", cost }), /^\$argon2id\$/);
    assert.equal(started.length, 2);
  });

  it("tell what cannot be computed, and go on", async (t) => {
    const { threads, started, end } = counted();
    t.after(end);
    const impossible = { memoryMib: 1, passes: 0 };
    await assert.rejects(threads.makeHash({ password: "correct horse", cost: impossible }), Error);
    assert.match(await threads.makeHash({ password: "correct horse", cost }), /^\$argon2id\$/);
    assert.equal(started.length, 1);
  });

  it("leave the place of a hash that failed to the next in the queue", async (t) => {
    const { threads, end } = counted(dyingFirst());
    t.after(end);
    const passwords = createPasswords({ concurrency: 1, threads });
    const all = await Promise.allSettled(["first", "second"].map((one) => passwords.hashPassword(one)));
    assert.deepEqual(
      all.map(({ status }) => status),
      ["rejected", "fulfilled"],
    );
    assert.equal(passwords.queue.state.running, 0);
  });
});
