// Owns reading what clients may ask of resources, client by client: the other way round from resource_store.ts.
import type { Database } from "../../db/connect.ts";
import type { ResourceRight } from "./resource.ts";
import { type RightRow, toRight } from "./resource_store.ts";

/** What a client may ask of one resource. */
export interface RightAtResource extends Omit<ResourceRight, "clientId"> {
  identifier: string;
}

/**
 * Finds what some clients may ask of which resources, disabled ones included.
 * @returns by client, in the order of the resources' identifiers; a client that may ask for nothing is absent
 */
export async function findRightsOfClients(
  db: Database,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, RightAtResource[]>> {
  if (clientIds.length === 0) return new Map();
  const rows: (RightRow & { identifier: string })[] = await db("resource_rights as r")
    .join("clients as c", (on) =>
      on.on("c.client_id", "r.client_id").andOn("c.created_at_ms", "r.client_since_ms"),
    )
    .whereNull("c.deleted_at_ms")
    .whereIn("r.client_id", [...clientIds])
    .orderBy(["r.client_id", "r.identifier"])
    .select(
      "r.identifier",
      "r.client_id",
      "r.right_id",
      "r.scopes as client_scopes",
      "r.own_scopes",
      "r.introspects_at_ms",
    );
  const byClient = Map.groupBy(rows, (row) => row.client_id);
  return new Map([...byClient].map(([clientId, of]) => [clientId, of.map(atResource)]));
}

function atResource(row: RightRow & { identifier: string }): RightAtResource {
  const { clientId: _its, ...right } = toRight(row);
  return { identifier: row.identifier, ...right };
}
