// Owns reading from the clients table who may be used now, and as what: the one place that decides it.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { isStorable } from "../../input/text.ts";
import type { FormerSecret } from "./client_secret.ts";
import { type ClientGenerations, readStoredMetadata, type StoredClientMetadata } from "./client_store.ts";

/** A client that may be used now, as it is stored. */
export interface ServedClient extends ClientGenerations {
  /** Its metadata, as text. */
  metadata: string;
  /** Its secret before, and until when that counts (epoch milliseconds); null: it has none. */
  former_secret_hash: string | null;
  former_secret_until_ms: number | null;
}

/** The secret before, of a client as the provider has it. Whether it counts still is for the clock to say. */
export function formerSecretOf(client: object): FormerSecret | undefined {
  const [hash, untilMs]: unknown[] = ["former_secret_hash", "former_secret_until_ms"].map((name) =>
    Reflect.get(client, name),
  );
  return typeof hash === "string" && typeof untilMs === "number" ? { hash, untilMs } : undefined;
}

/**
 * Reads those of some clients that may be used now. The one place that decides it: every way to
 * a token, and every access token, asks for its client here.
 */
export async function findServedClients(
  db: Database,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, ServedClient>> {
  // From an Authorization header or an assertion may come what no store can look for.
  const ids = [...new Set(clientIds)].filter(isStorable);
  if (ids.length === 0) return new Map();
  const rows = await runStatement<ServedClient & { client_id: string }>(
    db,
    `clients_served_2_${ids.length}`,
    `select client_id, metadata, generation, own_token_generation, former_secret_hash, former_secret_until_ms
     from clients where client_id in (${ids.map(() => "?").join(", ")})
     and disabled_at_ms is null and deleted_at_ms is null`,
    ids,
  );
  return new Map(rows.map(({ client_id, ...client }) => [client_id, client]));
}

/**
 * Reads the generation of a client that acts with one of its own access tokens. The token's record goes whenever the
 * generation changes, so both in one statement say of which generation the act is.
 * @param tokenHash the hash under which the token's record stands
 * @returns undefined if the client may not be used now, or the token stands no more
 */
export async function findGenerationBehind(
  db: Database,
  clientId: string,
  tokenHash: string,
): Promise<number | undefined> {
  const [row] = await runStatement<Pick<ClientGenerations, "generation">>(
    db,
    "client_generation_behind",
    `select c.generation from clients c join oidc_records r on r.model = 'ClientCredentials' and r.id_hash = ?
     where c.client_id = ? and c.disabled_at_ms is null and c.deleted_at_ms is null`,
    [tokenHash, clientId],
  );
  return row?.generation;
}

/**
 * Reads a client as it is registered, for telling it of logouts: one that is disabled too, for its people are signed out by that.
 * @returns undefined: it was deleted, or is not told of logouts
 */
export async function findClientToTell(db: Database, clientId: string): Promise<object | undefined> {
  const [client] = await runStatement<ServedClient>(
    db,
    "client_to_tell",
    `select metadata, generation, own_token_generation, former_secret_hash, former_secret_until_ms
     from clients where client_id = ? and deleted_at_ms is null`,
    [clientId],
  );
  const metadata = client && servedMetadata(client);
  return metadata?.backchannel_logout_uri === undefined ? undefined : metadata;
}

/**
 * Metadata as the provider serves it. Whoever listens for logouts is told which session ended, unless they
 * registered that any will do: without its `sid` a logout in one browser would end the person's sessions in all
 * (OpenID Connect Back-Channel Logout 1.0 sections 2.2 and 2.4).
 */
export function servedMetadata({
  metadata: text,
  former_secret_hash,
  former_secret_until_ms,
  ...generations
}: ServedClient): StoredClientMetadata & ClientGenerations {
  const former = former_secret_hash === null ? {} : { former_secret_hash, former_secret_until_ms };
  const metadata = { ...readStoredMetadata(text), ...generations, ...former };
  if (metadata.backchannel_logout_uri === undefined) return metadata;
  return { backchannel_logout_session_required: true, ...metadata };
}
