// Owns a client as operators see it: its registration without any form of its secret, the ids of its keys, and what it may
// ask of resources.
import type { JWK } from "jose";
import type { Database } from "../../db/connect.ts";
import {
  type Client,
  getClient,
  lockClient,
  type StoredClientMetadata,
} from "../../provider/clients/client_store.ts";
import { findLogosOfClients, type Logo } from "../../provider/looks/logo_store.ts";
import { findRightsOfClients, type RightAtResource } from "../../provider/resources/client_rights_store.ts";
import { keyIdOf } from "./client_keys.ts";
import { type ShownLogo, shownLogo } from "./logo_shape.ts";

/** A client as operators see it. */
export interface ClientView {
  clientId: string;
  metadata: StoredClientMetadata;
  /** Null: it may be used. */
  disabledAtMs: number | null;
  createdAtMs: number;
  /** Until when its secret before counts beside the present one, epoch milliseconds. */
  formerSecretUntilMs?: number | undefined;
  /** What each of its registered keys is retired by. */
  keyIds: string[];
  /** What it may ask of resources. */
  resources: RightAtResource[];
  /** What pages show of it, if it is of the house. */
  logo: ShownLogo;
}

/** Shows some clients, with one statement for the rights of all of them, and one for their logos. */
export async function viewClients(db: Database, clients: readonly Client[]): Promise<ClientView[]> {
  const ids = clients.map(({ clientId }) => clientId);
  const [rights, logos] = [await findRightsOfClients(db, ids), await findLogosOfClients(db, ids)];
  return Promise.all(
    clients.map((client) => viewWith(client, rights.get(client.clientId), logos.get(client.clientId))),
  );
}

/** Shows a client as it stands. @throws OperationError client_not_found */
export async function viewClient(db: Database, clientId: string): Promise<ClientView> {
  const client = await getClient(db, clientId);
  const rights = (await findRightsOfClients(db, [clientId])).get(clientId);
  return viewWith(client, rights, (await findLogosOfClients(db, [clientId])).get(clientId));
}

/** Holds a client until the transaction ends, and shows it. @throws OperationError client_not_found */
export async function holdClient(trx: Database, clientId: string): Promise<ClientView> {
  await lockClient(trx, clientId);
  return viewClient(trx, clientId);
}

async function viewWith(
  client: Client,
  resources: RightAtResource[] = [],
  logo?: Logo | undefined,
): Promise<ClientView> {
  const { client_secret: _removed, ...metadata } = client.metadata;
  const { generation: _ours, ...view } = client;
  const keys = (metadata.jwks?.keys ?? []) as JWK[];
  return {
    ...view,
    metadata,
    keyIds: await Promise.all(keys.map(keyIdOf)),
    resources,
    logo: shownLogo(logo),
  };
}
