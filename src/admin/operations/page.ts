// Owns the pages of lists: how many rows at most, where the next page begins, and that nothing is lost or told twice
// between two pages, because a page begins after a key and not after a number of rows. A cursor is that key with a sum
// of it and of the list: one that no page ended with is told, rather than answered with nothing as if there were no more.
import { createHash } from "node:crypto";
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { InputRefused } from "./input_faults.ts";

/** The most rows one answer holds. */
const mostRows = 9_999;
/** The rows one answer holds unless the caller says otherwise. */
const usualRows = 100;

/** A list's page, as every list takes it. */
export const pageInput = {
  limit: z
    .int()
    .min(1)
    .max(mostRows)
    .optional()
    .describe(`At most so many; ${usualRows} unless it says otherwise.`),
  cursor: z
    .string()
    .max(1500)
    .optional()
    .describe("Goes on after another page: the cursor it ended with, as it is."),
};

/** A list of ids may also begin after an id, whether it is there or not. */
export const idPageInput = {
  ...pageInput,
  afterId: z
    .string()
    .max(300)
    .optional()
    .describe("Begins after this id, in the order of ids; not together with `cursor`."),
};

/**
 * The order of a list, where it may be another than that of ids.
 * @param by what it may be ordered by
 */
export const sortInput = <const By extends readonly [string, ...string[]]>(by: By) => ({
  sort: z
    .enum(by)
    .optional()
    .describe(`The whole list, ordered by ${by.join(" or ")}; by id unless it says so.`),
  descending: z.boolean().optional().describe("The other way around; of a list that is ordered by `sort`."),
});

/**
 * Asserts that an order stands beside what can be ordered.
 * @param besides what the list is looked through for, which has an order of its own
 * @throws OperationError invalid_input
 */
export function assertSortable(
  { sort, descending }: { sort?: string | undefined; descending?: boolean | undefined },
  besides: Readonly<Record<string, unknown>> = {},
): void {
  if (sort === undefined && descending !== undefined) {
    throw new InputRefused([
      {
        path: ["descending"],
        what: "turns an order around, and sort names none",
        fix: "Give sort, or leave this out.",
        names: ["sort"],
      },
    ]);
  }
  const [name] = Object.entries(besides).find(([, value]) => value !== undefined) ?? [];
  if (sort === undefined || name === undefined) return;
  const fix = "Leave one of them out: only the whole list has another order than that of ids.";
  throw new InputRefused([{ path: ["sort"], what: `cannot stand beside ${name}`, fix, names: [name] }]);
}

/** How what is looked for begins, as every search takes it. */
export const searchText = z.string().trim().min(1).max(254).optional();

/** Where a page ended, as every list answers it. */
export const pageOutput = {
  cursor: z.string().optional().describe("Where the next page begins; absent: there is none."),
};

/** The rows to read: one more than asked for tells whether there is another page. */
export function rowsToRead({ limit = usualRows }: { limit?: number | undefined }): number {
  return limit + 1;
}

/**
 * Reads where a page begins: the key of the row it comes after.
 * @param list the name of the list, as its operation has it
 * @returns undefined if the page is the first
 * @throws OperationError invalid_input if no page of this list ended with the cursor, or two beginnings are given
 */
export function readCursor(
  list: string,
  { cursor, afterId }: { cursor?: string | undefined; afterId?: string | undefined },
): string | undefined {
  if (cursor === undefined) return afterId;
  if (afterId !== undefined) {
    const fix = "Give one of them: cursor, which came with the page before.";
    throw new InputRefused([
      { path: ["afterId"], what: "and cursor both say where to begin", fix, names: ["cursor"] },
    ]);
  }
  const key = Buffer.from(cursor.split(".")[0] ?? "", "base64url").toString("utf8");
  if (formatCursor(list, key) === cursor) return key;
  throw new OperationError("invalid_input", "cursor is not one that a page of this list ended with.", {
    field: "cursor",
    fix: "Give the cursor that came with the page before, as it is; without one the list begins anew.",
  });
}

/**
 * Cuts what was read to the page asked for.
 * @param list the name of the list, as its operation has it
 * @param keyOf the key of a row, in the order of the list
 */
export function cutPage<Row>(
  list: string,
  rows: readonly Row[],
  { limit = usualRows }: { limit?: number | undefined },
  keyOf: (row: Row) => string,
): { rows: Row[]; next: { cursor?: string } } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { rows: page, next: more ? { cursor: formatCursor(list, keyOf(last)) } : {} };
}

/**
 * Reads where a page of a search begins. What is found does not come in the order of ids.
 * @param list the name of the list with what is searched for: a page of another search ends nowhere here
 * @throws OperationError invalid_input as {@link readCursor}, and for an id to begin after
 */
export function readSearchCursor(
  list: string,
  { cursor, afterId }: { cursor?: string | undefined; afterId?: string | undefined },
): string | undefined {
  if (afterId === undefined) return readCursor(list, { cursor });
  throw new OperationError("invalid_input", "afterId says where a list begins, not a search.", {
    field: "afterId",
    fix: "Give the cursor that came with the page before.",
  });
}

/** Says where a page of a search ended. */
export function endOfSearch(list: string, end: string | undefined): { cursor?: string } {
  return end === undefined ? {} : { cursor: formatCursor(list, end) };
}

// The sum keeps nobody from making a cursor, it tells a slip: whoever may read the list may begin it anywhere.
function formatCursor(list: string, key: string): string {
  const sum = createHash("sha256").update(`${list}\n${key}`).digest("base64url").slice(0, 8);
  return `${Buffer.from(key).toString("base64url")}.${sum}`;
}

/** Makes the key of a row that lies in a tenant. */
export function formatTenantKey(tenantId: string, name: string): string {
  return `${tenantId}/${name}`;
}

/** Reads the key of a row that lies in a tenant: `tenant/name`. Tenant ids have no slash. */
export function parseTenantKey(key: string | undefined): { tenantId: string; name: string } | undefined {
  if (key === undefined) return undefined;
  const slash = key.indexOf("/");
  return { tenantId: key.slice(0, slash), name: key.slice(slash + 1) };
}
