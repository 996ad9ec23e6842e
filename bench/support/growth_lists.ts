// Owns what is listed in a store of a size: people, customers and the trail, as an administrator asks for them.
import type { Operation } from "../../src/admin/operations/entry.ts";
import { operations, type TableContext } from "../../src/admin/operations/table.ts";
import { connectDatabase } from "../../src/db/connect.ts";
import { crowdContext } from "../../test/support/list_cases.ts";
import type { Side } from "./growth_side.ts";
import { copyOf } from "./growth_words.ts";
import { compareAlternately } from "./measure.ts";
import { milliseconds, type Pace, progress, report } from "./measurement.ts";

const target = 1.2;
const cases: readonly [name: string, input: (side: Side) => object][] = [
  ["user list", () => ({ limit: 10 })],
  ["user list", () => ({ search: "local-00000000", limit: 5 })],
  ["user list", ({ size }) => ({ tenantId: copyOf.tenantId(1, size.tenants), limit: 2 })],
  ["tenant list", () => ({ limit: 10 })],
  ["audit list", () => ({ limit: 10 })],
  ["audit list", ({ size }) => ({ account: copyOf.namedId(Math.floor(size.people / 4)), limit: 2 })],
];

/** Compares each list on both sides, and reports a line for each. */
export async function compareLists(small: Side, full: Side, pace: Pace): Promise<void> {
  progress("lists");
  const sides = [small, full].map((side) => {
    const db = connectDatabase({ databaseUrl: side.installation.environment["DATABASE_URL"] ?? "" });
    return { side, db, context: { ...crowdContext(db), clock: () => new Date() } as TableContext };
  });
  try {
    for (const [name, input] of cases) {
      const operation = operations.find(({ entry }) => entry.name === name) as Operation<
        TableContext,
        object
      >;
      const [ofSmall, ofFull] = sides.map(
        ({ side, context }) =>
          () =>
            operation(context, input(side)),
      );
      if (ofSmall === undefined || ofFull === undefined) throw new Error("there are two sides");
      for (let turn = 0; turn < 6; turn += 1) {
        await ofSmall();
        await ofFull();
      }
      const { undisturbed } = await compareAlternately(pace.quick ? 3 : 60, ofSmall, ofFull);
      const ratio = undisturbed.measuredMs / undisturbed.baselineMs;
      const asked = Object.keys(input(small)).filter((member) => member !== "limit");
      report({
        bench: "growth",
        name: `${name}${asked.length > 0 ? ` by ${asked.join(", ")}` : ""} / at 0`,
        value: milliseconds(undisturbed.measuredMs),
        baseline: milliseconds(undisturbed.baselineMs),
        ratio,
        target,
        met: ratio <= target,
      });
    }
  } finally {
    for (const { db } of sides) await db.destroy();
  }
}
