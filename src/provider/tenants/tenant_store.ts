// Owns the tenants table: the customers of the ISV. A tenant's id is the External Id the customer typed at
// AWS, so it is chosen once, never changed, and never reused: of a deleted tenant the id stays.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { type RequiredFactor, readRequiredFactor } from "../../login_levels.ts";
import { type PresencePolicy, parsePresencePolicy } from "../presence/presence_policy.ts";
import { looksOf } from "./look_alike.ts";

/** Where a tenant's users log in: here, at the ISV (handoff, assertions), or either. */
export const loginMethods = ["local", "handoff", "both"] as const;
export type LoginMethod = (typeof loginMethods)[number];

/** Reads a stored login method; one that cannot be read gives the least. */
export function readLoginMethod(stored: string): LoginMethod {
  return loginMethods.find((method) => method === stored) ?? "local";
}

/** A customer. Times are epoch milliseconds; null: has not happened. */
export interface Tenant {
  id: string;
  name: string;
  loginMethod: LoginMethod;
  /** When a back end may act for the tenant's users. */
  presencePolicy: PresencePolicy;
  /** What a login must have proven to open it. */
  requiredFactor: RequiredFactor;
  /** Whether strangers may read the tenant's name on the login page. */
  discoverable: boolean;
  /** Whether its people may close their accounts themselves. */
  selfClose: boolean;
  /** The longest a sign-in opens it, in milliseconds; null: as the installation has it. */
  sessionLifeMs: number | null;
  /** The longest it does without use; null: as the installation has it. */
  sessionIdleMs: number | null;
  disabledAtMs: number | null;
  /** When it was last enabled again: nothing from before opens it. */
  reopenedAtMs: number | null;
  createdAtMs: number;
  /** How often all that stood for it was ended: each time it was disabled, and each time it was enabled again. */
  generation: number;
}

/** A row of the tenants table. */
export interface TenantRow {
  id: string;
  name: string;
  login_method: string;
  presence_policy: string;
  presence_within_hours: number | null;
  required_factor: string;
  discoverable_at_ms: number | null;
  self_close_at_ms: number | null;
  session_life_ms: number | null;
  session_idle_ms: number | null;
  disabled_at_ms: number | null;
  reopened_at_ms: number | null;
  created_at_ms: number;
  generation: number;
}

/** The columns of a {@link TenantRow}. */
export const tenantColumns = [
  "id",
  "name",
  "login_method",
  "presence_policy",
  "presence_within_hours",
  "required_factor",
  "discoverable_at_ms",
  "self_close_at_ms",
  "session_life_ms",
  "session_idle_ms",
  "disabled_at_ms",
  "reopened_at_ms",
  "created_at_ms",
  "generation",
] as const;

/** Finds a tenant by its id, disabled ones included. */
export async function findTenant(db: Database, tenantId: string): Promise<Tenant | undefined> {
  const row: TenantRow | undefined = await db("tenants")
    .where("id", tenantId)
    .whereNull("deleted_at_ms")
    .first(...tenantColumns);
  return row && readTenantRow(row);
}

/**
 * Finds a tenant that may be used now.
 * @throws OperationError tenant_not_found if there is none or it is disabled
 */
export async function getTenant(db: Database, tenantId: string): Promise<Tenant> {
  const tenant = await findTenant(db, tenantId);
  if (!tenant || tenant.disabledAtMs !== null) {
    throw new OperationError("tenant_not_found", "No tenant has this id.", { field: "tenant" });
  }
  return tenant;
}

/**
 * Gets a tenant, disabled or not: whoever puts away what a customer left behind finds it under the disabled tenant.
 * @throws OperationError tenant_not_found
 */
export async function getAnyTenant(db: Database, tenantId: string): Promise<Tenant> {
  return (await findTenant(db, tenantId)) ?? getTenant(db, tenantId);
}

/** Makes whoever else writes or locks this tenant wait until the transaction ends; in SQLite they wait for its begin. */
export async function lockTenant(trx: Database, tenantId: string): Promise<void> {
  await trx("tenants").where("id", tenantId).forUpdate().first("id");
}

/**
 * Adds a tenant. Ids keep their capitals, because customers typed them at AWS, but no two may look alike.
 * @throws OperationError tenant_exists, tenant_id_alike, tenant_id_used
 */
export async function createTenant(
  db: Database,
  tenant: { id: string; name: string },
  now: Date,
): Promise<Tenant> {
  const nowMs = now.getTime();
  return db.transaction(async (trx) => {
    const known: { deleted_at_ms: number | null } | undefined = await trx("tenants")
      .where("id", tenant.id)
      .first("deleted_at_ms");
    if (known !== undefined) throw isTaken(tenant.id, known.deleted_at_ms !== null);
    await keepLooks(trx, tenant.id);
    const [row]: TenantRow[] = await trx("tenants")
      .insert({ id: tenant.id, name: tenant.name, created_at_ms: nowMs, updated_at_ms: nowMs })
      .onConflict("id")
      .ignore()
      .returning([...tenantColumns]);
    if (!row) throw isTaken(tenant.id, false);
    return readTenantRow(row);
  });
}

const isTaken = (id: string, deleted: boolean): OperationError =>
  deleted
    ? new OperationError("tenant_id_used", `A tenant with the id ${id} was deleted; ids are given once.`, {
        field: "id",
      })
    : new OperationError("tenant_exists", `A tenant with the id ${id} exists.`, { field: "id" });

// Of two who choose ids that look alike, on any instances, one has the look.
async function keepLooks(trx: Database, id: string): Promise<void> {
  for (const look of looksOf(id)) {
    const kept: unknown[] = await trx("tenant_id_looks")
      .insert({ look, tenant_id: id })
      .onConflict("look")
      .ignore()
      .returning(["look"]);
    if (kept.length > 0) continue;
    const owner: { tenant_id: string } | undefined = await trx("tenant_id_looks")
      .where("look", look)
      .first("tenant_id");
    if (owner?.tenant_id === id) continue;
    throw new OperationError(
      "tenant_id_alike",
      `id looks like ${owner?.tenant_id}, which another tenant has or had: they are taken for each other.`,
      { field: "id" },
    );
  }
}

/** Lists tenants in the order of their ids, disabled ones included. */
export async function listTenants(
  db: Database,
  page: { limit?: number; afterId?: string | undefined } = {},
): Promise<Tenant[]> {
  const rows: TenantRow[] = await db("tenants")
    .select(...tenantColumns)
    .whereNull("deleted_at_ms")
    .where((query) => page.afterId !== undefined && query.where("id", ">", page.afterId))
    .orderBy("id")
    .limit(page.limit ?? 100);
  return rows.map(readTenantRow);
}

/**
 * Changes a tenant's name, how its users log in and for how long, when a back end may act for them, whether strangers
 * may read its name, or whether its users may close their accounts.
 * @throws OperationError tenant_not_found
 */
export async function saveTenant(
  db: Database,
  tenantId: string,
  changes: Partial<Omit<Tenant, "id" | "disabledAtMs" | "reopenedAtMs" | "createdAtMs" | "generation">>,
  now: Date,
): Promise<Tenant> {
  const [row]: TenantRow[] = await db("tenants")
    .where("id", tenantId)
    .whereNull("deleted_at_ms")
    .update({
      ...(changes.name === undefined ? {} : { name: changes.name }),
      ...(changes.loginMethod === undefined ? {} : { login_method: changes.loginMethod }),
      ...(changes.requiredFactor === undefined ? {} : { required_factor: changes.requiredFactor }),
      ...(changes.presencePolicy === undefined ? {} : presenceColumns(changes.presencePolicy)),
      ...(changes.discoverable === undefined
        ? {}
        : { discoverable_at_ms: changes.discoverable ? now.getTime() : null }),
      ...(changes.selfClose === undefined
        ? {}
        : { self_close_at_ms: changes.selfClose ? now.getTime() : null }),
      ...(changes.sessionLifeMs === undefined ? {} : { session_life_ms: changes.sessionLifeMs }),
      ...(changes.sessionIdleMs === undefined ? {} : { session_idle_ms: changes.sessionIdleMs }),
      updated_at_ms: now.getTime(),
    })
    .returning([...tenantColumns]);
  if (!row) throw new OperationError("tenant_not_found", "No tenant has this id.", { field: "tenant" });
  return readTenantRow(row);
}

/**
 * Disables a tenant, or enables it again. One that is so already stays as it is, with its moments. Otherwise logins that
 * were made for it until now, and what waits on its way or is written late of one, open it no more (sessions/voucher.ts).
 * @returns the tenant, and whether it was otherwise before
 * @throws OperationError tenant_not_found
 */
export async function saveTenantDisabled(
  db: Database,
  tenantId: string,
  disabled: boolean,
  now: Date,
): Promise<{ tenant: Tenant; changed: boolean }> {
  const nowMs = now.getTime();
  const changes = disabled
    ? { disabled_at_ms: nowMs }
    : // Logins are told in seconds.
      { disabled_at_ms: null, reopened_at_ms: Math.floor(nowMs / 1000) * 1000 };
  const otherwise = db("tenants").where("id", tenantId).whereNull("deleted_at_ms");
  const [row]: TenantRow[] = await (disabled
    ? otherwise.whereNull("disabled_at_ms")
    : otherwise.whereNotNull("disabled_at_ms")
  )
    .update({ ...changes, generation: db.raw("generation + 1"), updated_at_ms: nowMs })
    .returning([...tenantColumns]);
  if (row) return { tenant: readTenantRow(row), changed: true };
  const tenant = await findTenant(db, tenantId);
  if (!tenant) throw new OperationError("tenant_not_found", "No tenant has this id.", { field: "tenant" });
  return { tenant, changed: false };
}

/**
 * Empties a tenant's row for good; its id stays.
 * @throws OperationError tenant_not_found
 */
export async function saveTenantDeleted(db: Database, tenantId: string, now: Date): Promise<void> {
  const nowMs = now.getTime();
  const changed: number = await db("tenants")
    .where("id", tenantId)
    .whereNull("deleted_at_ms")
    .update({
      ...{ name: "", deleted_at_ms: nowMs, disabled_at_ms: nowMs, discoverable_at_ms: null },
      ...{ updated_at_ms: nowMs, generation: db.raw("generation + 1") },
    });
  if (changed === 0)
    throw new OperationError("tenant_not_found", "No tenant has this id.", { field: "tenant" });
}

const presenceColumns = (policy: PresencePolicy) => ({
  presence_policy: policy.name,
  presence_within_hours: policy.name === "within" ? policy.hours : null,
});

function readPresencePolicy(row: TenantRow): PresencePolicy {
  const words = [row.presence_policy, row.presence_within_hours ?? []].flat().join(" ");
  try {
    return parsePresencePolicy(words);
  } catch {
    return { name: "never" };
  }
}

/** Reads a row; what cannot be read gives the least. */
export function readTenantRow(row: TenantRow): Tenant {
  return {
    ...{ id: row.id, name: row.name, createdAtMs: row.created_at_ms, generation: row.generation },
    loginMethod: readLoginMethod(row.login_method),
    presencePolicy: readPresencePolicy(row),
    requiredFactor: readRequiredFactor(row.required_factor),
    discoverable: row.discoverable_at_ms !== null,
    selfClose: row.self_close_at_ms !== null,
    ...{ sessionLifeMs: row.session_life_ms, sessionIdleMs: row.session_idle_ms },
    ...{ disabledAtMs: row.disabled_at_ms, reopenedAtMs: row.reopened_at_ms },
  };
}
