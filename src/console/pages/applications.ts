// Owns the list of applications, the page of one, and registering one.

import { listEvents } from "../../admin/operations/audit.ts";
import { deleteClient, disableClient, enableClient } from "../../admin/operations/client_access.ts";
import { rotateClientSecret } from "../../admin/operations/client_secrets.ts";
import type { ClientView } from "../../admin/operations/client_view.ts";
import { createClient, listClients, showClient } from "../../admin/operations/clients.ts";
import { tenantRights, tenantsOfRight } from "../../provider/clients/tenant_rights.ts";
import type { ConsoleCard, ConsolePage } from "../../views/console_pages.ts";
import type { Action, Cell, Field } from "../../views/parts.ts";
import { given, isTicked, linesOf } from "../form_values.ts";
import { may, type Place, param, pathOf, type Refused, type Visit, visitTo, withQuery } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { disabledBadge, momentText } from "../words.ts";
import { eventsPart } from "./event_words.ts";
import { listCard, pageOf } from "./list_page.ts";

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
    const { clients, cursor } = await listClients(context, pageOf(query));
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
          table: {
            caption: "Applications",
            columns: [
              { label: "Name" },
              { label: "Whose" },
              { label: "State", kind: "state" },
              { label: "Created", kind: "number" },
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

/** One application. */
export const applicationPlace: Place = {
  path: `${path}/:client`,
  section: "applications",
  operation: showClient,
  async show(asked) {
    const client = await showClient(asked.context, { clientId: param(asked, "client") });
    const visit = await visitTo(asked, { clientId: client.clientId });
    const { events } = await listEvents(visit.context, { clientId: client.clientId, limit: 8 });
    const activity = withQuery("/console/activity", { application: client.clientId });
    const rotate = { label: "New secret…", url: applicationActPath(client.clientId, "rotate-secret") };
    const hasSecret = (client.metadata.token_endpoint_auth_method ?? "").startsWith("client_secret_");
    return {
      head: {
        title: applicationName(client),
        crumbs: [{ label: "Applications", url: path }],
        badge: disabledBadge(client) ?? { text: "Active", tone: "ok" },
        actions: hasSecret && may(visit, rotateClientSecret) ? [rotate] : [],
      },
      cards: [registrationCard(client, visit), addressesCard(client)],
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

const proofs: Readonly<Record<string, string>> = {
  client_secret_basic: "a secret, in a header",
  client_secret_post: "a secret, in the form",
  private_key_jwt: "a key of its own",
  none: "nothing: it is public",
};

function registrationCard({ clientId, metadata, createdAtMs }: ClientView, { now }: Visit): ConsoleCard {
  const proof = metadata.token_endpoint_auth_method ?? "client_secret_basic";
  const rights = tenantRights.flatMap((right) => {
    const tenants = tenantsOfRight(metadata, right);
    return tenants.length === 0
      ? []
      : [
          {
            label: `May ${right}`,
            cell: { text: tenants.includes("*") ? "for every organization" : tenants.join(", ") },
          },
        ];
  });
  return {
    title: "Registration",
    parts: [
      {
        kv: {
          entries: [
            { label: "Client id", cell: { text: clientId, code: true } },
            { label: "Proves itself by", cell: { text: proofs[proof] ?? proof } },
            {
              label: "Whose",
              cell: {
                text:
                  metadata.first_party === true
                    ? "yours: people are not asked for consent"
                    : "a third party's: people are asked",
              },
            },
            { label: "Grants", cell: { text: (metadata.grant_types ?? []).join(", ") || "none" } },
            { label: "Scopes", cell: { text: metadata.scope ?? "none" } },
            { label: "PKCE", cell: { text: metadata.require_pkce === false ? "not required" : "required" } },
            ...rights,
            { label: "Created", cell: { text: momentText(createdAtMs, now) } },
          ],
        },
      },
    ],
  };
}

function addressesCard({ metadata }: ClientView): ConsoleCard {
  const rows = [
    ...(metadata.redirect_uris ?? []).map((text) => ({ text, note: "after a sign-in" })),
    ...(metadata.post_logout_redirect_uris ?? []).map((text) => ({ text, note: "after signing out" })),
    ...(metadata.backchannel_logout_uri === undefined
      ? []
      : [{ text: metadata.backchannel_logout_uri, note: "told of sign-outs" }]),
    ...(metadata.jwks_uri === undefined ? [] : [{ text: metadata.jwks_uri, note: "its public keys" }]),
  ];
  const empty = { strong: "No addresses", text: "Nobody is sent to it." };
  return { title: "Addresses", parts: [rows.length > 0 ? { rows } : { empty }] };
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

const newFields: Field[] = [
  { id: "name", label: "Name", required: true, hint: "What people read when it asks for their consent." },
  { id: "clientId", label: "Client id", autocomplete: "off", hint: "Empty: one is made." },
  {
    id: "redirectUris",
    label: "Addresses people come back to",
    type: "textarea",
    hint: "One on each line: https, or http on this machine.",
  },
  {
    id: "postLogoutRedirectUris",
    label: "Addresses after signing out",
    type: "textarea",
    hint: "One on each line; may be empty.",
  },
  {
    id: "authMethod",
    label: "Proves itself by",
    type: "select",
    value: "client_secret_basic",
    options: [
      { value: "client_secret_basic", label: "A secret, in a header" },
      { value: "client_secret_post", label: "A secret, in the form" },
      { value: "none", label: "Nothing: an application on people's devices" },
    ],
  },
  { id: "firstParty", label: "It is yours: people are not asked for consent", type: "checkbox" },
];

/** Registering an application that signs people in. */
export const newApplicationPlace: Place = {
  path: newPath,
  section: "applications",
  operation: createClient,
  show: async (_visit, refused) => newApplicationPage(refused),
  async act({ context }, form) {
    const created = await createClient(context, {
      ...given(form, "name", "clientId", "authMethod"),
      redirectUris: linesOf(form, "redirectUris"),
      postLogoutRedirectUris: linesOf(form, "postLogoutRedirectUris"),
      firstParty: isTicked(form, "firstParty"),
    });
    const banners = created.warnings.map((text) => ({ tone: "warn", text }) as const);
    const { clientSecret } = created;
    const page = applicationPath(created.clientId);
    if (clientSecret === undefined) return { to: page, news: "created" };
    return { page: { ...secretPage(created, clientSecret), banners } };
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

function newApplicationPage(refused: Refused | undefined): ConsolePage {
  const { fields, errors } = shownForm(newFields, refused);
  const lead =
    "It signs people in. Back ends that mint, search or answer logins are registered with tti client create.";
  return {
    head: { title: "Add an application", crumbs: [{ label: "Applications", url: path }], lead },
    errors,
    cards: [
      { parts: [{ form: { action: newPath, fields, submitLabel: "Add the application", cancelUrl: path } }] },
    ],
  };
}
