// Owns what an activity leaves in the store: how many rows of which table, and of how many bytes. The times for which they stay
// are in docs/what-is-stored.md.

import type { Side } from "./growth_side.ts";
import { countedLoop } from "./http_load.ts";
import { progress, report } from "./measurement.ts";

interface Left {
  rows: number;
  bytes: number;
}

/** Does something so many times, and reports what one of it leaves. */
export async function reportLeft(side: Side, activity: keyof Side["works"], count: number): Promise<void> {
  progress(`what one ${activity} leaves`);
  const load = { lanes: 1, urls: [side.instance.localUrl], work: side.works[activity] };
  // Whoever refreshes signs in first, which is another activity's to leave.
  await countedLoop(load, 1);
  const before = await measureTables(side);
  await countedLoop(load, count);
  const after = await measureTables(side);
  const left = [...after].flatMap(([name, { rows, bytes }]) => {
    const was = before.get(name) ?? { rows: 0, bytes: 0 };
    const more = (rows - was.rows) / count;
    return more > 0.2 ? [{ name, rows: more, bytes: (bytes - was.bytes) / (rows - was.rows) }] : [];
  });
  report({
    bench: "growth",
    name: `what one ${activity} leaves: rows, and bytes of each without indexes`,
    value: left
      .map(({ name, rows, bytes }) => `${Number(rows.toPrecision(2))} ${name} of ${Math.round(bytes)}`)
      .join(", "),
    baseline: "one",
    ratio: left.reduce((sum, { rows }) => sum + rows, 0),
  });
}

// By model, where records are of several kinds. What an instance writes for itself is left out.
async function measureTables({ client }: Side): Promise<ReadonlyMap<string, Left>> {
  const { rows } = await client.query<{ name: string; rows: string; bytes: string }>(
    ["oidc_records", "session_vouchers", "sign_in_attempts", "audit_events"]
      .map(
        (table) => `select ${table === "oidc_records" ? "model" : `'${table}'`} as name, count(*) as rows,
          coalesce(sum(pg_column_size(t.*)), 0) as bytes from ${table} t group by 1`,
      )
      .join(" union all "),
  );
  return new Map(rows.map((row) => [row.name, { rows: Number(row.rows), bytes: Number(row.bytes) }]));
}
