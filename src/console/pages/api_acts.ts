// Owns what is done to one of the ISV's own APIs: changing it, deleting it, giving it to an application and taking it away.

import { many } from "../../admin/operations/ended_text.ts";
import { allowResource, disallowResource } from "../../admin/operations/resource_rights.ts";
import { deleteResource, showResource, updateResource } from "../../admin/operations/resources.ts";
import type { Field } from "../../views/parts.ts";
import { isTicked, textOf } from "../form_values.ts";
import { type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { contextOfForm, readRevised, revisedForm } from "../revised_form.ts";
import { apiActPath, apiCrumbs, apiFields, apiPath, rightWords, type ShownApi, typedApi } from "./apis.ts";
import { askedFirst, assertTyped, confirmPlace, typedField } from "./confirm_place.ts";

const path = "/console/apis/:resource";
const apiOf = (visit: Visit) => showResource(visit.context, { identifier: param(visit, "resource") });
const opaqueEnd = "Opaque tokens made by such a right end at once; a signed one lives out its time.";

/** Changing an API. A scope that goes is asked about. */
export const editApiPlace: Place = {
  path: `${path}/edit`,
  section: "apis",
  operation: updateResource,
  async show(visit, refused) {
    const { shown, revision } = await readRevised(visit, (context) =>
      showResource(context, { identifier: param(visit, "resource") }),
    );
    const { resource } = shown;
    const { fields, errors, hidden } = revisedForm(apiFields(resource), revision, refused);
    const form = {
      ...{ action: apiActPath(resource.identifier, "edit"), fields, hidden },
      ...{ submitLabel: "Save", cancelUrl: apiPath(resource.identifier) },
    };
    return {
      head: { title: "Edit", crumbs: apiCrumbs(resource) },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const context = contextOfForm(visit, form);
    const { resource, clients } = await apiOf(visit);
    const { identifier } = resource;
    const typed = typedApi(form);
    const gone = Object.keys(resource.scopes).filter((scope) => !Object.hasOwn(typed.scopes, scope));
    const losing = clients.filter((right) => gone.some((scope) => hasScope(right, scope)));
    if (losing.length > 0) {
      const question = {
        title: "Save",
        crumbs: apiCrumbs(resource),
        what: `${resource.name} no longer has ${gone.join(", ")}.`,
        consequences: [
          `${many(losing.length, "application loses", "applications lose")} what it may ask of it: ${losing.map(({ clientId }) => clientId).join(", ")}.`,
          opaqueEnd,
        ],
        undo: "It can be changed back. What ended does not come back.",
        submitLabel: "Save, and end them",
        cancelUrl: apiPath(identifier),
      };
      const asked = askedFirst(question, apiActPath(identifier, "edit"), form);
      if (asked !== undefined) return asked;
    }
    await updateResource(context, { identifier, ...typed });
    return { to: apiPath(identifier), news: "saved" };
  },
};

type Right = ShownApi["clients"][number];
const hasScope = ({ scopes, ownScopes }: Right, scope: string): boolean =>
  scopes.includes(scope) || ownScopes.includes(scope);

/** Deleting an API. Who loses it is counted by a trial that is taken back. */
export const deleteApiPlace: Place = confirmPlace({
  ...{ path: `${path}/delete`, section: "apis", operation: deleteResource },
  async ask(visit) {
    const asked = { identifier: param(visit, "resource"), dryRun: true };
    const { resource, rights } = await deleteResource(visit.context, asked);
    return {
      title: "Delete",
      crumbs: apiCrumbs(resource),
      what: `${resource.name} is deleted: nobody gets a token for it any more.`,
      consequences: [`${many(rights, "application loses", "applications lose")} it.`, opaqueEnd],
      undo: "This cannot be undone.",
      submitLabel: "Delete for good",
      cancelUrl: apiPath(resource.identifier),
      typed: typedField(resource.identifier, "the identifier"),
    };
  },
  async act(visit, form) {
    const identifier = param(visit, "resource");
    assertTyped(form, identifier);
    await deleteResource(visit.context, { identifier });
    return { to: "/console/apis", news: "deleted" };
  },
});

/** Giving an application what it may ask of an API, in place of what it had. What is taken by it is asked about. */
export const allowApiPlace: Place = {
  path: `${path}/applications/allow`,
  section: "apis",
  operation: allowResource,
  limits: { mostBytes: 64 * 1024, mostFields: 300 },
  async show(visit, refused) {
    const { resource, clients } = await apiOf(visit);
    const named = visit.query.get("application");
    const had = clients.find(({ clientId }) => clientId === named);
    const { fields, errors } = shownForm(rightFields(resource, named, had), refused, firstBoxes(resource));
    const scopes = Object.keys(resource.scopes);
    const groups = [
      { legend: "For people who sign in to it", fields: boxesOf(fields, "scopes", scopes) },
      { legend: "For itself", fields: boxesOf(fields, "ownScopes", scopes) },
      { legend: "As the API's own server", fields: fields.slice(-1) },
    ];
    const form = {
      ...{
        action: apiActPath(resource.identifier, "applications/allow"),
        fields: fields.slice(0, 1),
        groups,
      },
      ...{ submitLabel: "Allow", cancelUrl: apiPath(resource.identifier) },
    };
    const lead = "What is not ticked is not given; what the application had before is replaced.";
    return {
      head: { title: "Allow an application", crumbs: apiCrumbs(resource), lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const { resource, clients } = await apiOf(visit);
    const { identifier } = resource;
    const clientId = textOf(form, "clientId") ?? "";
    const ticked = (member: string) =>
      Object.keys(resource.scopes).filter((scope) => isTicked(form, `${member}.${scope}`));
    const right = {
      clientId,
      scopes: ticked("scopes"),
      ownScopes: ticked("ownScopes"),
      introspects: isTicked(form, "introspects"),
    };
    const had = clients.find((one) => one.clientId === clientId);
    if (had !== undefined && isLess(had, right)) {
      const question = {
        title: "Allow less",
        crumbs: apiCrumbs(resource),
        what: `${clientId} may ask for less of ${resource.name}: ${rightWords(right) || "nothing"}.`,
        consequences: [`Before: ${rightWords(had)}.`, opaqueEnd],
        undo: "It can be given back. What ended does not come back.",
        submitLabel: "Allow less",
        cancelUrl: apiPath(identifier),
      };
      const asked = askedFirst(question, apiActPath(identifier, "applications/allow"), form);
      if (asked !== undefined) return asked;
    }
    await allowResource(visit.context, { identifier, ...right });
    return { to: apiPath(identifier), news: "saved" };
  },
};

const isLess = (had: Right, has: Right): boolean =>
  had.scopes.some((scope) => !has.scopes.includes(scope)) ||
  had.ownScopes.some((scope) => !has.ownScopes.includes(scope)) ||
  (had.introspects && !has.introspects);

type Api = ShownApi["resource"];

function rightFields({ scopes }: Api, clientId: string | undefined, had: Right | undefined): Field[] {
  const boxes = (member: "scopes" | "ownScopes"): Field[] =>
    Object.entries(scopes).map(([scope, meaning]) => ({
      ...{ id: `${member}.${scope}`, label: scope, hint: meaning, type: "checkbox" },
      checked: had?.[member].includes(scope) === true,
    }));
  return [
    { id: "clientId", label: "Client id", required: true, autocomplete: "off", value: clientId },
    ...boxes("scopes"),
    ...boxes("ownScopes"),
    {
      ...{ id: "introspects", label: "It may ask about the API's tokens", type: "checkbox" },
      checked: had?.introspects === true,
    },
  ];
}

const boxesOf = (fields: readonly Field[], member: string, scopes: readonly string[]): Field[] =>
  fields.filter(({ id }) => scopes.some((scope) => id === `${member}.${scope}`));

const firstBoxes = ({ scopes }: Api): Record<string, string> => {
  const [first] = Object.keys(scopes);
  return { scopes: `scopes.${first}`, ownScopes: `ownScopes.${first}` };
};

/** Taking an API from an application. */
export const disallowApiPlace: Place = confirmPlace({
  ...{ path: `${path}/applications/:client/disallow`, section: "apis", operation: disallowResource },
  async ask(visit) {
    const { resource, clients } = await apiOf(visit);
    const clientId = param(visit, "client");
    const had = clients.find((one) => one.clientId === clientId);
    return {
      title: "Take the API away",
      crumbs: apiCrumbs(resource),
      what: `${clientId} gets no token for ${resource.name} any more.`,
      consequences: [
        had === undefined ? "It may ask for nothing of it now." : `It had: ${rightWords(had)}.`,
        opaqueEnd,
      ],
      undo: "It can be given back. What ended does not come back.",
      submitLabel: "Take away",
      cancelUrl: apiPath(resource.identifier),
    };
  },
  async act(visit) {
    const identifier = param(visit, "resource");
    await disallowResource(visit.context, { identifier, clientId: param(visit, "client") });
    return { to: apiPath(identifier), news: "removed" };
  },
});
