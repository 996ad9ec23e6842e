// Owns the api_credentials table: keys by which programs administer. A key is found by its hash, so that comparing it
// takes no longer for a key that is nearly right, and whoever reads the table can present none. Nothing is remembered of
// an answer: what is revoked is refused by every instance at its next question.
import { createHash, randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { type AdministratorRole, readAdministratorRole } from "./roles.ts";

/** A credential, without its key. Times are epoch milliseconds. */
export interface Credential {
  id: string;
  /** What it is for, in the operator's words. */
  name: string;
  role: AdministratorRole;
  /** The one tenant it sees; null: all of the installation. */
  tenantId: string | null;
  createdAtMs: number;
  expiresAtMs: number;
  revokedAtMs: number | null;
}

interface CredentialRow {
  id: string;
  name: string;
  role: string;
  tenant_id: string | null;
  created_at_ms: number;
  expires_at_ms: number;
  revoked_at_ms: number | null;
}

const columns = [
  "id",
  "name",
  "role",
  "tenant_id",
  "created_at_ms",
  "expires_at_ms",
  "revoked_at_ms",
] as const;

/** What every key begins with, so that it is known where it has been left lying. */
export const keyPrefix = "tti_";

/** Makes a key: 256 random bits. */
export function generateKey(): string {
  return `${keyPrefix}${randomBytes(32).toString("base64url")}`;
}

const hashOf = (key: string): string => createHash("sha256").update(key).digest("base64url");

/**
 * Finds the credential of a key, if it may be used now: not expired, not revoked, its tenant enabled.
 * @param db may be a transaction, so that the answer is as of the act in it
 */
export async function findCredentialByKey(
  db: Database,
  key: string,
  now: Date,
): Promise<Credential | undefined> {
  const [row] = await runStatement<CredentialRow>(
    db,
    "api_credential_by_key",
    `select ${columns.map((column) => `c.${column}`).join(", ")} from api_credentials c
     where c.key_hash = ? and c.revoked_at_ms is null and c.expires_at_ms > ?
       and (c.tenant_id is null or exists
         (select 1 from tenants t where t.id = c.tenant_id and t.disabled_at_ms is null))`,
    [hashOf(key), now.getTime()],
  );
  return row && toCredential(row);
}

/** Adds a credential. */
export async function createCredential(
  trx: Database,
  key: string,
  { name, role, tenantId, expiresAtMs }: Pick<Credential, "name" | "role" | "tenantId" | "expiresAtMs">,
  now: Date,
): Promise<Credential> {
  const created = {
    id: randomBytes(9).toString("hex"),
    ...{ name, role, tenantId, createdAtMs: now.getTime(), expiresAtMs, revokedAtMs: null },
  };
  await trx("api_credentials").insert({
    id: created.id,
    name,
    key_hash: hashOf(key),
    role,
    tenant_id: tenantId,
    created_at_ms: created.createdAtMs,
    expires_at_ms: expiresAtMs,
  });
  return created;
}

/** Finds a credential by its id, ended ones too. */
export async function findCredential(db: Database, id: string): Promise<Credential | undefined> {
  const row: CredentialRow | undefined = await db("api_credentials")
    .where({ id })
    .first(...columns);
  return row && toCredential(row);
}

/** Lists credentials in the order of their ids, ended ones too. */
export async function listCredentials(
  db: Database,
  { limit, afterId }: { limit: number; afterId?: string | undefined },
): Promise<Credential[]> {
  const rows: CredentialRow[] = await db("api_credentials")
    .select(...columns)
    .where((query) => afterId !== undefined && query.where("id", ">", afterId))
    .orderBy("id")
    .limit(limit);
  return rows.flatMap((row) => toCredential(row) ?? []);
}

/**
 * Revokes a credential. One that is revoked stays so, with its moment.
 * @returns whether it was not yet; of several callers at once, one is told so
 */
export async function revokeCredential(trx: Database, id: string, now: Date): Promise<boolean> {
  const changed: number = await trx("api_credentials")
    .where({ id })
    .whereNull("revoked_at_ms")
    .update({ revoked_at_ms: now.getTime() });
  return changed > 0;
}

// A role that cannot be read allows nothing.
function toCredential(row: CredentialRow): Credential | undefined {
  const role = readAdministratorRole(row.role);
  if (role === undefined) return undefined;
  return {
    id: row.id,
    name: row.name,
    role,
    tenantId: row.tenant_id,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}
