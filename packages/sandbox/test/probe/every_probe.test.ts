// Every probe against the sandbox set to every value of its switch: it must report exactly that value. A switch whose values
// cannot be told apart from outside is none.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { notToday } from "../../../../test/support/share_of_day.ts";
import { UNPROBED } from "../../src/probe/probe_table.ts";
import { listRules, type RuleName } from "../../src/rules/rules.ts";
import { openProbeBench, type ProbeBench } from "./probe_bench.ts";

/** Values tried of switches that take any whole number. */
const NUMBERS: Readonly<Partial<Record<RuleName, readonly string[]>>> = {
  "jwks.cacheSeconds": ["0", "60", "300"],
  "jwks.timeoutMs": ["500", "1000"],
  "jwks.maxBytes": ["16384", "65536", "1048576"],
  "token.maxBytes": ["4096", "8192", "131072"],
  "token.replayWindowSeconds": ["300", "86400"],
  "token.clockSkewSeconds": ["0", "60", "300"],
  "token.maxLifetimeSeconds": ["0", "900", "3600"],
  "exchange.jwtBearerPerSecond": ["10", "25"],
  "exchange.accessTokenSeconds": ["900", "3600"],
  "exchange.refreshTokenSeconds": ["3600", "28800"],
  "search.defaultMaxResults": ["5", "10"],
  "search.maxQueryTextLength": ["1000", "4000"],
  "search.callsPerSecond": ["0", "10"],
  "search.pageTokenSeconds": ["300", "3600"],
  "search.filterDepth": ["2", "5"],
  "search.filterLength": ["10", "50"],
};

/** What else must be set for a switch to be asked at all. */
const BESIDE: Readonly<Partial<Record<RuleName, Partial<Record<RuleName, string>>>>> = {
  "issuer.requireHttps": { "issuer.allowLocal": "addressOnly" },
  "token.replayWithoutJti": { "token.missingJti": "accept" },
};

/** Switches that refuse nothing by themselves: they say what an answer holds, how long something is kept, which error a check gives. */
const REFUSING_NOTHING: ReadonlySet<RuleName> = new Set<RuleName>([
  "issuer.discoveryUrl",
  "jwks.cacheSeconds",
  "token.replayWindowSeconds",
  "webIdentity.unreachable",
  "webIdentity.provider",
  "exchange.rateLimitError",
  "exchange.accessTokenSeconds",
  "exchange.refreshTokenRotation",
  "accessor.scopes",
  "accessor.refreshGrant",
  "accessor.assignmentRequired",
  "accessor.audience",
  "accessor.actorPolicy",
  "search.defaultMaxResults",
  "search.accessListCase",
  "search.accessListRelation",
]);

describe("probes", () => {
  let bench: ProbeBench;
  before(async () => {
    bench = await openProbeBench();
  });
  after(() => bench.close());

  for (const [place, rule] of listRules().entries()) {
    if (UNPROBED[rule.name as RuleName] !== undefined) continue;
    const values = rule.values.length > 0 ? rule.values : (NUMBERS[rule.name as RuleName] ?? []);
    test(`${rule.name}: ${values.join(", ")}`, { skip: notToday(place, 2) }, async () => {
      assert.ok(values.length > 1, "it is tried with two values at least");
      const name = rule.name as RuleName;
      bench.takeRefusals();
      for (const value of values) {
        bench.setRules({ ...BESIDE[name], [name]: value });
        const said: string[] = [];
        const { results, left } = await bench.run([name], { say: (text) => said.push(text) });
        assert.deepEqual(
          results.map((result) => (result.outcome === "observed" ? result.value : result.why)),
          [value],
          said.join("\n"),
        );
        assert.ok((results[0]?.evidence.length ?? 0) > 0, "it says what AWS did");
        assert.deepEqual(left, []);
      }
      assert.equal(
        bench.takeRefusals().has(name),
        !REFUSING_NOTHING.has(name),
        "a refusal by it has its name",
      );
    });
  }

  test("the policy of docs/probes.md allows what the probes of today have called", async () => {
    const page = await readFile(new URL("../../docs/probes.md", import.meta.url), "utf8");
    const block = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    const { Statement } = JSON.parse(block) as { Statement: { Action: string[] }[] };
    const allowed = new Set([...Statement.flatMap(({ Action }) => Action), "sts:GetCallerIdentity"]);
    assert.ok(bench.actions().length > 10);
    assert.deepEqual(
      bench.actions().filter((action) => !allowed.has(action)),
      [],
    );
  });
});
