// Owns the operations that take a client's rights away, or give them back. From the moment one is committed no
// instance serves the client (provider/clients/client_reader.ts), and what stood for it is gone.
import { z } from "zod";
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { generateClientSecret, hashClientSecret } from "../../provider/clients/client_secret.ts";
import * as store from "../../provider/clients/client_store.ts";
import {
  type EndedRights,
  endOwnTokensOfClient,
  endRightsOfClient,
} from "../../provider/sessions/end_rights_store.ts";
import { type ClientView, withoutSecret } from "./clients.ts";
import { runEnding } from "./ending.ts";
import { type OperationContext, parseArguments } from "./operation.ts";

/** A client from which something was taken, and what ended with it. */
export interface ClientWithEnded {
  client: ClientView;
  ended: EndedRights;
}

const oneClient = z.strictObject({ clientId: z.string() });

/**
 * Disables a client: it proves itself nowhere, and what it was given ends now. Nothing of its registration is lost.
 * @throws OperationError client_not_found
 */
export async function disableClient(context: OperationContext, input: unknown): Promise<ClientWithEnded> {
  return setDisabled(context, input, true);
}

/**
 * Enables a disabled client. What was ended does not come back: people sign in to it again.
 * @throws OperationError client_not_found
 */
export async function enableClient(context: OperationContext, input: unknown): Promise<ClientWithEnded> {
  return setDisabled(context, input, false);
}

/**
 * Deletes a client. Its id may be registered again, as a new client that has nothing of this one.
 * @param input `clientId`; `dryRun`: only say what would end
 * @throws OperationError client_not_found
 */
export async function deleteClient(context: OperationContext, input: unknown): Promise<ClientWithEnded> {
  const { clientId, dryRun } = parseArguments(oneClient.extend({ dryRun: z.boolean().optional() }), input);
  const now = context.clock();
  return runEnding(context.db, dryRun, async (trx) => {
    const client = withoutSecret(await store.getClient(trx, clientId));
    await store.deleteClient(trx, clientId, now);
    const ended = await end(trx, context, "client.deleted", clientId, now);
    return { client, ended };
  });
}

/**
 * Gives a client another secret. The old one counts no more, nor do access tokens the client got for itself with it.
 * What people let it do stays: it takes the new secret to use that.
 * @returns the new secret, the only time it is shown
 * @throws OperationError client_not_found, invalid_input for a client that proves itself otherwise
 */
export async function rotateClientSecret(
  context: OperationContext,
  input: unknown,
): Promise<{ client: ClientView; clientSecret: string; ended: { tokens: number } }> {
  const { clientId } = parseArguments(oneClient, input);
  const clientSecret = generateClientSecret();
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    const { metadata } = await store.getClient(trx, clientId);
    if (metadata.client_secret === undefined) {
      throw new OperationError("invalid_input", "The client has no secret: it proves itself otherwise.", {
        field: "clientId",
      });
    }
    const changed = { ...metadata, client_secret: hashClientSecret(clientSecret) };
    await store.saveClientMetadata(trx, changed, now);
    const ended = { tokens: await endOwnTokensOfClient(trx, clientId) };
    const event = { type: "client.secret_rotated", actor: context.actor, clientId, details: ended } as const;
    await createAuditEvent(trx, event, now);
    return { client: withoutSecret(await store.getClient(trx, clientId)), clientSecret, ended };
  });
}

async function setDisabled(
  context: OperationContext,
  input: unknown,
  disabled: boolean,
): Promise<ClientWithEnded> {
  const { clientId } = parseArguments(oneClient, input);
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    await store.getClient(trx, clientId);
    await store.saveClientDisabled(trx, clientId, disabled, now);
    const ended = await end(trx, context, disabled ? "client.disabled" : "client.enabled", clientId, now);
    return { client: withoutSecret(await store.getClient(trx, clientId)), ended };
  });
}

// Enabling ends too: what a request that was under way wrote after the client was disabled.
async function end(
  trx: Database,
  context: OperationContext,
  type: "client.disabled" | "client.enabled" | "client.deleted",
  clientId: string,
  now: Date,
): Promise<EndedRights> {
  const ended = await endRightsOfClient(trx, clientId, now);
  const event = { actor: context.actor, clientId };
  await createAuditEvent(
    trx,
    type === "client.enabled" ? { type, ...event } : { type, ...event, details: { ...ended } },
    now,
  );
  return ended;
}
