// Owns the operations on an application's logo: another one, and none.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { getClient, lockClient } from "../../provider/clients/client_store.ts";
import { deleteLogo, saveLogo } from "../../provider/looks/logo_store.ts";
import { parseLogo } from "../../provider/looks/look_input.ts";
import { noRightsEnded } from "../../provider/sessions/end_rights_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { type ClientView, holdClient, viewClient } from "./client_view.ts";
import { saidOf } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { logoInput, logoText } from "./logo_shape.ts";
import { clientShape, unchanged } from "./shapes.ts";

const clientId = z.string().describe("The client's id.");
const output = z.strictObject({ client: clientShape, unchanged });
const params = { client: "clientId" };
const revises = {
  hold: (trx: Database, { clientId }: { clientId: string }) => holdClient(trx, clientId),
  after: ({ client }: { client: ClientView }) => client,
};

/** An application after its logo was changed. */
export interface ClientWithLogo {
  client: ClientView;
  unchanged?: true | undefined;
}

const changed = { changed: "logo", ...noRightsEnded };

/**
 * Gives an application a logo, in place of the one it had. Its pixels are drawn anew; nothing else of the file is kept.
 * @throws OperationError invalid_input, client_not_found, precondition_failed
 */
export const setClientLogo = operation({
  name: "client set-logo",
  summary: "Give a client a logo; `dryRun: true` only looks at the file",
  permission: adminChange,
  events: ["client.updated"],
  input: z.strictObject({
    clientId,
    png: logoInput,
    dryRun: z.boolean().optional().describe("Only say what would come of it."),
  }),
  output,
  http: [{ method: "post", path: "/v1/clients/:client/logo", params }],
  revises,
  prepare: async ({ png }) => parseLogo(png),
  async run(trx, { clientId }, act): Promise<ClientWithLogo> {
    await lockClient(trx, clientId);
    await getClient(trx, clientId);
    const logo = await saveLogo(trx, { clientId }, act.prepared, act.now);
    if (logo === undefined) return { client: await viewClient(trx, clientId), unchanged: true };
    await act.record({ type: "client.updated", clientId, details: changed });
    return { client: await viewClient(trx, clientId) };
  },
});

/** Takes an application's logo away. @throws OperationError client_not_found, precondition_failed */
export const removeClientLogo = operation({
  name: "client remove-logo",
  summary: "Take a client's logo away",
  permission: adminChange,
  events: ["client.updated"],
  input: z.strictObject({ clientId }),
  output,
  http: [{ method: "delete", path: "/v1/clients/:client/logo", params }],
  revises,
  cli: {
    arguments: { ID: "clientId" },
    summary: "take an application's logo away",
    example: "app",
    show: ({ client, unchanged }) => ({
      fields: [
        ["client_id", client.clientId],
        ["logo", logoText(client.logo)],
      ],
      say: saidOf(unchanged, "without a logo"),
    }),
  },
  async run(trx, { clientId }, act): Promise<ClientWithLogo> {
    await lockClient(trx, clientId);
    await getClient(trx, clientId);
    if (!(await deleteLogo(trx, { clientId })))
      return { client: await viewClient(trx, clientId), unchanged: true };
    await act.record({ type: "client.updated", clientId, details: changed });
    return { client: await viewClient(trx, clientId) };
  },
});
