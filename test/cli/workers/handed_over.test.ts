// A connection that was handed to a worker which hangs, and is killed, is answered by another: its client waits for nobody.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../../support/surroundings.ts";

// Without what is tested, a client waits for ever.
const hangMs = 30_000;

test("connections that a hanging worker was handed are answered by another once it is killed", {
  timeout: hangMs,
}, async (t) => {
  const program = fileURLToPath(new URL("small_cluster.ts", import.meta.url));
  const primary = spawn(process.execPath, [program], { env: bareEnvironment() });
  const started: number[] = [primary.pid ?? 0];
  // Also after the time is over, which ends no wait.
  t.after(() => {
    for (const pid of started) endAtOnce(pid);
  });
  const [line] = (await once(primary.stdout, "data")) as [Buffer];
  const { port, pids } = JSON.parse(line.toString()) as { port: number; pids: [number, number] };
  started.push(...pids);
  const [hanging, other] = pids;
  process.kill(hanging, "SIGSTOP");
  // Of several, one in turn is handed to the one that hangs, and it is handed no second.
  const answers = Array.from({ length: 6 }, async () => {
    const [response] = (await once(get({ port, host: "127.0.0.1", agent: false }), "response")) as [
      IncomingMessage,
    ];
    return Number(await text(response));
  });
  const answered: number[] = [];
  for (const answer of answers) void answer.then((pid) => answered.push(pid));
  while (answered.length < answers.length - 1) await new Promise((resolve) => setTimeout(resolve, 10));
  process.kill(hanging, "SIGKILL");
  assert.deepEqual(await Promise.all(answers), Array(6).fill(other));
});

function endAtOnce(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
