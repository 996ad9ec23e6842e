// An instance whose clock is not the database's says so in readiness, in the log, once, and serves on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStoreClock } from "../../src/db/store_clock.ts";
import { openLog, silentLog } from "../../src/log.ts";
import { startProvider } from "../provider/support/provider_fixture.ts";
import { openTestDatabase } from "../support/databases.ts";

test("a clock that is further from the database's than tokens tolerate is told, and when it is right again", async () => {
  const store = await openTestDatabase("postgres");
  try {
    const lines: { level: string; msg: string }[] = [];
    const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
    const log = openLog({ level: "info", stream });
    let offMs = 0;
    const clock = () => new Date(Date.now() + offMs);
    const storeClock = createStoreClock({ watch: store.db, clock, log }, 15, 0);
    for (const [seconds, told] of [
      [0, undefined],
      [10, undefined],
      [-10, undefined],
      [40, /clock is (39|40) s ahead of the database's, and tokens tolerate 15 s/],
      [-40, /clock is (39|40) s behind the database's/],
      [0, undefined],
    ] as const) {
      offMs = seconds * 1000;
      const warning = await storeClock.warning();
      if (told === undefined) assert.equal(warning, undefined);
      else assert.match(warning ?? "", told);
    }
    assert.deepEqual(
      lines.map(({ level }) => level),
      ["error", "info"],
    );
  } finally {
    await store.close();
  }
});

test("an SQLite store has this machine's clock", async () => {
  const store = await openTestDatabase("sqlite");
  try {
    const clock = () => new Date(0);
    const storeClock = createStoreClock({ watch: store.db, clock, log: silentLog }, 15, 0);
    assert.equal(await storeClock.warning(), undefined);
  } finally {
    await store.close();
  }
});

test("readiness lists it among its warnings, and the instance stays ready", async () => {
  const right = await startProvider({ kind: "postgres" });
  const wrong = await startProvider({ kind: "postgres", clock: () => new Date(Date.now() + 60_000) });
  try {
    const ready = async (issuer: string) => {
      const answer = await fetch(`${issuer}/health/ready`);
      return [answer.status, ((await answer.json()) as { warnings?: string[] }).warnings] as const;
    };
    assert.deepEqual(await ready(right.issuer), [200, undefined]);
    const [status, warnings] = await ready(wrong.issuer);
    assert.equal(status, 200);
    assert.match((warnings ?? []).join(), /clock is (59|60) s ahead of the database's/);
  } finally {
    await right.close();
    await wrong.close();
  }
});
