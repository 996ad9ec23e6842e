// Owns the rows that a statement for many brings along on PostgreSQL, one array a column. That they are few is said in words the
// planner counts by. Of an array it does not know it expects ten elements; so it takes ten looks at an index for dearer than
// reading a table that is small yet, and keeps to that while the table grows, until somebody counts its rows; and a plan
// for any values for dearer than a plan for these, which takes longer to make than the statement takes.

/** What a column of such a row holds. */
type ColumnType = "text" | "bigint" | "integer";

// More than anything brings.
const most = 1_000_000;

/**
 * The rows, as a table of a FROM clause, with their `place` from 1 on: whatever they are joined with is found by an index.
 * @param name what the rows are called
 * @param columns one binding each, an array, in this order
 */
export function broughtRows(name: string, columns: Readonly<Record<string, ColumnType>>): string {
  const arrays = Object.values(columns).map((type) => `cast(? as ${type}[])`);
  const names = [...Object.keys(columns), "place"].join(", ");
  // Of a range with two ends the planner expects one row in two hundred: of what is brought, one.
  return `(select * from unnest(${arrays.join(", ")}) with ordinality as brought (${names})
    where place > 0 and place <= ${most}) as ${name}`;
}

/** Columns as tables of ours name them: moments end in `_ms`, numbers of generations in `_generation`, the rest is text. */
export function typedColumns(columns: readonly string[]): Readonly<Record<string, ColumnType>> {
  const typeOf = (column: string) =>
    column.endsWith("_ms") ? "bigint" : column.endsWith("_generation") ? "integer" : "text";
  return Object.fromEntries(columns.map((column) => [column, typeOf(column)]));
}

/** The bindings of such rows, one array a column. */
export const columnsOf = (rows: readonly (readonly unknown[])[], count: number): string[][] =>
  Array.from({ length: count }, (_, column) => rows.map((row) => (row[column] ?? null) as string));
