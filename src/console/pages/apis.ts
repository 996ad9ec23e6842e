// Owns the ISV's own APIs in the console (resources, RFC 8707): which there are, registering one, and the page of one.
import { allowResource, disallowResource } from "../../admin/operations/resource_rights.ts";
import {
  createResource,
  deleteResource,
  listResources,
  showResource,
  updateResource,
} from "../../admin/operations/resources.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import type { Action, Field } from "../../views/parts.ts";
import { linesOf, textOf } from "../form_values.ts";
import { may, type Place, param, pathOf, type Visit, withQuery } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { momentText } from "../words.ts";
import { applicationPath } from "./applications.ts";
import { listCard, pageOf } from "./list_page.ts";

const path = "/console/apis";
const newPath = `${path}/new`;

/** An API, and which application may ask for what of it. */
export type ShownApi = Awaited<ReturnType<typeof showResource>>;
type Api = ShownApi["resource"];
type Right = ShownApi["clients"][number];

/** The address of an API's page. */
export const apiPath = (resource: string): string => pathOf(`${path}/:resource`, { resource });

/** The address of an act on an API. */
export const apiActPath = (resource: string, act: string): string =>
  pathOf(`${path}/:resource/${act}`, { resource });

/** The address that takes an API from an application. */
const disallowPath = (resource: string, client: string): string =>
  pathOf(`${path}/:resource/applications/:client/disallow`, { resource, client });

/** The way back from an act on an API. */
export const apiCrumbs = ({
  identifier,
  name,
}: Pick<Api, "identifier" | "name">): { label: string; url: string }[] => [
  { label: "APIs", url: path },
  { label: name, url: apiPath(identifier) },
];

/** Every API. */
export const apisPlace: Place = {
  path,
  section: "apis",
  operation: listResources,
  async show(visit) {
    const { query, now, context } = visit;
    const { resources, cursor } = await listResources(context, pageOf(query));
    const add = { label: "Add an API", url: newPath, kind: "primary" } as const;
    return {
      head: {
        title: "APIs",
        lead: "Your own APIs, for which applications get access tokens.",
        actions: may(visit, createResource) ? [add] : [],
      },
      cards: [
        listCard({
          ...{ path, query, label: "APIs", one: "API", cursor },
          table: {
            caption: "APIs",
            columns: [
              { label: "Name" },
              { label: "Scopes" },
              { label: "Tokens" },
              { label: "Added", kind: "number" },
            ],
            rows: resources.map((one) => [
              { text: one.name, url: apiPath(one.identifier), note: one.identifier },
              { text: Object.keys(one.scopes).join(", ") },
              { text: tokensText(one) },
              { text: momentText(one.createdAtMs, now) },
            ]),
          },
          empty: {
            strong: "No API yet",
            text: "Register an API of yours, then say which application may ask for what of it.",
          },
        }),
      ],
    };
  },
};

const tokensText = ({ tokenFormat, tokenTtlSeconds }: Api): string =>
  `${tokenFormat}, ${tokenTtlSeconds} seconds`;

/** The fields of an API that may change; as they are said at first where there is none. */
export function apiFields(api?: Api): Field[] {
  const scopes = Object.entries(api?.scopes ?? {}).map(([scope, meaning]) => `${scope}=${meaning}`);
  return [
    {
      ...{ id: "name", label: "Name", required: true, value: api?.name },
      hint: "What people read when an application asks for their consent.",
    },
    {
      ...{ id: "scopes", label: "Scopes", type: "textarea", required: true, value: scopes.join("\n") },
      hint: "One on each line, with what it means: reports.read=Read your reports",
    },
    {
      ...{ id: "tokenFormat", label: "Access tokens", type: "select", value: api?.tokenFormat ?? "jwt" },
      options: [
        { value: "jwt", label: "Signed (JWT): the API verifies them itself" },
        { value: "opaque", label: "Opaque: the API asks here, and what ends, ends at once" },
      ],
    },
    {
      ...{ id: "tokenTtlSeconds", label: "They live, in seconds", type: "number" },
      value: api === undefined ? "" : String(api.tokenTtlSeconds),
      hint: api === undefined ? "Empty: as usual." : undefined,
    },
  ];
}

/** What was typed in those fields. */
export function typedApi(form: ReadonlyMap<string, string>) {
  const seconds = textOf(form, "tokenTtlSeconds");
  const scopes = linesOf(form, "scopes").map((line) => {
    const at = line.indexOf("=");
    return at < 0 ? ([line, ""] as const) : ([line.slice(0, at).trim(), line.slice(at + 1).trim()] as const);
  });
  return {
    name: form.get("name")?.trim() ?? "",
    scopes: Object.fromEntries(scopes),
    tokenFormat: form.get("tokenFormat") ?? "",
    ...(seconds === undefined ? {} : { tokenTtlSeconds: Number(seconds) }),
  };
}

/** Registering an API. */
export const newApiPlace: Place = {
  path: newPath,
  section: "apis",
  operation: createResource,
  async show(_visit, refused) {
    const identifier: Field = {
      ...{ id: "identifier", label: "Identifier", required: true, autocomplete: "off" },
      hint: "The audience of its tokens: an https URL or a URN. Never changed.",
    };
    const { fields, errors } = shownForm([identifier, ...apiFields()], refused);
    const form = { action: newPath, fields, submitLabel: "Add the API", cancelUrl: path };
    const lead = "Nobody may ask for a token for it until it is given to an application.";
    return {
      head: { title: "Add an API", crumbs: [{ label: "APIs", url: path }], lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act({ context }, form) {
    const created = await createResource(context, {
      identifier: form.get("identifier")?.trim() ?? "",
      ...typedApi(form),
    });
    return { to: apiPath(created.identifier), news: "created" };
  },
};

/** One API. */
export const apiPlace: Place = {
  path: `${path}/:resource`,
  section: "apis",
  operation: showResource,
  async show(visit) {
    const shown = await showResource(visit.context, { identifier: param(visit, "resource") });
    const { resource } = shown;
    const edit = { label: "Edit", url: apiActPath(resource.identifier, "edit") };
    return {
      head: {
        title: resource.name,
        crumbs: [{ label: "APIs", url: path }],
        actions: may(visit, updateResource) ? [edit] : [],
      },
      cards: [settingsCard(resource, visit), rightsCard(shown, visit)],
      side: may(visit, deleteResource)
        ? [
            {
              title: "End access",
              danger: true,
              parts: [
                {
                  rows: [
                    {
                      text: "Delete",
                      note: "Nobody gets a token for it any more. Cannot be undone.",
                      actions: [
                        {
                          label: "Delete…",
                          url: apiActPath(resource.identifier, "delete"),
                          kind: "danger",
                        },
                      ],
                    },
                  ],
                },
              ],
            },
          ]
        : [],
    };
  },
};

function settingsCard(resource: Api, { now }: Visit): ConsoleCard {
  return {
    title: "Settings",
    parts: [
      {
        kv: {
          entries: [
            { label: "Identifier", cell: { text: resource.identifier, code: true } },
            { label: "Access tokens", cell: { text: tokensText(resource) } },
            ...Object.entries(resource.scopes).map(([scope, meaning]) => ({
              label: "Scope",
              cell: { text: scope, code: true, note: meaning },
            })),
            { label: "Added", cell: { text: momentText(resource.createdAtMs, now) } },
          ],
        },
      },
    ],
  };
}

function rightsCard({ resource, clients }: ShownApi, visit: Visit): ConsoleCard {
  const { identifier } = resource;
  const allow = apiActPath(identifier, "applications/allow");
  const acts = ({ clientId }: Right): Action[] => [
    ...(may(visit, allowResource)
      ? [{ label: "Change", url: withQuery(allow, { application: clientId }), unseen: clientId }]
      : []),
    ...(may(visit, disallowResource)
      ? [
          {
            label: "Take away…",
            url: disallowPath(identifier, clientId),
            unseen: clientId,
            kind: "danger" as const,
          },
        ]
      : []),
  ];
  const rows = clients.map((right) => ({
    text: right.clientId,
    url: applicationPath(right.clientId),
    note: rightWords(right) || "nothing any more: its scopes are gone",
    actions: acts(right),
  }));
  const empty = { strong: "No application", text: "None may ask for a token for it yet." };
  return {
    title: "Applications",
    action: may(visit, allowResource) ? { label: "Allow", url: allow, unseen: "an application" } : undefined,
    parts: [rows.length > 0 ? { rows } : { empty }],
  };
}

/** What an application may ask of an API. */
export function rightWords({ scopes, ownScopes, introspects }: Omit<Right, "clientId">): string {
  return [
    scopes.length === 0 ? "" : `for people: ${scopes.join(", ")}`,
    ownScopes.length === 0 ? "" : `for itself: ${ownScopes.join(", ")}`,
    introspects ? "asks about tokens" : "",
  ]
    .filter((part) => part !== "")
    .join("; ");
}
