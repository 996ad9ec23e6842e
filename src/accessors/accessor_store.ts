// Owns the accessors table: per tenant, the data accessors its administrator handed over. Every query carries
// the tenant: no accessor is ever found by anything else.
import { randomUUID } from "node:crypto";
import type { ConnectionMethod } from "tti-exchange";
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import { OperationError } from "../errors.ts";

/** One data accessor of a customer. Times are epoch milliseconds. */
export interface Accessor {
  tenantId: string;
  /** Which of the customer's data accessors; most have one, called `default`. */
  name: string;
  applicationId: string;
  retrieverId: string;
  qRegion: string;
  idcApplicationArn: string;
  idcRegion: string;
  method: ConnectionMethod;
  createdAtMs: number;
}

interface AccessorRow {
  tenant_id: string;
  name: string;
  application_id: string;
  retriever_id: string;
  q_region: string;
  idc_application_arn: string;
  idc_region: string;
  method: string;
  created_at_ms: number;
}

const accessorColumns = [
  "tenant_id",
  "name",
  "application_id",
  "retriever_id",
  "q_region",
  "idc_application_arn",
  "idc_region",
  "method",
  "created_at_ms",
] as const;

/**
 * Finds a tenant's accessor by its name.
 * @throws OperationError accessor_not_found
 */
export async function getAccessor(db: Database, tenantId: string, name: string): Promise<Accessor> {
  const row: AccessorRow | undefined = await db("accessors")
    .where({ tenant_id: tenantId, name })
    .first(...accessorColumns);
  if (row) return toAccessor(row);
  throw new OperationError("accessor_not_found", `The tenant ${tenantId} has no data accessor "${name}".`, {
    field: "accessor",
  });
}

/** Makes whoever else writes or locks this accessor wait until the transaction ends; in SQLite they wait for its begin. */
export async function lockAccessor(trx: Database, tenantId: string, name: string): Promise<void> {
  await trx("accessors").where({ tenant_id: tenantId, name }).forUpdate().first("name");
}

/**
 * Lists accessors, of one tenant or of all, ordered by tenant and name.
 * @param query `after`: only those after this one; `limit`: at most so many (default 1000)
 */
export async function listAccessors(
  db: Database,
  query: {
    tenantId?: string | undefined;
    after?: { tenantId: string; name: string } | undefined;
    limit?: number;
  } = {},
): Promise<Accessor[]> {
  const { tenantId, after, limit = 1000 } = query;
  const rows: AccessorRow[] = await db("accessors")
    .select(...accessorColumns)
    .where((accessors) => {
      if (tenantId !== undefined) accessors.where("tenant_id", tenantId);
      if (after !== undefined) accessors.whereRaw("(tenant_id, name) > (?, ?)", [after.tenantId, after.name]);
    })
    .orderBy(["tenant_id", "name"])
    .limit(limit);
  return rows.map(toAccessor);
}

/**
 * Adds an accessor; the tenant must exist.
 * @throws OperationError accessor_exists
 */
export async function createAccessor(
  db: Database,
  accessor: Omit<Accessor, "createdAtMs">,
  now: Date,
): Promise<Accessor> {
  const nowMs = now.getTime();
  const [row]: AccessorRow[] = await db("accessors")
    .insert({
      id: randomUUID(),
      tenant_id: accessor.tenantId,
      name: accessor.name,
      application_id: accessor.applicationId,
      retriever_id: accessor.retrieverId,
      q_region: accessor.qRegion,
      idc_application_arn: accessor.idcApplicationArn,
      idc_region: accessor.idcRegion,
      method: accessor.method,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .onConflict(["tenant_id", "name"])
    .ignore()
    .returning([...accessorColumns]);
  if (row) return toAccessor(row);
  throw new OperationError("accessor_exists", `The tenant has a data accessor "${accessor.name}".`, {
    field: "name",
  });
}

/**
 * Forgets a tenant's accessor; nothing at AWS changes.
 * @returns whether there was one
 */
export async function deleteAccessor(db: Database, tenantId: string, name: string): Promise<boolean> {
  const deleted: number = await db("accessors").where({ tenant_id: tenantId, name }).delete();
  return deleted > 0;
}

/**
 * Forgets every accessor of a tenant; nothing at AWS changes.
 * @returns what they were, ordered by name
 */
export async function deleteAccessorsOfTenant(db: Database, tenantId: string): Promise<Accessor[]> {
  const rows = await runStatement<AccessorRow>(
    db,
    "delete_accessors_of_tenant",
    `delete from accessors where tenant_id = ? returning ${accessorColumns.join(", ")}`,
    [tenantId],
  );
  return rows.map(toAccessor).sort((one, other) => (one.name < other.name ? -1 : 1));
}

function toAccessor(row: AccessorRow): Accessor {
  return {
    tenantId: row.tenant_id,
    name: row.name,
    applicationId: row.application_id,
    retrieverId: row.retriever_id,
    qRegion: row.q_region,
    idcApplicationArn: row.idc_application_arn,
    idcRegion: row.idc_region,
    method: row.method === "auth-code" ? "auth-code" : "tti",
    createdAtMs: row.created_at_ms,
  };
}
