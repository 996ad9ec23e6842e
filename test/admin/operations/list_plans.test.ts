// However many people, tenants and events there are: no list, no search and no page of the console reads more of them than
// a page looks at. Counted by PostgreSQL for each statement that is sent, and seen in SQLite's plans; never timed.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { operations } from "../../../src/admin/operations/table.ts";
import { readActs } from "../../../src/audit/acts_store.ts";
import { places } from "../../../src/console/places.ts";
import { type CrowdSize, crowdNowMs, fillCrowd, ofCrowd } from "../../support/crowd.ts";
import { storeKinds } from "../../support/databases.ts";
import { crowdContext, listCases } from "../../support/list_cases.ts";
import { isOfSubquery, mostRowsRead, plansOf, sentBy } from "../../support/plans.ts";
import { useStore } from "../../support/use_store.ts";

// Of everything more than a page may look at, also of the people of one tenant.
const size: CrowdSize = { people: 12_000, tenants: 10_000 };
const mostLooked = 4_500;

for (const kind of storeKinds) {
  describe(`lists of a crowd in ${kind}`, () => {
    const store = useStore(kind, () => fillCrowd(store.db, size));

    test("what was done in a person's name: looks at a page's worth, by the person's own events", async () => {
      const statements = await sentBy(store, async (db) => {
        const of = { accountId: ofCrowd.person, tenantIds: [ofCrowd.largeTenant], fromMs: 0 };
        await readActs(db, of);
        await readActs(db, { ...of, before: { atMs: crowdNowMs, id: "x" } });
      });
      assert.equal(statements.length, 2);
      for (const query of statements) {
        if (kind === "postgres") {
          const { rows, step } = await mostRowsRead(store, query);
          assert.ok(rows <= 2_000, `${step} read ${rows} rows`);
        }
        const [plan = ""] = await plansOf(store, query);
        assert.match(plan, /audit_events_account/);
        assert.doesNotMatch(plan, /SCAN audit_events$|Seq Scan/m);
      }
    });

    test("a list takes as many statements for twenty rows as for one", async () => {
      const uneven: string[] = [];
      for (const { name, operation: asked } of listCases(size)) {
        // A search looks in one place after the other until its page is full.
        if (asked === undefined || !("limit" in asked.input) || "search" in asked.input) continue;
        const run = operations.find(({ entry }) => entry.name === asked.name);
        assert.ok(run);
        const counts: number[] = [];
        for (const limit of [1, 20]) {
          const sent = await sentBy(store, (db) => run(crowdContext(db), { ...asked.input, limit }));
          counts.push(sent.length);
        }
        if (counts[0] !== counts[1]) uneven.push(`${name}: ${counts.join(" and ")}`);
      }
      assert.deepEqual(uneven, []);
    });

    for (const one of listCases(size)) {
      test(`${one.name}: looks at a page's worth`, async () => {
        let found = 0;
        const statements = await sentBy(store, async (db) => {
          found = await one.ask(crowdContext(db));
        });
        // An export may have to go on before it finds any.
        if (!one.name.startsWith("audit export"))
          assert.equal(found > 0, !one.name.includes("nothing"), `${found} rows`);
        const queries = statements.filter(({ sql }) => /^\s*(?:select|with)/i.test(sql));
        assert.ok(queries.length > 0);
        for (const query of queries) {
          if (kind === "postgres") {
            const { rows, step } = await mostRowsRead(store, query);
            assert.ok(rows <= mostLooked, `${step} read ${rows} rows: ${query.sql}`);
          } else {
            const [plan = ""] = await plansOf(store, query);
            const scans = plan.split("\n").filter((line) => isWholeTable(line, query.sql));
            assert.deepEqual(scans, [], query.sql);
            // What was cut to a window is little to sort; and what is of one row, or of a page's, has no limit.
            if (query.sql.includes("limit") && !isOfWindow.test(plan))
              assert.doesNotMatch(plan, wholeSort, query.sql);
          }
        }
      });
    }
  });
}

// In the order of an index, as far as the page goes, is no reading of the whole; instances and secrets are few,
// and so are the sign-ins of the last ten minutes that wait at the ISV's page. All
// members of a tenant are many, where no account is named too; and an index made for the one statement reads all it is of.
const isWholeTable = (line: string, sql: string): boolean =>
  (/\bSCAN (?!asked\b|CONSTANT|key_instances|login_name_keys|login_challenges)\w+$/.test(line) &&
    !isOfSubquery(line, sql)) ||
  (/AUTOMATIC/.test(line) && !/SEARCH (?:a|w) /.test(line)) ||
  /SEARCH m USING .*\(tenant_id=\?\)/.test(line);
const wholeSort = /USE TEMP B-TREE FOR ORDER BY/;
const isOfWindow = /CO-ROUTINE|MATERIALIZE|CORRELATED SCALAR/;

test("every list, with each of its filters, and every page of the console that shows one, is asked of a crowd", () => {
  const cases = listCases(size);
  const missing = operations.flatMap(({ entry: { name, input } }) => {
    if (!("cursor" in input.shape)) return [];
    const given = cases.flatMap(({ operation }) =>
      operation?.name === name ? Object.keys(operation.input) : [],
    );
    const filters = Object.keys(input.shape).filter(
      (member) => !["limit", "cursor", "afterId"].includes(member),
    );
    const asked = cases.some(({ operation }) => operation?.name === name);
    return [
      ...(asked ? [] : [name]),
      ...filters.filter((member) => !given.includes(member)).map((member) => `${name}: ${member}`),
    ];
  });
  assert.deepEqual(missing, []);
  const shown = new Set(cases.flatMap(({ path }) => path ?? []));
  const pages = places.filter(({ path, act }) => act === undefined && !shown.has(path));
  assert.deepEqual(
    pages.map(({ path }) => path),
    ["/console/keys"],
    "the keys are few, whoever is there",
  );
});
