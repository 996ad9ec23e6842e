// Owns which application serves a customer: the one whose rights a trial is made by.
import type { Database } from "../../db/connect.ts";
import { listClients } from "./client_store.ts";
import { mayActFor } from "./tenant_rights.ts";

/** An application, and by which of its rights it acts for a customer. */
export interface ServingClient {
  clientId: string;
  right: "mint" | "search";
}

const pageSize = 200;

/**
 * Finds the first enabled application, by id, that may mint for a tenant, else the first that may search; undefined: none.
 */
export async function findServingClient(db: Database, tenantId: string): Promise<ServingClient | undefined> {
  let searching: string | undefined;
  for (let afterId: string | undefined; ; ) {
    const page = await listClients(db, { limit: pageSize, afterId });
    const enabled = page.filter(({ disabledAtMs }) => disabledAtMs === null);
    const minting = enabled.find(({ metadata }) => mayActFor(metadata, "mint", tenantId));
    if (minting !== undefined) return { clientId: minting.clientId, right: "mint" };
    searching ??= enabled.find(({ metadata }) => mayActFor(metadata, "search", tenantId))?.clientId;
    if (page.length < pageSize) break;
    afterId = page.at(-1)?.clientId;
  }
  return searching === undefined ? undefined : { clientId: searching, right: "search" };
}
