// Owns a client as operators see it: its registration without any form of its secret.
import type { Database } from "../../db/connect.ts";
import {
  type Client,
  getClient,
  lockClient,
  type StoredClientMetadata,
} from "../../provider/clients/client_store.ts";
import { type TenantRight, tenantRights, tenantsOfRight } from "../../provider/clients/tenant_rights.ts";

/** A client as operators see it. */
export interface ClientView {
  clientId: string;
  metadata: StoredClientMetadata;
  /** Null: it may be used. */
  disabledAtMs: number | null;
  createdAtMs: number;
  /** Until when its secret before counts beside the present one, epoch milliseconds. */
  formerSecretUntilMs?: number | undefined;
}

/** A client without any form of its secret. */
export function withoutSecret(client: Client): ClientView {
  const { client_secret: _removed, ...metadata } = client.metadata;
  const { generation: _ours, ...view } = client;
  return { ...view, metadata };
}

/** Holds a client until the transaction ends, and shows it. @throws OperationError client_not_found */
export async function holdClient(trx: Database, clientId: string): Promise<ClientView> {
  await lockClient(trx, clientId);
  return withoutSecret(await getClient(trx, clientId));
}

/** A client as a row of a table. */
export function clientRow({ clientId, metadata, disabledAtMs }: ClientView): Record<string, string> {
  return {
    ID: clientId,
    NAME: metadata.client_name ?? "",
    AUTH: metadata.token_endpoint_auth_method ?? "",
    PARTY: metadata.first_party ? "first" : "third",
    STATE: disabledAtMs === null ? "enabled" : "disabled",
    "ACTS FOR": tenantRights.flatMap((right) => actsForText(metadata, right)).join("; "),
    "REDIRECT URIS": metadata.redirect_uris?.join(" ") ?? "",
  };
}

function actsForText(metadata: StoredClientMetadata, right: TenantRight): string[] {
  const tenants = tenantsOfRight(metadata, right);
  return tenants.length === 0 ? [] : [`${right}: ${tenants.join(", ")}`];
}
