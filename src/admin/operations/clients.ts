// Owns the operations on clients: the relying parties of the provider, and what a new one may be.
import { z } from "zod";
import { findAccount } from "../../provider/accounts/account_store.ts";
import { clientOrders, listClientsInOrder } from "../../provider/clients/client_order_store.ts";
import { generateClientSecret } from "../../provider/clients/client_secret.ts";
import * as store from "../../provider/clients/client_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { adviseOnClient } from "./client_advice.ts";
import { clientFields, clientRow } from "./client_fields.ts";
import { assertKeysFit, assertPurposesFit, newClient, refuse } from "./client_input.ts";
import { buildMetadata } from "./client_metadata.ts";
import { type ClientView, viewClient, viewClients } from "./client_view.ts";
import { operation } from "./entry.ts";
import {
  assertSortable,
  cutPage,
  endOfSearch,
  idPageInput,
  pageOutput,
  readCursor,
  readSearchCursor,
  rowsToRead,
  sortInput,
} from "./page.ts";
import { clientShape } from "./shapes.ts";

/** A new client, with its secret if it has one. No other answer has it but a repeat of this one (repeats/). */
export interface CreatedClient extends ClientView {
  clientSecret?: string;
  /** What is registered but will not work as things stand, each a sentence. */
  warnings: string[];
}

const permission = adminChange;
const clientId = z.string().describe("The client's id.");

/**
 * Registers a client; client_input.ts says what each member decides.
 * @throws OperationError invalid_input, client_exists
 */
export const createClient = operation({
  name: "client create",
  summary: "Register a client",
  permission,
  events: ["client.created"],
  input: newClient,
  output: clientShape.extend({
    clientSecret: z.string().optional().describe("If it was generated; shown this once."),
    warnings: z.array(z.string()).describe("What is registered but will not work as things stand."),
  }),
  http: [{ method: "post", path: "/v1/clients", status: 201 }],
  async run(trx, wanted, act): Promise<CreatedClient> {
    const purposes = wanted.purposes ?? ["login"];
    const authMethod = wanted.authMethod ?? "client_secret_basic";
    assertKeysFit(wanted, authMethod);
    assertPurposesFit(wanted, purposes, authMethod);
    const hasSecret = authMethod.startsWith("client_secret_");
    if (wanted.secret !== undefined && !hasSecret) {
      throw refuse("secret", `is of no use with ${authMethod}`, "Leave it out.");
    }
    const secret = hasSecret ? (wanted.secret ?? generateClientSecret()) : undefined;
    const metadata = buildMetadata(wanted, purposes, authMethod, secret);
    // A token for the client itself would pass for one of the person (RFC 9700 section 4.15).
    if ((await findAccount(trx, metadata.client_id)) !== undefined) {
      throw refuse("clientId", "is the id of an account", "Choose another id.");
    }
    const warnings = await adviseOnClient(trx, metadata, act);
    const created = await store.createClient(trx, metadata, act.now);
    const details = { authMethod, purposes: purposes.join(" ") };
    await act.record({ type: "client.created", clientId: created.clientId, details });
    const view = { ...(await viewClient(trx, created.clientId)), warnings };
    return secret === undefined || wanted.secret !== undefined ? view : { ...view, clientSecret: secret };
  },
});

/** Shows one client. @throws OperationError client_not_found */
export const showClient = operation({
  name: "client show",
  summary: "Show a client",
  permission: adminRead,
  events: [],
  input: z.strictObject({ clientId }),
  output: clientShape,
  http: [{ method: "get", path: "/v1/clients/:client", params: { client: "clientId" } }],
  shows: true,
  cli: {
    arguments: { ID: "clientId" },
    summary: "show one application",
    about: `Tells whether it is enabled, what it proves itself with and until when an old secret counts,
what it may do, for whom and at which APIs, and where its users return to. The whole
registration, as OpenID Connect names it: --json.`,
    example: "app",
    show: (client) => ({ fields: clientFields(client) }),
  },
  run: (db, { clientId }) => viewClient(db, clientId),
});

/** Lists clients in the order of their ids, or in that of their registration. */
export const listClients = operation({
  name: "client list",
  summary: "List the clients",
  permission: adminRead,
  events: [],
  input: z.strictObject({ ...sortInput(clientOrders), ...idPageInput }),
  output: z.strictObject({ clients: z.array(clientShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/clients" }],
  cli: {
    summary: "list the applications",
    example: "--json",
    show: ({ clients }) => ({
      rows: clients.map(clientRow),
      say: clients.length === 0 ? ["There are no clients. Add one: tti client create --help"] : [],
    }),
  },
  async run(db, { sort, descending, cursor, afterId, ...page }) {
    assertSortable({ sort, descending });
    if (sort !== undefined) {
      const list = `client list ${JSON.stringify([sort, descending === true])}`;
      const part = { limit: rowsToRead(page) - 1, after: readSearchCursor(list, { cursor, afterId }) };
      const { rows, end } = await listClientsInOrder(db, { descending: descending === true }, part);
      return { clients: await viewClients(db, rows), ...endOfSearch(list, end) };
    }
    const after = readCursor("client list", { cursor, afterId });
    const read = await store.listClients(db, { limit: rowsToRead(page), afterId: after });
    const { rows, next } = cutPage("client list", read, page, ({ clientId }) => clientId);
    return { clients: await viewClients(db, rows), ...next };
  },
});
