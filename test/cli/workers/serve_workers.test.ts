// `tti serve --workers`, as processes: one address, one scrape, one stop; what befalls a worker, and the primary. What is decided
// then is crew.test.ts's.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parsePrometheusText, seriesValue } from "../../observability/prometheus_text.ts";
import { atNight } from "../../support/at_night.ts";
import { openTestDatabase, type TestDatabase } from "../../support/databases.ts";
import { openTerminal, type RunningCommand, type TestTerminal } from "../../support/terminal.ts";
import { typed } from "../../support/typed.ts";

const key = "TheKeyOfWhoeverReadsTheMetrics-0123456789";
const settings = {
  TTI_ISSUER: "https://login.example.com",
  TTI_SECRETS: randomBytes(32).toString("base64"),
  TTI_TRUSTED_PROXIES: "1",
  TTI_CLIENT_ID: "isv",
  TTI_HOST: "127.0.0.1",
  PORT: "0",
  TTI_ADMIN_PORT: "0",
  TTI_SHUTDOWN_DELAY: "1",
  TTI_METRICS: key,
};

interface Served {
  localUrl: string;
  adminUrl: string;
  workers: number;
}

/** An instance of two workers, of a test; whatever of it still runs afterwards is ended. */
async function withWorkers(
  act: (at: {
    store: TestDatabase;
    running: RunningCommand;
    served: Served;
    pids(): Promise<number[]>;
  }) => Promise<void>,
): Promise<void> {
  const store = await openTestDatabase("postgres");
  const terminal: TestTerminal = openTerminal({ ...settings, ...store.environment });
  const running = terminal.start("serve --json --workers 2");
  const seen = new Set<number>();
  // Each worker's row names its process.
  const pids = async (): Promise<number[]> => {
    const rows: string[] = await store.db("key_instances").orderBy("started_at_ms").pluck("instance_id");
    const found = rows.map((id) => Number(id.split("/")[1]));
    for (const pid of found) seen.add(pid);
    return found;
  };
  try {
    const served = JSON.parse(await running.printed("\n}\n")) as Served;
    await act({ store, running, served, pids });
  } finally {
    for (const pid of [running.process.pid ?? 0, ...seen]) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    terminal.close();
    await store.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(50);
};

async function scrape(adminUrl: string) {
  const answer = await fetch(`${adminUrl}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(answer.status, 200);
  return parsePrometheusText(await answer.text());
}

describe("an instance of two workers", () => {
  it("is one to whoever asks; a worker that is killed is replaced, one that is told to end loses nobody's request, and a stop ends all", () =>
    withWorkers(async ({ running, served, pids }) => {
      assert.equal(served.workers, 2);
      const [first = 0, second = 0] = await pids();
      const metrics = await scrape(served.adminUrl);
      for (const state of ["wanted", "serving"])
        assert.equal(seriesValue(metrics, "tti_workers", { state }), 2, state);
      const workersOf = (name: string) => metrics.get(name)?.samples.map(({ labels }) => labels["worker"]);
      assert.deepEqual(workersOf("nodejs_heap_used_bytes"), ["primary", "1", "2"]);
      assert.deepEqual(workersOf("tti_key_warnings"), [undefined]);

      process.kill(first, "SIGKILL");
      // Its row is gone too: nobody waits for keys of an instance that is no more.
      const replaced = async (gone: number) => {
        const now = await pids();
        return now.length === 2 && !now.includes(gone);
      };
      await until(() => replaced(first));
      await until(async () => {
        const now = await scrape(served.adminUrl);
        return seriesValue(now, "tti_workers", { state: "serving" }) === 2;
      });
      const crashed = { reason: "crashed" };
      assert.equal(seriesValue(await scrape(served.adminUrl), "tti_worker_exits_total", crashed), 1);

      const agent = new Agent({ keepAlive: true, maxSockets: 4 });
      const ask = async (): Promise<number | undefined> => {
        const request = get(`${served.localUrl}/health/ready`, { agent });
        const [response] = (await once(request, "response")) as [IncomingMessage];
        response.resume();
        await once(response, "end");
        return response.statusCode;
      };
      const statuses = new Set<number | undefined>();
      let going = true;
      const asking = Array.from({ length: 4 }, async () => {
        while (going) {
          statuses.add(await ask());
          await sleep(5);
        }
      });
      process.kill(second, "SIGTERM");
      await until(() => replaced(second));
      going = false;
      await Promise.all(asking);
      agent.destroy();
      assert.deepEqual([...statuses], [200]);

      const ended = once(running.process, "exit");
      // As a supervisor does that tells every process.
      for (const pid of await pids()) process.kill(pid, "SIGTERM");
      running.process.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
      assert.deepEqual(await pids(), []);
      const lines = (await running.stop()).stderr
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { msg: string; worker?: number; level: string });
      const stopping = lines.filter(({ msg }) => msg === "provider has stopped").map(({ worker }) => worker);
      // The one that left alone, then both.
      assert.deepEqual(stopping.toSorted(), [1, 2, 2]);
      assert.deepEqual(
        lines.filter(({ level }) => level === "error").map(({ msg }) => msg),
        ["a worker ended and is replaced"],
      );
    }));

  it("whose primary process is killed ends what is under way, and leaves nothing others wait for", () =>
    withWorkers(async ({ running, pids }) => {
      const workers = await pids();
      assert.equal(workers.length, 2);
      running.process.kill("SIGKILL");
      await until(() => !workers.some(isAlive));
      assert.deepEqual(await pids(), []);
    }));

  it("ends at once at a second signal", { skip: !atNight }, () =>
    withWorkers(async ({ running, pids }) => {
      const workers = await pids();
      const ended = once(running.process, "exit");
      running.process.kill("SIGTERM");
      running.process.kill("SIGINT");
      // In order it would have ended with a code. Which of the two comes last is the system's to say.
      assert.equal((await ended)[0], null);
      await until(() => !workers.some(isAlive));
    }),
  );
});

describe("a start with workers", () => {
  it("that fails is one line of the log, with the reason, whichever worker it was", async () => {
    const nowhere = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/nothing" };
    const terminal = openTerminal({ ...settings, ...nowhere, TTI_LOG_LEVEL: "error" });
    try {
      const outcome = await terminal.tti("serve --json --workers 3");
      assert.equal(outcome.exitCode, 1);
      const lines = outcome.stderr.trimEnd().split("\n");
      assert.equal(lines.length, 1, outcome.stderr);
      const told = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
      assert.deepEqual([told["level"], told["code"]], ["fatal", "unavailable"]);
      assert.match(String(told["msg"]), /store|database/i);
      assert.equal(outcome.json<{ error: { code: string } }>().error.code, "unavailable");
    } finally {
      terminal.close();
    }
  });

  it("is refused with the embedded store, and with a number that is none", async () => {
    const terminal = openTerminal(settings);
    const at = { environment: terminal.environment, folder: terminal.dataDir };
    try {
      const embedded = await typed(["serve", "--json", "--workers", "2"], at);
      assert.equal(embedded.exitCode, 1);
      assert.match(embedded.stdout, /"field": "TTI_WORKERS"/);
      const none = await typed(["serve", "--workers", "none"], at);
      assert.equal(none.exitCode, 2);
      assert.match(none.stderr, /--workers: "none" is neither auto nor a whole number from 1 to 128/);
    } finally {
      terminal.close();
    }
  });
});
