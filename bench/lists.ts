// What lists and searches cost among many: each list of the administration, each of its filters, and the console's pages,
// asked of 100,000 people in 10,000 tenants against the same of 100 in 100, on both stores. Run with `node bench/lists.ts
// [--quick] [sqlite|postgres]`. That none reads more than its page is for a test to count: test/admin/operations/list_plans.
import { connectDatabase } from "../src/db/connect.ts";
import { migrationLimits } from "../src/db/dialects.ts";
import { type CrowdSize, fillCrowd } from "../test/support/crowd.ts";
import { openTestDatabase, type StoreKind, storeKinds } from "../test/support/databases.ts";
import { crowdContext, listCases } from "../test/support/list_cases.ts";
import { openBenchPostgres } from "./support/installation.ts";
import { compareAlternately } from "./support/measure.ts";
import { milliseconds, type Pace, progress, readPace, report } from "./support/measurement.ts";

const small: CrowdSize = { people: 100, tenants: 100 };
const large: CrowdSize = { people: 100_000, tenants: 10_000 };
/** What `--quick` fills instead. */
const quick: CrowdSize = { people: 300, tenants: 120 };
const target = 1.5;

/** Measures on one store, and reports a line for each case. */
async function measure(kind: StoreKind, pace: Pace): Promise<void> {
  const sizes = [small, pace.quick ? quick : large];
  const stores = await Promise.all(sizes.map(() => openTestDatabase(kind)));
  try {
    for (const [index, size] of sizes.entries()) {
      progress(`${kind}: making ${size.people.toLocaleString("en-US")} people`);
      const patient = connectDatabase(stores[index]?.location ?? { memory: true }, migrationLimits);
      await fillCrowd(patient, size, (table, rows) => {
        if (rows >= 100_000) progress(`  ${rows.toLocaleString("en-US")} rows of ${table}`);
      });
      await patient.destroy();
    }
    const [few, many] = sizes.map((size, index) => {
      const context = crowdContext((stores[index] ?? stores[0])?.db as never);
      return listCases(size).map(({ name, ask }) => ({ name, ask: () => ask(context) }));
    });
    for (const [index, one] of (few ?? []).entries()) {
      // It reads the chain on, so many events at a time, until it has found a page: more where there are more.
      if (one.name.startsWith("audit export: ") && !one.name.endsWith(" page")) continue;
      const other = many?.[index];
      if (other === undefined) throw new Error("both crowds are asked the same");
      // Once each first: statements are prepared, pages of the file are in memory.
      await one.ask();
      await other.ask();
      const { undisturbed } = await compareAlternately(pace.quick ? 1 : 21, one.ask, other.ask);
      const ratio = undisturbed.measuredMs / undisturbed.baselineMs;
      report({
        bench: "lists",
        name: `${one.name}, ${kind}: among many / among 100`,
        value: milliseconds(undisturbed.measuredMs),
        baseline: milliseconds(undisturbed.baselineMs),
        ratio,
        target,
        met: ratio <= target,
      });
    }
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

/** Measures on both stores, or on one. */
export async function main(pace: Pace, words: readonly string[] = []): Promise<void> {
  for (const kind of storeKinds) {
    if (words.length > 0 && !words.includes(kind)) continue;
    const stop = kind === "postgres" ? await openBenchPostgres() : async () => {};
    try {
      await measure(kind, pace);
    } finally {
      await stop();
    }
  }
}

if (import.meta.main)
  await main(
    readPace(),
    process.argv.slice(2).filter((word) => !word.startsWith("--")),
  );
