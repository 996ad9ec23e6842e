// Owns the API credentials in the console: which there are, making one with its key shown once, revoking one.
import { administratorRoles } from "../../admin/administrators/roles.ts";
import { createCredential, listCredentials, revokeCredential } from "../../admin/operations/credentials.ts";
import { OperationError } from "../../errors.ts";
import type { Cell } from "../../views/parts.ts";
import { given } from "../form_values.ts";
import { may, type Place, param, pathOf, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { momentText } from "../words.ts";
import { confirmPlace } from "./confirm_place.ts";
import { listCard, pageOf } from "./list_page.ts";
import { organizationPath } from "./organizations.ts";

const path = "/console/credentials";
const newPath = `${path}/new`;
const crumbs = [{ label: "API credentials", url: path }];

type Credential = Awaited<ReturnType<typeof listCredentials>>["credentials"][number];

const roleWords = {
  auditor: "Auditor: reads",
  operator: "Operator: reads and changes",
  owner: "Owner: also administrators, credentials and emergencies",
} as const;
const lives = [
  { value: "1d", label: "One day" },
  { value: "30d", label: "30 days" },
  { value: "90d", label: "90 days" },
  { value: "365d", label: "One year" },
  { value: "730d", label: "Two years" },
];

/** Every credential, those that ended too. */
export const credentialsPlace: Place = {
  path,
  section: "credentials",
  operation: listCredentials,
  async show(visit) {
    const { query, context } = visit;
    const { credentials, cursor } = await listCredentials(context, pageOf(query));
    const add = { label: "Make a credential", url: newPath, kind: "primary" } as const;
    return {
      head: {
        title: "API credentials",
        lead: "Keys by which programs administer, each with a role and an end.",
        actions: may(visit, createCredential) ? [add] : [],
      },
      cards: [
        listCard({
          ...{ path, query, label: "API credentials", one: "credential", cursor },
          table: {
            caption: "API credentials",
            columns: [
              { label: "Name" },
              { label: "Role" },
              { label: "Sees" },
              { label: "Ends", kind: "state" },
              { label: "Made", kind: "number" },
              { label: "Act" },
            ],
            rows: credentials.map((one) => rowOf(one, visit)),
          },
          empty: {
            strong: "No credential",
            text: "Programs administer with a credential of their own, or with an application's access token.",
          },
        }),
      ],
    };
  },
};

function rowOf(one: Credential, visit: Visit): Cell[] {
  const { now } = visit;
  const isOver = one.revokedAtMs !== null || one.expiresAtMs <= now.getTime();
  const revoke = { label: "Revoke…", url: revokePath(one.id), kind: "danger" as const, unseen: one.name };
  return [
    { text: one.name, note: one.id },
    { text: one.role },
    one.tenantId === null
      ? { text: "the whole installation" }
      : { text: one.tenantId, url: organizationPath(one.tenantId) },
    one.revokedAtMs !== null
      ? { text: "Revoked", tone: "bad", note: momentText(one.revokedAtMs, now) }
      : isOver
        ? { text: "Over", tone: "none", note: momentText(one.expiresAtMs, now) }
        : { text: momentText(one.expiresAtMs, now) },
    { text: momentText(one.createdAtMs, now) },
    { text: "", actions: !isOver && may(visit, revokeCredential) ? [revoke] : [] },
  ];
}

const revokePath = (credential: string): string => pathOf(`${path}/:credential/revoke`, { credential });

/** Making a credential. */
export const newCredentialPlace: Place = {
  path: newPath,
  section: "credentials",
  operation: createCredential,
  async show(_visit, refused) {
    const { fields, errors } = shownForm(
      [
        { id: "name", label: "Name", required: true, autocomplete: "off", hint: "What it is for." },
        {
          id: "role",
          label: "Role",
          type: "select",
          value: "auditor",
          options: administratorRoles.map((role) => ({ value: role, label: roleWords[role] })),
        },
        {
          id: "tenantId",
          label: "Organization id",
          autocomplete: "off",
          hint: "The one organization it sees. Empty: the whole installation.",
        },
        { id: "expires", label: "Ends after", type: "select", value: "90d", options: lives },
      ],
      refused,
    );
    const form = { action: newPath, fields, submitLabel: "Make the credential", cancelUrl: path };
    return { head: { title: "Make a credential", crumbs }, errors, cards: [{ parts: [{ form }] }] };
  },
  async act({ context }, form) {
    const { name, key } = await createCredential(context, {
      name: form.get("name")?.trim() ?? "",
      role: form.get("role") ?? "",
      ...given(form, "tenantId", "expires"),
    });
    return {
      page: {
        head: { title: "The key", crumbs },
        secret: {
          label: `Key of ${name}`,
          text: key,
          warning:
            "The program sends it as Authorization: Bearer. Only its hash is kept; if it is lost, make a new one.",
          onUrl: path,
          onLabel: "Go on to the credentials",
        },
      },
    };
  },
};

/** Revoking a credential. */
export const revokeCredentialPlace: Place = confirmPlace({
  ...{ path: `${path}/:credential/revoke`, section: "credentials", operation: revokeCredential },
  async ask(visit) {
    const { name, role, tenantId } = await credentialOf(visit);
    const sees = tenantId === null ? "the whole installation" : tenantId;
    return {
      title: "Revoke the credential",
      crumbs,
      what: `The key of ${name} (${role} of ${sees}) opens nothing from now on.`,
      consequences: ["What the program is in the middle of is refused, on every instance."],
      undo: "This cannot be undone: make another credential, and give the program its key.",
      submitLabel: "Revoke",
      cancelUrl: path,
    };
  },
  async act(visit) {
    const { unchanged } = await revokeCredential(visit.context, { credential: param(visit, "credential") });
    return { to: path, news: unchanged ? "unchanged" : "ended" };
  },
});

// There are few, and nothing shows one by its id.
async function credentialOf(visit: Visit): Promise<Credential> {
  const { credentials } = await listCredentials(visit.context, { limit: 9_999 });
  const found = credentials.find(({ id }) => id === param(visit, "credential"));
  if (found !== undefined) return found;
  throw new OperationError("credential_not_found", "No credential has this id.", { field: "credential" });
}
