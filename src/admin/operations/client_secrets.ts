// Owns the operations on a client's secret: another one, with a time in which both count or without, and the end of the one
// before.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { generateClientSecret, hashClientSecret } from "../../provider/clients/client_secret.ts";
import * as store from "../../provider/clients/client_store.ts";
import { saveFormerSecret } from "../../provider/clients/former_secret_store.ts";
import { endOwnTokensOfClient } from "../../provider/sessions/end_rights_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { type ClientView, viewClient } from "./client_view.ts";
import { many, saidOf } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { clientShape, unchanged } from "./shapes.ts";

const permission = adminChange;
const clientId = z.string().describe("The client's id.");
const params = { client: "clientId" };
const ended = z.strictObject({ tokens: z.int().describe("Access tokens it got for itself.") });

/** The longest that two secrets count, in seconds. */
const longestOverlapSeconds = 30 * 86_400;

/** A client with its new secret. No other answer has it but a repeat of this one (repeats/). */
export interface RotatedSecret {
  client: ClientView;
  clientSecret: string;
  ended: { tokens: number };
}

/**
 * Gives a client another secret. Without an overlap the old one counts no more, nor do access tokens the client got for
 * itself with it; with one both count until its end. A secret of before that ends in either case. What people let the client
 * do stays: it takes a secret to use that.
 * @returns the new secret; nothing but a repeat of the answer shows it again
 * @throws OperationError client_not_found, invalid_input for a client that proves itself otherwise
 */
export const rotateClientSecret = operation({
  name: "client rotate-secret",
  summary: "Give a client another secret",
  permission,
  events: ["client.secret_rotated"],
  input: z.strictObject({
    clientId,
    overlapSeconds: z
      .int()
      .min(0)
      .max(longestOverlapSeconds)
      .optional()
      .describe(
        "For how long the old secret counts beside the new one, in seconds (default: 0, it ends now).",
      ),
  }),
  output: z.strictObject({
    client: clientShape,
    clientSecret: z.string().describe("Shown this once."),
    ended,
  }),
  http: [{ method: "post", path: "/v1/clients/:client/rotate-secret", params }],
  cli: {
    arguments: { ID: "clientId" },
    summary: "give an application another secret",
    about: `Makes a new secret and shows it once. The old one counts no more, at once; access tokens
the client got for itself with it end. What its users let it do stays. With an overlap both
secrets count until its end, so that nothing stops while the new one is put in its place;
end it early with tti client end-old-secret.`,
    example: "app --overlap-seconds 86400",
    show: ({ client, clientSecret, ended }) => ({
      fields: [
        ["client_id", client.clientId],
        ["client_secret", clientSecret],
        ...(client.formerSecretUntilMs === undefined
          ? []
          : ([["old secret until", new Date(client.formerSecretUntilMs).toISOString()]] as const)),
        ["ended", many(ended.tokens, "access token")],
      ],
      say: ["The secret is shown this once; only its hash is kept."],
    }),
  },
  async run(trx, { clientId, overlapSeconds = 0 }, act): Promise<RotatedSecret> {
    const clientSecret = generateClientSecret();
    const { metadata, secret } = await holdSecret(trx, clientId);
    const changed = { ...metadata, client_secret: hashClientSecret(clientSecret) };
    const untilMs = act.now.getTime() + overlapSeconds * 1000;
    await store.saveClientMetadata(trx, changed, act.now, overlapSeconds === 0 ? "own tokens" : "nothing");
    await saveFormerSecret(trx, clientId, overlapSeconds === 0 ? null : { hash: secret, untilMs });
    const tokens = overlapSeconds === 0 ? await endOwnTokensOfClient(trx, clientId) : 0;
    const details = {
      tokens,
      ...(overlapSeconds === 0 ? {} : { oldUntil: new Date(untilMs).toISOString() }),
    };
    await act.record({ type: "client.secret_rotated", clientId, details });
    return { client: await viewClient(trx, clientId), clientSecret, ended: { tokens } };
  },
});

/**
 * Ends a client's secret before, ahead of its time. Access tokens it got for itself end with it: which secret they were got
 * with nobody knows.
 * @throws OperationError client_not_found
 */
export const endOldSecret = operation({
  name: "client end-old-secret",
  summary: "End a client's secret before, which counts beside the new one",
  permission,
  events: ["client.old_secret_ended"],
  input: z.strictObject({ clientId }),
  output: z.strictObject({ client: clientShape, ended, unchanged }),
  http: [{ method: "post", path: "/v1/clients/:client/end-old-secret", params }],
  cli: {
    arguments: { ID: "clientId" },
    summary: "end an application's old secret ahead of its time",
    about: `Ends the secret before, which counts beside the new one since a rotation with an overlap.
Access tokens the client got for itself end too.`,
    example: "app",
    show: ({ client, ended, unchanged }) => ({
      fields: [
        ["client_id", client.clientId],
        ["ended", many(ended.tokens, "access token")],
      ],
      say: saidOf(unchanged, "without an old secret"),
    }),
  },
  async run(trx, { clientId }, act) {
    await store.lockClient(trx, clientId);
    const client = await store.getClient(trx, clientId);
    if (client.formerSecretUntilMs === undefined) {
      return { client: await viewClient(trx, clientId), ended: { tokens: 0 }, unchanged: true as const };
    }
    await store.saveClientMetadata(trx, client.metadata, act.now, "own tokens");
    await saveFormerSecret(trx, clientId, null);
    const tokens = await endOwnTokensOfClient(trx, clientId);
    await act.record({ type: "client.old_secret_ended", clientId, details: { tokens } });
    return { client: await viewClient(trx, clientId), ended: { tokens } };
  },
});

async function holdSecret(
  trx: Database,
  clientId: string,
): Promise<{ metadata: store.StoredClientMetadata; secret: string }> {
  await store.lockClient(trx, clientId);
  const { metadata } = await store.getClient(trx, clientId);
  if (metadata.client_secret !== undefined) return { metadata, secret: metadata.client_secret };
  throw new OperationError("invalid_input", "The client has no secret: it proves itself otherwise.", {
    field: "clientId",
    fix: keyAdvice(metadata),
  });
}

// Whoever asks for another secret may fear that what the client proves itself with has leaked.
function keyAdvice(metadata: store.StoredClientMetadata): string {
  const id = metadata.client_id;
  if (metadata.jwks_uri !== undefined) {
    return `It proves itself with its key. If the key leaked: tti client disable ${id} at once, put another key in its place at its jwksUri, then tti client enable ${id}.`;
  }
  if (metadata.jwks !== undefined) {
    return `It proves itself with its key. If the key leaked: tti client update ${id} with --key-out and --retire-key replaces it at once; tti client disable ${id} also ends what it vouched for.`;
  }
  return "It is a public client, which proves itself with nothing: there is nothing to leak.";
}
