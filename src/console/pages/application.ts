// Owns the page of one application: its registration, its secret, its keys, its latest events, and how it ends.
import { listEvents } from "../../admin/operations/audit.ts";
import { deleteClient, disableClient, enableClient } from "../../admin/operations/client_access.ts";
import { endOldSecret, rotateClientSecret } from "../../admin/operations/client_secrets.ts";
import { updateClient } from "../../admin/operations/client_update.ts";
import type { ClientView } from "../../admin/operations/client_view.ts";
import { createClient, showClient } from "../../admin/operations/clients.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import type { Action } from "../../views/parts.ts";
import { may, type Place, param, type Visit, visitTo, withQuery } from "../place.ts";
import { disabledBadge, momentText } from "../words.ts";
import { applicationForm, factsOf } from "./application_form.ts";
import { keysCard } from "./application_keys.ts";
import { applicationActPath, applicationName } from "./applications.ts";
import { eventsPart } from "./event_words.ts";

const path = "/console/applications";

/** One application. */
export const applicationPlace: Place = {
  path: `${path}/:client`,
  section: "applications",
  operation: showClient,
  async show(asked) {
    const client = await showClient(asked.context, { clientId: param(asked, "client") });
    const { clientId } = client;
    const visit = await visitTo(asked, { clientId });
    const { events } = await listEvents(visit.context, { clientId, limit: 8 });
    const activity = withQuery("/console/activity", { application: clientId });
    const logo = { label: "Logo", url: applicationActPath(clientId, "logo") };
    const edit = { label: "Edit", url: applicationActPath(clientId, "edit") };
    return {
      head: {
        title: applicationName(client),
        crumbs: [{ label: "Applications", url: path }],
        badge: disabledBadge(client) ?? { text: "Active", tone: "ok" },
        actions: may(visit, updateClient) ? [edit, logo] : [],
      },
      cards: [registrationCard(client, visit), ...secretCard(client, visit), ...keysCard(client, visit)],
      side: [
        {
          title: "Latest events",
          action: { label: "All", url: activity, unseen: "events" },
          parts: [eventsPart(events, visit.now)],
        },
        ...endCard(client, visit),
      ],
    };
  },
};

// Its id and its keys are shown beside.
const besides = ["clientId", "secret", "allowedTenants", "jwks", "jwksUri"];

function registrationCard(client: ClientView, { now }: Visit): ConsoleCard {
  const facts = factsOf(applicationForm(createClient.entry, besides, client));
  return {
    title: "Registration",
    parts: [
      {
        kv: {
          entries: [
            { label: "Client id", cell: { text: client.clientId, code: true } },
            ...facts.map(({ label, text }) => ({ label, cell: { text } })),
            { label: "Scopes", cell: { text: client.metadata.scope ?? "none" } },
            { label: "Created", cell: { text: momentText(client.createdAtMs, now) } },
          ],
        },
      },
    ],
  };
}

function secretCard(client: ClientView, visit: Visit): ConsoleCard[] {
  const { clientId, metadata, formerSecretUntilMs } = client;
  if (!(metadata.token_endpoint_auth_method ?? "").startsWith("client_secret_")) return [];
  const act = (label: string, name: string, kind?: "danger"): Action => ({
    label,
    url: applicationActPath(clientId, name),
    ...(kind === undefined ? {} : { kind }),
  });
  const present = {
    text: "Its secret",
    note: "Only its hash is kept.",
    actions: may(visit, rotateClientSecret) ? [act("New secret…", "rotate-secret")] : [],
  };
  const former = {
    text: "The secret before",
    note: `Counts beside the new one until ${momentText(formerSecretUntilMs ?? 0, visit.now)}.`,
    badge: { text: "Still counts", tone: "warn" } as const,
    actions: may(visit, endOldSecret) ? [act("End now…", "end-old-secret", "danger")] : [],
  };
  const isOver = formerSecretUntilMs === undefined || formerSecretUntilMs <= visit.now.getTime();
  return [{ title: "Secret", parts: [{ rows: isOver ? [present] : [present, former] }] }];
}

function endCard(client: ClientView, visit: Visit): ConsoleCard[] {
  const act = (label: string, name: string): Action => ({
    label,
    url: applicationActPath(client.clientId, name),
    kind: "danger",
  });
  const rows = [
    ...(may(visit, disableClient) && client.disabledAtMs === null
      ? [
          {
            text: "Disable",
            note: "It proves itself nowhere any more. Can be undone.",
            actions: [act("Disable…", "disable")],
          },
        ]
      : []),
    ...(may(visit, enableClient) && client.disabledAtMs !== null
      ? [
          {
            text: "Enable",
            note: "It may be used again.",
            actions: [{ label: "Enable…", url: applicationActPath(client.clientId, "enable") }],
          },
        ]
      : []),
    ...(may(visit, deleteClient)
      ? [
          {
            text: "Delete",
            note: "Ends all that stands for it. Cannot be undone.",
            actions: [act("Delete…", "delete")],
          },
        ]
      : []),
  ];
  return rows.length === 0 ? [] : [{ title: "End access", danger: true, parts: [{ rows }] }];
}
