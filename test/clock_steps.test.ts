// A clock that is set while an instance runs, and a process that stood still: told, counted, and nothing is judged, signed or
// removed by a time that the store does not confirm; with the store's word, or the clock set right, it goes on by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openLog, silentLog } from "../src/log.ts";
import { startSweeper } from "../src/provider/assembly/sweeper.ts";
import { watchTime } from "../src/time_watch.ts";
import { parsePrometheusText, seriesValue } from "./observability/prometheus_text.ts";
import { addMintingClients, exchange, setTenant, signSubject } from "./provider/grants/mint_support.ts";
import { addPerson, startProvider } from "./provider/support/provider_fixture.ts";
import { useStore } from "./support/use_store.ts";

const key = "TheKeyOfWhoeverReadsTheMetrics-0123456789";
const hourMs = 3_600_000;

function capture(): { lines: string[]; log: ReturnType<typeof openLog> } {
  const lines: string[] = [];
  const log = openLog({ level: "info", stream: { write: (line: string) => void lines.push(line) } });
  return { lines, log };
}

for (const hours of [1, -1]) {
  test(`an instance whose clock is set ${hours} h off serves nothing by it, and goes on once it is right`, async () => {
    let offMs = 0;
    const clock = () => new Date(Date.now() + offMs);
    const { lines, log } = capture();
    const environment = { TTI_METRICS: key };
    const fixture = await startProvider({ kind: "postgres", clock, clockSteps: true, log, environment });
    try {
      const { issuer, server } = fixture;
      await addMintingClients(fixture.db);
      const { id } = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
      await setTenant(fixture.db, "acme", {
        loginMethod: "both",
        presencePolicy: { name: "within", hours: 12 },
      });
      const mint = async () =>
        exchange(issuer, await signSubject(issuer, { sub: id, auth_time: Math.floor(Date.now() / 1000) }));
      const statusOf = async (path: string) =>
        (await fetch(new URL(path, issuer), { redirect: "manual" })).status;
      const scrape = async () => {
        const answer = await fetch(`${server.adminUrl}/metrics`, {
          headers: { authorization: `Bearer ${key}` },
        });
        const families = parsePrometheusText(await answer.text());
        return (name: string, labels = {}) => seriesValue(families, name, labels) ?? Number.NaN;
      };
      assert.equal((await mint()).status, 200);
      assert.ok(Math.abs((await scrape())("tti_clock_difference_seconds")) < 5);

      offMs = hours * hourMs;
      const refused = await mint();
      assert.deepEqual([refused.status, refused.body["error"]], [503, "temporarily_unavailable"]);
      const page = await fetch(`${issuer}/auth?client_id=tti-demo&response_type=code`);
      assert.equal(page.status, 503);
      assert.ok(Number(page.headers.get("retry-after")) > 0);
      assert.deepEqual([await statusOf("/health/live"), await statusOf("/health/ready")], [200, 503]);
      const told = await scrape();
      assert.ok(Math.abs(told("tti_clock_difference_seconds") - hours * 3600) < 5);
      assert.equal(told("tti_clock_steps_total", { direction: hours > 0 ? "forward" : "back" }), 1);
      assert.match(lines.join(""), new RegExp(`clock was set ${hours > 0 ? "forward" : "back"} by 3600 s`));

      offMs = 0;
      // The database is asked again within a second.
      const deadlineMs = performance.now() + 30_000;
      while ((await statusOf("/health/ready")) !== 200) {
        assert.ok(
          performance.now() < deadlineMs,
          `it does not serve again: ${await (await fetch(`${issuer}/health/ready`)).text()}`,
        );
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.equal((await mint()).status, 200);
    } finally {
      await fixture.close();
    }
  });
}

test("with the embedded store, which has this machine's clock, a step is told and serving goes on", async () => {
  let offMs = 0;
  const { lines, log } = capture();
  const clock = () => new Date(Date.now() + offMs);
  const fixture = await startProvider({ clock, clockSteps: true, log });
  try {
    offMs = hourMs;
    assert.equal((await fetch(`${fixture.issuer}/auth`)).status, 400);
    assert.match(lines.join(""), /clock was set forward by 3600 s/);
  } finally {
    await fixture.close();
  }
});

test("what the clock does by itself is no step, and a process that stood still says for how long", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let [ownMs, wallMs] = [0, 1_900_000_000_000];
  const steps: number[] = [];
  const pauses: number[] = [];
  const { lines, log } = capture();
  const watch = watchTime({
    ...{ clock: () => new Date(wallMs), log, ownTime: () => ownMs },
    onStep: (seconds) => steps.push(seconds),
    onPause: (seconds) => pauses.push(seconds),
  });
  const pass = (own: number, wall: number) => {
    ownMs += own;
    wallMs += wall;
    t.mock.timers.tick(1_000);
  };
  for (let second = 0; second < 100; second += 1) pass(1_000, 1_010);
  pass(1_000, 5_900);
  assert.deepEqual([steps, pauses], [[], []]);
  pass(1_000, 61_000);
  pass(1_000, -59_000);
  pass(48_000, 48_000);
  pass(1_000, 1_000);
  watch.stop();
  assert.deepEqual([steps, pauses], [[60, -60], [47]]);
  assert.match(lines.join(""), /this process stood still for 47 s/);
});

const store = useStore("sqlite");
test("what has expired by a clock in doubt is not removed", async () => {
  const clock = () => new Date(Date.now() + 48 * hourMs);
  let trusted = false;
  const sweeper = startSweeper({ db: store.db, clock, log: silentLog, mayRemove: async () => trusted });
  try {
    const record = { model: "Session", id_hash: "h", payload: "{}", expires_at_ms: Date.now() + hourMs };
    await store.db("oidc_records").insert({ ...record, client_generation: 0 });
    assert.equal(await sweeper.sweep(), 0);
    trusted = true;
    assert.equal(await sweeper.sweep(), 1);
  } finally {
    await sweeper.stop();
  }
});
