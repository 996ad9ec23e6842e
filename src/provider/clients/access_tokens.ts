// Owns reading an access token that a back end presents to our own API: whose it is and what it may do now.
import type { Database } from "../../db/connect.ts";
import { hashRecordId } from "../storage/record_payload.ts";
import { findRecord } from "../storage/record_reader_store.ts";
import { readStoredMetadata } from "./client_store.ts";
import { findServedClients } from "./served_client_store.ts";
import { mayActFor, type TenantRight } from "./tenant_rights.ts";

/** What a valid access token of a back end says. */
export interface BackEndToken {
  clientId: string;
  /** Which of the clients that had this id, and since which of its endings (client_store.ts). */
  clientGeneration: number;
  /** The hash of the token, under which it stands in the store. */
  tokenHash: string;
  /** What the token was given for, as far as the client is registered for it now. */
  scopes: ReadonlySet<string>;
  /** Tells whether the client may act for a tenant by one of its rights. */
  mayActFor(right: TenantRight, tenantId: string): boolean;
}

/**
 * Finds the back end an access token was issued to by the client credentials grant. Tokens of users are not
 * found: what a user's token may do is not for a scope alone to say. Nothing is believed from the token alone: it is of
 * the client's present generation, and opens no more than the client is registered for now.
 * @param db may be a transaction, so that the answer is as of the act in it
 * @returns undefined for a token that is unknown, expired, revoked, or of a client that is gone, or was when it was made
 */
export async function findBackEndToken(
  db: Database,
  token: string,
  nowMs: number,
): Promise<BackEndToken | undefined> {
  const found = await findRecord(db, "ClientCredentials", token);
  const clientId = found?.clientId;
  // One for a resource is the ISV's API's to take, whatever its scopes are called.
  if (found?.aud !== undefined) return undefined;
  // Nobody proves a key here: one that is bound to a key would count for whoever stole it.
  if (found?.["jkt"] !== undefined) return undefined;
  if (clientId === undefined || found?.exp === undefined || found.exp * 1000 <= nowMs) return undefined;
  const client = (await findServedClients(db, [clientId])).get(clientId);
  // Registered anew between the two readings, it is another client.
  if (client === undefined || client.own_token_generation !== found["clientGeneration"]) return undefined;
  const metadata = readStoredMetadata(client.metadata);
  const registered = new Set(scopesOf(metadata.scope));
  return {
    clientId,
    clientGeneration: client.generation,
    tokenHash: hashRecordId(token),
    scopes: new Set(scopesOf(found.scope).filter((scope) => registered.has(scope))),
    mayActFor: (right, tenantId) => mayActFor(metadata, right, tenantId),
  };
}

const scopesOf = (text: string | undefined): string[] =>
  (text ?? "").split(" ").filter((scope) => scope !== "");
