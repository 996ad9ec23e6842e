// Owns the list of applications, what one is called, and the page that shows its secret.

import type { ClientView } from "../../admin/operations/client_view.ts";
import { createClient, listClients } from "../../admin/operations/clients.ts";
import type { ConsolePage } from "../../views/console_pages.ts";
import type { Cell } from "../../views/parts.ts";
import { may, type Place, pathOf } from "../place.ts";
import { momentText } from "../words.ts";
import { listCard, orderFor, ordering, pageOf } from "./list_page.ts";

const path = "/console/applications";
const newPath = `${path}/new`;

/** The address of an application's page. */
export const applicationPath = (client: string): string => pathOf(`${path}/:client`, { client });

/** The address of an act on an application. */
export const applicationActPath = (client: string, act: string): string =>
  pathOf(`${path}/:client/${act}`, { client });

/** What an application is called. */
export const applicationName = ({ clientId, metadata }: ClientView): string =>
  metadata.client_name ?? clientId;

/** The way back from an act on an application. */
export const applicationCrumbs = (client: ClientView): { label: string; url: string }[] => [
  { label: "Applications", url: path },
  { label: applicationName(client), url: applicationPath(client.clientId) },
];

/** Every application. */
export const applicationsPlace: Place = {
  path,
  section: "applications",
  operation: listClients,
  async show(visit) {
    const { query, now, context } = visit;
    const { clients, cursor } = await listClients(context, { ...pageOf(query), ...orderFor(query) });
    const add = { label: "Add an application", url: newPath, kind: "primary" } as const;
    const row = (client: ClientView): Cell[] => [
      {
        text: applicationName(client),
        url: applicationPath(client.clientId),
        note: client.metadata.client_name === undefined ? undefined : client.clientId,
      },
      { text: client.metadata.first_party === true ? "yours" : "third party" },
      client.disabledAtMs === null ? { text: "Active" } : { text: "Disabled", tone: "bad" },
      { text: momentText(client.createdAtMs, now) },
    ];
    return {
      head: {
        title: "Applications",
        lead: "What signs people in here, and the back ends that act for them.",
        actions: may(visit, createClient) ? [add] : [],
      },
      cards: [
        listCard({
          ...{ path, query, label: "Applications", one: "application", cursor },
          kept: ["order"],
          table: {
            caption: "Applications",
            columns: [
              { label: "Name" },
              { label: "Whose" },
              { label: "State", kind: "state" },
              ordering({ path, query }, { label: "Created", kind: "number" }, "created"),
            ],
            rows: clients.map(row),
          },
          empty: {
            strong: "No application yet",
            text: "An application signs people in; a back end gets tokens for them.",
          },
        }),
      ],
    };
  },
};

/** The page that shows an application's secret, this once. */
export function secretPage(client: ClientView, secret: string): ConsolePage {
  return {
    head: { title: "The secret", crumbs: applicationCrumbs(client) },
    secret: {
      label: `Secret of ${client.clientId}`,
      text: secret,
      warning: "Only its hash is kept. If it is lost, make a new one.",
      onUrl: applicationPath(client.clientId),
      onLabel: "Go on to the application",
    },
  };
}
