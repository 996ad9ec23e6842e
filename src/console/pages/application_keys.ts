// Owns the public keys of an application: adding one, retiring one, and where they are read from.
import type { JWK } from "jose";
import { updateClient } from "../../admin/operations/client_update.ts";
import type { ClientView } from "../../admin/operations/client_view.ts";
import { showClient } from "../../admin/operations/clients.ts";
import { endedRightsText } from "../../admin/operations/ended_text.ts";
import { OperationError } from "../../errors.ts";
import { parseJson } from "../../input/json_text.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import type { Field } from "../../views/parts.ts";
import { textOf } from "../form_values.ts";
import { may, type Place, param, pathOf, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { saveChanges } from "./application_edit.ts";
import { applicationActPath, applicationCrumbs, applicationName, applicationPath } from "./applications.ts";
import { confirmPlace } from "./confirm_place.ts";

const path = "/console/applications/:client/keys";
const clientOf = (visit: Visit) => showClient(visit.context, { clientId: param(visit, "client") });

/** The card of an application's keys; none of one that proves itself with nothing. */
export function keysCard(client: ClientView, visit: Visit): ConsoleCard[] {
  const { clientId, metadata } = client;
  const { jwks, jwks_uri: address, token_endpoint_auth_method: proof } = metadata;
  const keys = (jwks?.keys ?? []) as JWK[];
  if (proof === "none" && keys.length === 0 && address === undefined) return [];
  const mayChange = may(visit, updateClient);
  const isOnly = keys.length === 1 && proof === "private_key_jwt";
  const rows = keys.map((key, at) => {
    const id = client.keyIds[at] ?? "";
    const url = pathOf(`${path}/:key/retire`, { client: clientId, key: id });
    const kind = [key.kty, key.alg, key.crv].filter((one) => one !== undefined).join(", ");
    return {
      text: id,
      note: isOnly ? `${kind}; its only key` : kind,
      actions: mayChange && !isOnly ? [{ label: "Retire…", url, unseen: id, kind: "danger" as const }] : [],
    };
  });
  const replace = {
    label: "Replace…",
    url: applicationActPath(clientId, "keys/replace"),
    unseen: "all keys",
  };
  const others = {
    text: address ?? "All of them",
    note:
      address === undefined
        ? "by others, or by an address where they are"
        : "its public keys are read from there",
    actions: [replace],
  };
  const add = { label: "Add", url: applicationActPath(clientId, "keys/add"), unseen: "a key" };
  const shown = [
    ...rows,
    ...(mayChange || address !== undefined ? [mayChange ? others : { ...others, actions: [] }] : []),
  ];
  const empty = { strong: "No key", text: "With one it proves itself by what it signs." };
  return [
    {
      title: "Keys",
      action: mayChange && address === undefined ? add : undefined,
      parts: [shown.length > 0 ? { rows: shown } : { empty }],
    },
  ];
}

const keyField = (label: string): Field => ({
  id: "keys",
  label,
  type: "textarea",
  hint: "A JWK or a JWK Set, as JSON. Private members are refused.",
});

/** Adding public keys. */
export const addKeyPlace: Place = {
  path: `${path}/add`,
  section: "applications",
  operation: updateClient,
  async show(visit, refused) {
    const client = await clientOf(visit);
    const asked = [{ ...keyField("Public key"), required: true }];
    const { fields, errors } = shownForm(asked, refused, { addKeys: "keys" });
    const form = {
      ...{ action: applicationActPath(client.clientId, "keys/add"), fields },
      ...{ submitLabel: "Add", cancelUrl: applicationPath(client.clientId) },
    };
    const lead = "It counts beside those it has, until one of them is retired.";
    return {
      head: { title: "Add a key", crumbs: applicationCrumbs(client), lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const clientId = param(visit, "client");
    const addKeys = readKeys(form);
    if (addKeys === undefined) throw noKey("is missing");
    await updateClient(visit.context, { clientId, addKeys });
    return { to: applicationPath(clientId), news: "saved" };
  },
};

function readKeys(form: ReadonlyMap<string, string>): unknown {
  const text = textOf(form, "keys");
  if (text === undefined) return undefined;
  try {
    const read = parseJson(Buffer.from(text));
    return typeof read === "object" && read !== null && "kty" in read ? { keys: [read] } : read;
  } catch {
    throw noKey("is not JSON");
  }
}

const noKey = (what: string): OperationError =>
  new OperationError("invalid_input", `The key ${what}.`, {
    field: "keys",
    fix: "Paste the whole JWK, with its braces.",
  });

/** Putting others in the place of all keys, or saying where they are. */
export const replaceKeysPlace: Place = {
  path: `${path}/replace`,
  section: "applications",
  operation: updateClient,
  async show(visit, refused) {
    const client = await clientOf(visit);
    const address: Field = {
      ...{ id: "jwksUri", label: "Or where they are", type: "url", value: client.metadata.jwks_uri },
      hint: "Sent as it is, the keys there are read anew at once.",
    };
    const { fields, errors } = shownForm([keyField("Public keys"), address], refused, { jwks: "keys" });
    const form = {
      ...{ action: applicationActPath(client.clientId, "keys/replace"), fields },
      ...{ submitLabel: "Replace", cancelUrl: applicationPath(client.clientId) },
    };
    const lead = "What it had counts no more, at once and on every instance.";
    return {
      head: { title: "Replace the keys", crumbs: applicationCrumbs(client), lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const jwks = readKeys(form);
    const jwksUri = jwks === undefined ? textOf(form, "jwksUri") : undefined;
    if (jwks === undefined && jwksUri === undefined) throw noKey("is missing");
    const change = { changes: jwks === undefined ? { jwksUri } : { jwks }, labels: ["its keys"] };
    return saveChanges(visit, visit.context, await clientOf(visit), { ...change, form, act: "keys/replace" });
  },
};

/** Retiring a key. What ends with it is counted by a trial that is taken back. */
export const retireKeyPlace: Place = confirmPlace({
  ...{ path: `${path}/:key/retire`, section: "applications", operation: updateClient },
  async ask(visit) {
    const client = await clientOf(visit);
    const key = param(visit, "key");
    const tried = { clientId: client.clientId, retireKeys: [key], dryRun: true };
    const { ended } = await updateClient(visit.context, tried);
    return {
      title: "Retire the key",
      crumbs: applicationCrumbs(client),
      what: `What ${applicationName(client)} signs with the key ${key} proves nothing any more.`,
      passing: [`${endedRightsText(ended)} end with it, at once and on every instance.`],
      consequences: ["Its other keys count as before."],
      undo: "It can be undone: the key can be added again.",
      submitLabel: "Retire",
      cancelUrl: applicationPath(client.clientId),
    };
  },
  async act(visit) {
    const clientId = param(visit, "client");
    await updateClient(visit.context, { clientId, retireKeys: [param(visit, "key")] });
    return { to: applicationPath(clientId), news: "removed" };
  },
});
