// Stopping: readiness says so first, answers end their connections, and the process ends in bounds whatever hangs.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, get, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startProvider } from "../provider/support/provider_fixture.ts";
import { openTestDatabase } from "../support/databases.ts";
import { openTerminal, type RunningCommand } from "../support/terminal.ts";

const settings = {
  TTI_ISSUER: "https://login.example.com",
  TTI_SECRETS: randomBytes(32).toString("base64"),
  TTI_CLIENT_ID: "isv",
  TTI_TRUSTED_PROXIES: "1",
  TTI_HOST: "127.0.0.1",
  PORT: "0",
  TTI_ADMIN_PORT: "0",
  TTI_SHUTDOWN_DELAY: "0",
};

test("a stopping instance is not ready, serves on for the delay, and each answer ends its connection", async () => {
  const fixture = await startProvider({ environment: { TTI_SHUTDOWN_DELAY: "1" } });
  const agent = new Agent({ keepAlive: true });
  const ask = async (path: string): Promise<IncomingMessage> => {
    const request = get(new URL(path, fixture.issuer), { agent });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    return response;
  };
  try {
    assert.equal((await ask("/health/ready")).headers.connection, "keep-alive");
    const closing = fixture.server.close();
    const ready = await ask("/health/ready");
    assert.deepEqual([ready.statusCode, ready.headers.connection], [503, "close"]);
    // Nobody's next request meets a closed connection.
    for (let turn = 0; turn < 10; turn += 1)
      assert.equal((await ask("/health/live")).headers.connection, "close");
    await closing;
    await assert.rejects(ask("/health/live"));
  } finally {
    agent.destroy();
    await fixture.close();
  }
});

test("one that leaves alone takes nobody new, is not told unready, and ends each connection with its next answer", async () => {
  const fixture = await startProvider({ environment: { TTI_SHUTDOWN_DELAY: "10" } });
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const { port } = new URL(fixture.issuer);
  const ask = async (): Promise<[number | undefined, string | undefined]> => {
    const request = get(new URL("/health/ready", fixture.issuer), { agent });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    return [response.statusCode, response.headers.connection];
  };
  try {
    await Promise.all([ask(), ask()]);
    const closing = fixture.server.close({ alone: true });
    const fresh = connect(Number(port), "localhost");
    await assert.rejects(once(fresh, "connect"));
    // The two that stand are answered, and not cut while they ask nothing.
    const answers = await Promise.all([ask(), ask()]);
    assert.deepEqual(answers, Array(2).fill([200, "close"]));
    // With the last of them it is over, long before the delay.
    assert.equal(await closing, 0);
  } finally {
    agent.destroy();
    await fixture.close();
  }
});

test("requests that do not end in time are cut off, and counted", async () => {
  const fixture = await startProvider({ drainMs: 50 });
  const headers = { "content-type": "application/x-www-form-urlencoded", expect: "100-continue" };
  const underWay = request(new URL("/token", fixture.issuer), { method: "POST", headers });
  underWay.flushHeaders();
  await once(underWay, "continue");
  const cut = once(underWay, "error");
  try {
    assert.equal(await fixture.server.close(), 1);
    assert.match(String(await cut), /hang up|ECONNRESET/);
  } finally {
    await fixture.close();
  }
});

// The one that holds the lock begins before the process does, and waits as long as that takes, on a busy machine too.
const patient = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
  .map((limit) => `set local ${limit} = 0`)
  .join("; ");

test("a process that waits for the database ends at the limit, with exit code 1", async () => {
  const store = await openTestDatabase("postgres");
  const terminal = openTerminal({ ...settings, ...store.environment, TTI_SHUTDOWN_LIMIT: "1" });
  const holder = await store.db.transaction();
  await holder.raw(patient);
  let running: RunningCommand | undefined;
  try {
    running = terminal.start("serve --json");
    await running.printed("\n}\n");
    await holder.raw("lock table key_instances in access exclusive mode");
    const { exitCode, stdout, stderr } = await running.stop();
    assert.equal(exitCode, 1);
    // It was the limit that ended it, not the database.
    assert.match(stdout + stderr, /did not stop in time/);
  } finally {
    running?.process.kill("SIGKILL");
    await holder.rollback();
    terminal.close();
    await store.close();
  }
});

test("a process told to stop while it starts ends, and leaves no instance others wait for", async () => {
  const store = await openTestDatabase("postgres");
  const terminal = openTerminal({ ...settings, ...store.environment });
  const holder = await store.db.transaction();
  await holder.raw(patient);
  let running: RunningCommand | undefined;
  try {
    await holder.raw("lock table signing_keys in access exclusive mode");
    running = terminal.start("serve --json");
    const waiting =
      "select count(*) as count from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())";
    for (;;) {
      const [{ count }] = (await store.db.raw(waiting)).rows as [{ count: number }];
      if (count > 0) break;
      await sleep(50);
    }
    const ended = once(running.process, "exit");
    running.process.kill("SIGTERM");
    const [exitCode, signal] = (await ended) as [number | null, string | null];
    assert.deepEqual([exitCode, signal], [0, null]);
    await holder.rollback();
    assert.deepEqual(await store.db("key_instances").select(), []);
  } finally {
    running?.process.kill("SIGKILL");
    if (!holder.isCompleted()) await holder.rollback();
    terminal.close();
    await store.close();
  }
});
