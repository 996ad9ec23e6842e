// Of many who were turned away one line is written, with how many they were since the last.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log } from "../../src/log.ts";
import { RefusedNetworks } from "../../src/overload/door.ts";
import type { QueueState } from "../../src/overload/fair_queue.ts";
import { createShedTeller } from "../../src/overload/queues.ts";

test("many who were turned away are one line, and none are none", () => {
  const lines: unknown[] = [];
  const log = { warn: (fields: object, words: string) => lines.push({ ...fields, words }) } as unknown as Log;
  const shed = { full: 0, late: 0, left: 0 };
  const passwords = { state: { running: 1, waiting: 50, oldestSeconds: 4, shed } satisfies QueueState };
  const tell = createShedTeller({ passwords }, log);
  tell();
  shed.left = 3;
  tell();
  assert.deepEqual(lines, []);
  Object.assign(shed, { full: 300, late: 40 });
  tell();
  tell();
  const words = "more was asked than could be served";
  const told = { queue: "passwords", turnedAway: 340, running: 1, waiting: 50, oldestSeconds: 4, words };
  assert.deepEqual(lines, [told]);
  shed.late += 2;
  tell();
  assert.deepEqual(lines[1], { ...told, turnedAway: 2 });
});

test("a line of a queue names the networks that were turned away most", () => {
  const lines: unknown[] = [];
  const log = { warn: (fields: object) => lines.push(fields) } as unknown as Log;
  const shed = { full: 0, late: 0, left: 0 };
  const pages = { state: { running: 1, waiting: 2, oldestSeconds: 3, shed } satisfies QueueState };
  const refused = new RefusedNetworks();
  const tell = createShedTeller({ pages }, log, { doors: [], queues: { pages: refused } });
  for (let index = 0; index < 9; index += 1)
    for (let times = 0; times <= index; times += 1) refused.count(`net ${index}`);
  shed.full = 45;
  tell();
  const networks = [8, 7, 6, 5, 4].map((index) => ({ network: `net ${index}`, turnedAway: index + 1 }));
  assert.deepEqual(lines, [
    { queue: "pages", turnedAway: 45, running: 1, waiting: 2, oldestSeconds: 3, networks },
  ]);
  assert.deepEqual(refused.take(), []);
});
