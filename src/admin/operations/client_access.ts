// Owns the operations that take a client's rights away, or give them back. From the moment one is committed no
// instance serves the client (provider/clients/client_reader.ts), and what stood for it is gone.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import * as store from "../../provider/clients/client_store.ts";
import {
  type EndedRights,
  endRightsOfClient,
  noRightsEnded,
} from "../../provider/sessions/end_rights_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { type ClientView, holdClient, viewClient } from "./client_view.ts";
import type { Shown } from "./command_face.ts";
import { endedRightsText, saidOf } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { clientShape, endedRightsShape, unchanged } from "./shapes.ts";

/** A client from which something was taken, and what ended with it. */
export interface ClientWithEnded {
  client: ClientView;
  ended: EndedRights;
  /** It was so already. */
  unchanged?: true | undefined;
}

const permission = adminChange;
const oneClient = z.strictObject({ clientId: z.string().describe("The client's id.") });
const output = z.strictObject({ client: clientShape, ended: endedRightsShape });
const switched = output.extend({ unchanged });
const params = { client: "clientId" };
const face = { arguments: { ID: "clientId" }, example: "app" };

/**
 * Disables a client: it proves itself nowhere, and what it was given ends now. Nothing of its registration is lost. One
 * that is disabled stays as it is.
 * @throws OperationError client_not_found
 */
export const disableClient = operation({
  name: "client disable",
  summary: "Disable a client, and end what stands for it",
  permission,
  events: ["client.disabled"],
  input: oneClient,
  output: switched,
  http: [{ method: "post", path: "/v1/clients/:client/disable", params }],
  cli: {
    ...face,
    summary: "keep an application from everything, for now",
    about: `The client proves itself nowhere any more: no sign-in, no token, no call of the API. Grants,
codes and tokens of its users, its own access tokens and the logins it vouched for end at
once, on every instance. Its registration stays.`,
    show: (told) => shownClient(told, "disabled"),
  },
  async run(trx, { clientId }, act) {
    const done = await setDisabled(trx, clientId, true, act.now);
    if (!done.unchanged) {
      await act.record({ type: "client.disabled", clientId, details: { ...done.ended } });
    }
    return done;
  },
});

/**
 * Enables a disabled client. What was ended does not come back: people sign in to it again. Of one that is enabled
 * nothing ends.
 * @throws OperationError client_not_found
 */
export const enableClient = operation({
  name: "client enable",
  summary: "Enable a disabled client",
  permission,
  events: ["client.enabled"],
  input: oneClient,
  output: switched,
  http: [{ method: "post", path: "/v1/clients/:client/enable", params }],
  cli: {
    ...face,
    summary: "let a disabled application work again",
    about: `Enables the client. What ended when it was disabled does not come back: its users sign in
again.`,
    show: (told) => shownClient(told, "enabled"),
  },
  async run(trx, { clientId }, act) {
    const done = await setDisabled(trx, clientId, false, act.now);
    if (!done.unchanged) await act.record({ type: "client.enabled", clientId });
    return done;
  },
});

/**
 * Deletes a client. Its id may be registered again, as a new client that has nothing of this one.
 * @throws OperationError client_not_found
 */
export const deleteClient = operation({
  name: "client delete",
  summary: "Delete a client, and end what stands for it; `?dryRun=true` only counts",
  permission,
  events: ["client.deleted"],
  input: oneClient.extend({ dryRun: z.boolean().optional().describe("Only say what would end.") }),
  output,
  http: [{ method: "delete", path: "/v1/clients/:client", params }],
  revises: { hold: (trx, { clientId }) => holdClient(trx, clientId) },
  cli: {
    arguments: face.arguments,
    summary: "remove an application for good",
    about: `Deletes the client, and ends what it was given, at once and on every instance. Without
--yes nothing happens: the command says what would end, and exits with 1. The id may be
registered again, as a new client.`,
    example: "app --yes",
    show: (told, { dryRun }) => shownClient(told, dryRun === true ? "would be deleted" : "deleted"),
  },
  async run(trx, { clientId }, act) {
    const client = await viewClient(trx, clientId);
    await store.deleteClient(trx, clientId, act.now);
    const ended = await endRightsOfClient(trx, clientId, act.now);
    await act.record({ type: "client.deleted", clientId, details: { ...ended } });
    return { client, ended };
  },
});

// Enabling ends too: what a request that was under way wrote after the client was disabled.
async function setDisabled(
  trx: Database,
  clientId: string,
  disabled: boolean,
  now: Date,
): Promise<ClientWithEnded> {
  const changed = await store.saveClientDisabled(trx, clientId, disabled, now);
  const client = await viewClient(trx, clientId);
  if (!changed) return { client, ended: noRightsEnded, unchanged: true };
  return { client, ended: await endRightsOfClient(trx, clientId, now) };
}

function shownClient({ client, ended, unchanged }: ClientWithEnded, state: string): Shown {
  return {
    fields: [
      ["client_id", client.clientId],
      ["state", state],
      ["ended", endedRightsText(ended)],
    ],
    say: saidOf(unchanged, state),
  };
}
