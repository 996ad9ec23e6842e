// Owns the tables resources and resource_rights: the ISV's APIs, and which client may ask for which of their scopes.
// Nothing is cached: a right that ends, ends now.
import { randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { OperationError } from "../../errors.ts";
import { isStorable } from "../../input/text.ts";
import { knownScopes, type Resource, type ResourceRight, readTokenFormat } from "./resource.ts";

/** A right as it stands: the resource it is at, and which one it is. */
export interface StandingRight extends ResourceRight {
  resource: Resource;
  /** Another one whenever something was taken away. */
  rightId: string;
}

interface ResourceRow {
  identifier: string;
  name: string;
  scopes: string;
  token_format: string;
  token_ttl_seconds: number;
  created_at_ms: number;
}

/** A row of resource_rights. */
export interface RightRow {
  client_id: string;
  right_id: string;
  client_scopes: string;
  own_scopes: string;
  introspects_at_ms: number | null;
}

const resourceColumns = [
  "identifier",
  "name",
  "scopes",
  "token_format",
  "token_ttl_seconds",
  "created_at_ms",
] as const;

/**
 * Adds a resource.
 * @throws OperationError resource_exists
 */
export async function createResource(
  db: Database,
  resource: Omit<Resource, "createdAtMs">,
  now: Date,
): Promise<Resource> {
  const [row]: ResourceRow[] = await db("resources")
    .insert({
      identifier: resource.identifier,
      ...changeable(resource),
      created_at_ms: now.getTime(),
      updated_at_ms: now.getTime(),
    })
    .onConflict("identifier")
    .ignore()
    .returning([...resourceColumns]);
  if (row !== undefined) return toResource(row);
  throw new OperationError("resource_exists", "A resource has this identifier already.", {
    field: "identifier",
  });
}

/** Finds a resource by its identifier, byte by byte. */
export async function findResource(db: Database, identifier: string): Promise<Resource | undefined> {
  if (!isStorable(identifier)) return undefined;
  const row: ResourceRow | undefined = await db("resources")
    .where({ identifier })
    .first(...resourceColumns);
  return row && toResource(row);
}

/**
 * As {@link findResource}.
 * @throws OperationError resource_not_found
 */
export async function getResource(db: Database, identifier: string): Promise<Resource> {
  const found = await findResource(db, identifier);
  if (found !== undefined) return found;
  throw new OperationError("resource_not_found", "No resource has this identifier.", { field: "identifier" });
}

/** Makes whoever else writes or locks this resource wait until the transaction ends; in SQLite they wait for its begin. */
export async function lockResource(trx: Database, identifier: string): Promise<void> {
  await trx("resources").where({ identifier }).forUpdate().first("identifier");
}

/** Lists resources in the order of their identifiers. */
export async function listResources(
  db: Database,
  page: { limit: number; after: string | undefined },
): Promise<Resource[]> {
  const rows: ResourceRow[] = await db("resources")
    .select(...resourceColumns)
    .where((query) => page.after !== undefined && query.where("identifier", ">", page.after))
    .orderBy("identifier")
    .limit(page.limit);
  return rows.map(toResource);
}

/** Replaces all that may change of a resource. Rights to a scope it has no more end. */
export async function saveResource(db: Database, resource: Resource, now: Date): Promise<void> {
  const { identifier } = resource;
  await db("resources")
    .where({ identifier })
    .update({ ...changeable(resource), updated_at_ms: now.getTime() });
  for (const right of await listResourceRights(db, identifier)) {
    const scopes = knownScopes(resource, right.scopes);
    const ownScopes = knownScopes(resource, right.ownScopes);
    if (scopes.length === right.scopes.length && ownScopes.length === right.ownScopes.length) continue;
    await db("resource_rights")
      .where({ identifier, client_id: right.clientId })
      .update({
        scopes: JSON.stringify(scopes),
        own_scopes: JSON.stringify(ownScopes),
        right_id: newRightId(),
      });
  }
}

/**
 * Deletes a resource, and every right at it. One made anew under its identifier has none of them.
 * @returns how many rights
 */
export async function deleteResource(db: Database, identifier: string): Promise<number> {
  const rights: number = await db("resource_rights").where({ identifier }).delete();
  await db("resources").where({ identifier }).delete();
  return rights;
}

/**
 * Gives a client what it may ask of a resource, in place of what it had. If that takes something away, what was issued
 * to it for the resource is over.
 */
export async function saveResourceRight(
  db: Database,
  identifier: string,
  right: ResourceRight,
  client: { createdAtMs: number },
  now: Date,
): Promise<void> {
  const before = (await listResourceRights(db, identifier)).find(
    ({ clientId }) => clientId === right.clientId,
  );
  const key = { identifier, client_id: right.clientId };
  const row = {
    client_since_ms: client.createdAtMs,
    scopes: JSON.stringify(right.scopes),
    own_scopes: JSON.stringify(right.ownScopes),
    introspects_at_ms: right.introspects ? now.getTime() : null,
  };
  const keeps = before !== undefined && holdsAll(right.scopes, before.scopes);
  const kept = keeps && holdsAll(right.ownScopes, before.ownScopes) ? {} : { right_id: newRightId() };
  await db("resource_rights")
    .insert({ ...key, ...row, right_id: newRightId(), given_at_ms: now.getTime() })
    .onConflict(["identifier", "client_id"])
    .merge({ ...row, ...kept });
}

/**
 * Takes away what a client may ask of a resource.
 * @returns whether it might ask for anything
 */
export async function deleteResourceRight(
  db: Database,
  identifier: string,
  clientId: string,
): Promise<boolean> {
  const deleted: number = await db("resource_rights").where({ identifier, client_id: clientId }).delete();
  return deleted > 0;
}

/** Lists what clients that exist may ask of a resource, in the order of their ids. */
export async function listResourceRights(db: Database, identifier: string): Promise<ResourceRight[]> {
  const rows = await runStatement<RightRow>(
    db,
    "resource_rights_list",
    `select r.client_id, r.right_id, r.scopes as client_scopes, r.own_scopes, r.introspects_at_ms
     from resource_rights r
     join clients c on c.client_id = r.client_id and c.created_at_ms = r.client_since_ms and c.deleted_at_ms is null
     where r.identifier = ? order by r.client_id`,
    [identifier],
  );
  return rows.map(toRight);
}

/**
 * Finds what a client that may be used now may ask of a resource now.
 * @returns undefined where there is no such resource, or nothing was given to the client
 */
export async function findStandingRight(
  db: Database,
  identifier: string,
  clientId: string,
): Promise<StandingRight | undefined> {
  if (!isStorable(identifier) || !isStorable(clientId)) return undefined;
  const [row] = await runStatement<ResourceRow & RightRow>(
    db,
    "resource_right_standing",
    `select s.identifier, s.name, s.scopes, s.token_format, s.token_ttl_seconds, s.created_at_ms,
       r.client_id, r.right_id, r.scopes as client_scopes, r.own_scopes, r.introspects_at_ms
     from resources s
     join resource_rights r on r.identifier = s.identifier
     join clients c on c.client_id = r.client_id and c.created_at_ms = r.client_since_ms
       and c.disabled_at_ms is null and c.deleted_at_ms is null
     where s.identifier = ? and r.client_id = ?`,
    [identifier, clientId],
  );
  return row && { ...toRight(row), rightId: row.right_id, resource: toResource(row) };
}

const newRightId = (): string => randomBytes(9).toString("base64url");

const holdsAll = (now: readonly string[], before: readonly string[]): boolean =>
  before.every((scope) => now.includes(scope));

function changeable({ name, scopes, tokenFormat, tokenTtlSeconds }: Omit<Resource, "createdAtMs">) {
  return {
    name,
    scopes: JSON.stringify(scopes),
    token_format: tokenFormat,
    token_ttl_seconds: tokenTtlSeconds,
  };
}

function toResource(row: ResourceRow): Resource {
  return {
    identifier: row.identifier,
    name: row.name,
    scopes: JSON.parse(row.scopes) as Record<string, string>,
    tokenFormat: readTokenFormat(row.token_format),
    tokenTtlSeconds: row.token_ttl_seconds,
    createdAtMs: row.created_at_ms,
  };
}

/** A right as it is stored. */
export function toRight(row: RightRow): ResourceRight {
  return {
    clientId: row.client_id,
    scopes: JSON.parse(row.client_scopes) as string[],
    ownScopes: JSON.parse(row.own_scopes) as string[],
    introspects: row.introspects_at_ms !== null,
  };
}
