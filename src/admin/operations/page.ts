// Owns the pages of lists: how many rows at most, where the next page begins, and that nothing is lost or told twice
// between two pages, because a page begins after a key and not after a number of rows.
import { z } from "zod";

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
    .max(600)
    .optional()
    .describe("Goes on after another page: the cursor it ended with, which is the key of its last row."),
};

/** A list of ids also knows the cursor under the name it had. */
export const idPageInput = {
  ...pageInput,
  afterId: z.string().max(300).optional().describe("As `cursor`, the name it had before."),
};

/** Where a page ended, as every list answers it. */
export const pageOutput = {
  cursor: z.string().optional().describe("Where the next page begins; absent: there is none."),
};

/** The rows to read: one more than asked for tells whether there is another page. */
export function rowsToRead({ limit = usualRows }: { limit?: number | undefined }): number {
  return limit + 1;
}

/**
 * Cuts what was read to the page asked for.
 * @param keyOf the key of a row, in the order of the list
 */
export function cutPage<Row>(
  rows: readonly Row[],
  { limit = usualRows }: { limit?: number | undefined },
  keyOf: (row: Row) => string,
): { rows: Row[]; next: { cursor?: string } } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? { cursor: keyOf(last) } : {} };
}

/** Reads the key of a row that lies in a tenant: `tenant/name`. Tenant ids have no slash. */
export function parseTenantKey(cursor: string | undefined): { tenantId: string; name: string } | undefined {
  if (cursor === undefined) return undefined;
  const slash = cursor.indexOf("/");
  return slash < 0
    ? { tenantId: cursor, name: "" }
    : { tenantId: cursor.slice(0, slash), name: cursor.slice(slash + 1) };
}
