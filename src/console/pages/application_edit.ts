// Owns registering an application, and changing one: all that the operations take. What a change ends is counted by a trial
// that is taken back, and asked about before it is done.

import { updateClient } from "../../admin/operations/client_update.ts";
import type { ClientView } from "../../admin/operations/client_view.ts";
import { createClient, showClient } from "../../admin/operations/clients.ts";
import { endedRightsText } from "../../admin/operations/ended_text.ts";
import { type Done, type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { contextOfForm, readRevised, revisedForm } from "../revised_form.ts";
import {
  type ApplicationForm,
  applicationForm,
  changesOf,
  firstBoxes,
  groupsOf,
  labelsOf,
} from "./application_form.ts";
import {
  applicationActPath,
  applicationCrumbs,
  applicationName,
  applicationPath,
  secretPage,
} from "./applications.ts";
import { askedFirst } from "./confirm_place.ts";

const path = "/console/applications";
const newPath = `${path}/new`;
// Lists of addresses and of organizations are long.
const limits = { mostBytes: 256 * 1024, mostFields: 100 };

const newForm = (): ApplicationForm => applicationForm(createClient.entry, ["allowedTenants"]);
// Keys have pages of their own.
const elsewhere = ["clientId", "dryRun", "jwks", "jwksUri", "addKeys", "retireKeys"];
const editForm = (client: ClientView): ApplicationForm =>
  applicationForm(updateClient.entry, elsewhere, client);

/** Registering an application. */
export const newApplicationPlace: Place = {
  path: newPath,
  section: "applications",
  operation: createClient,
  limits,
  async show(_visit, refused) {
    const blank = newForm();
    const { fields, errors } = shownForm(blank.fields, refused, firstBoxes(blank));
    const form = {
      ...{ action: newPath, fields: [], groups: groupsOf(fields) },
      ...{ submitLabel: "Add the application", cancelUrl: path },
    };
    const lead = "It signs people in, or acts for them or for itself from a back end.";
    return {
      head: { title: "Add an application", crumbs: [{ label: "Applications", url: path }], lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act({ context }, form) {
    const blank = newForm();
    const created = await createClient(context, changesOf(blank, form));
    const { clientSecret, warnings } = created;
    return doneWith(created, "created", warnings, clientSecret);
  },
};

/** Changing an application. */
export const editApplicationPlace: Place = {
  path: `${path}/:client/edit`,
  section: "applications",
  operation: updateClient,
  limits,
  async show(visit, refused) {
    const { shown: client, revision } = await readRevised(visit, (context) =>
      showClient(context, { clientId: param(visit, "client") }),
    );
    const stands = editForm(client);
    const { fields, errors, hidden } = revisedForm(stands.fields, revision, refused, firstBoxes(stands));
    const form = {
      ...{
        action: applicationActPath(client.clientId, "edit"),
        fields: [],
        groups: groupsOf(fields),
        hidden,
      },
      ...{ submitLabel: "Save", cancelUrl: applicationPath(client.clientId) },
    };
    const lead = "What is taken away counts no more, at once and on every instance.";
    return {
      head: { title: "Edit", crumbs: applicationCrumbs(client), lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const context = contextOfForm(visit, form);
    const client = await showClient(visit.context, { clientId: param(visit, "client") });
    const stands = editForm(client);
    const changes = changesOf(stands, form);
    const labels = labelsOf(stands, Object.keys(changes));
    return saveChanges(visit, context, client, { changes, labels, form, act: "edit" });
  },
};

/** A change that was sent. */
interface SentChange {
  changes: Readonly<Record<string, unknown>>;
  /** Of what is to change. */
  labels: readonly string[];
  form: ReadonlyMap<string, string>;
  /** The last part of the form's address. */
  act: string;
}

/**
 * Changes an application; asks first where that ends something.
 * @param context with the state that the form shows
 */
export async function saveChanges(
  { params }: Visit,
  context: Visit["context"],
  client: ClientView,
  sent: SentChange,
): Promise<Done> {
  const { changes } = sent;
  const { clientId } = client;
  if (Object.keys(changes).length === 0) return { to: applicationPath(clientId), news: "unchanged" };
  const wanted = { clientId: params["client"], ...changes };
  const { ended } = await updateClient(context, { ...wanted, dryRun: true });
  if (Object.values(ended).some((count) => count > 0)) {
    const asked = ask(client, endedRightsText(ended), sent);
    if (asked !== undefined) return asked;
  }
  const { client: saved, warnings, unchanged, ...more } = await updateClient(context, wanted);
  const secret: unknown = Reflect.get(more, "clientSecret");
  const news = unchanged ? "unchanged" : "saved";
  return doneWith(saved, news, warnings, typeof secret === "string" ? secret : undefined);
}

function ask(client: ClientView, ended: string, { form, labels, act }: SentChange): Done | undefined {
  const question = {
    title: "Save",
    crumbs: applicationCrumbs(client),
    what: `${applicationName(client)} is changed: ${labels.join(", ")}.`,
    consequences: [],
    passing: [`${ended} end with what is taken away, at once and on every instance.`],
    undo: "It can be changed back. What ended does not come back.",
    submitLabel: "Save, and end them",
    cancelUrl: applicationPath(client.clientId),
  };
  return askedFirst(question, applicationActPath(client.clientId, act), form);
}

// Warnings are read on a page of their own, and a secret is shown once.
function doneWith(
  client: ClientView,
  news: "created" | "saved" | "unchanged",
  warnings: readonly string[],
  secret: string | undefined,
): Done {
  const banners = warnings.map((text) => ({ tone: "warn", text }) as const);
  if (secret !== undefined) return { page: { ...secretPage(client, secret), banners } };
  const to = applicationPath(client.clientId);
  if (warnings.length === 0) return { to, news };
  const on = { label: "Go on to the application", url: to, kind: "primary" } as const;
  const title = news === "created" ? "Created, with a warning" : "Saved, with a warning";
  return { page: { head: { title, crumbs: applicationCrumbs(client), actions: [on] }, banners } };
}
