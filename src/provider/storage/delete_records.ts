// Owns the statements by which records are deleted and counted, and what is read of those that were. Which ones, and for whom, is
// decided in ended_records.ts.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import type { EndedRecord } from "./logout_store.ts";

/** How many records of each model were deleted. */
export type DeletedModels = ReadonlyMap<string, number>;

interface DeletedRow {
  model: string;
}

/** Deletes the records of some ids, so many in a statement. */
export async function deleteIn(
  db: Database,
  name: string,
  which: string,
  ids: readonly string[],
): Promise<EndedRecord[]> {
  const deleted: EndedRecord[] = [];
  for (let from = 0; from < ids.length; from += grantsAtOnce) {
    const some = ids.slice(from, from + grantsAtOnce);
    // Always as many, so that it is one prepared statement.
    const padded = [...some, ...Array.from({ length: grantsAtOnce - some.length }, () => some[0] ?? "")];
    const places = padded.map(() => "?").join(", ");
    deleted.push(...(await deleteWhere(db, name, `${which} (${places})`, padded)));
  }
  return deleted;
}

const grantsAtOnce = 200;

/** Deletes records and tells of which grant each was. */
export const deleteWithGrant = (db: Database, name: string, condition: string, bindings: readonly string[]) =>
  runStatement<DeletedRow & { grant_id_hash: string | null }>(
    db,
    name,
    `delete from oidc_records where ${condition} returning model, grant_id_hash`,
    bindings,
  );

/** Deletes the records of a condition, and tells whose they were. @param name of the condition */
export function deleteWhere(
  db: Database,
  name: string,
  condition: string,
  bindings: readonly string[],
): Promise<EndedRecord[]> {
  return runStatement<EndedRecord>(
    db,
    `${name}_told`,
    `delete from oidc_records where ${condition}
     returning model, id_hash, account_id, client_id, session_uid_hash`,
    bindings,
  );
}

/** Deletes records and tells of a session its content too, which says whom to tell of its end. */
export const deleteWithSession = (
  db: Database,
  name: string,
  condition: string,
  bindings: readonly string[],
) =>
  runStatement<DeletedRow & { session: string | null }>(
    db,
    name,
    `delete from oidc_records where ${condition}
     returning model, case when model = 'Session' then payload end as session`,
    bindings,
  );

/** The sessions among what was deleted, as they were stored. */
export const sessionsIn = (rows: readonly { session: string | null }[]): string[] =>
  rows.flatMap(({ session }) => session ?? []);

/** Counts what was deleted. */
export function countModels(rows: readonly DeletedRow[]): DeletedModels {
  const counts = new Map<string, number>();
  for (const { model } of rows) counts.set(model, (counts.get(model) ?? 0) + 1);
  return counts;
}

/** How many of some models were deleted. */
export function countOf(deleted: DeletedModels, models: readonly string[]): number {
  return models.reduce((sum, model) => sum + (deleted.get(model) ?? 0), 0);
}

/**
 * A member as JSON.stringify writes it. Quotes inside of values are escaped there, so nothing else reads like it, and replace()
 * tells it from ids that differ by capitals, on both stores.
 */
export const memberText = (name: string, value: string): string => `"${name}":${JSON.stringify(value)}`;
