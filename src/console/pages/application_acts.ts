// Owns what is done to one application: another secret, and ending its access.
import { deleteClient, disableClient, enableClient } from "../../admin/operations/client_access.ts";
import { endOldSecret, rotateClientSecret } from "../../admin/operations/client_secrets.ts";
import { showClient } from "../../admin/operations/clients.ts";
import { many } from "../../admin/operations/ended_text.ts";
import { type Place, param, type Visit } from "../place.ts";
import { applicationCrumbs, applicationName, applicationPath, secretPage } from "./applications.ts";
import { assertTyped, confirmPlace, typedField } from "./confirm_place.ts";

const path = "/console/applications/:client";
const clientOf = (visit: Visit) => showClient(visit.context, { clientId: param(visit, "client") });

const overlaps = [
  { value: "0", label: "Not at all: it may have leaked" },
  { value: "3600", label: "One hour" },
  { value: "86400", label: "One day" },
  { value: "604800", label: "One week" },
  { value: "2592000", label: "Thirty days" },
];

/** Giving an application another secret, with a time in which both count or without. */
export const rotateSecretPlace: Place = confirmPlace({
  ...{ path: `${path}/rotate-secret`, section: "applications", operation: rotateClientSecret },
  async ask(visit) {
    const client = await clientOf(visit);
    return {
      title: "New secret",
      crumbs: applicationCrumbs(client),
      what: `${applicationName(client)} gets a new secret, which is shown once.`,
      consequences: [
        "If the old one counts no longer, access tokens that the application got for itself end at once.",
        "A secret before the present one ends in any case. What people let the application do stays.",
      ],
      undo: "This cannot be undone.",
      submitLabel: "Make a new secret",
      cancelUrl: applicationPath(client.clientId),
      typed: {
        ...{ id: "overlapSeconds", label: "How long the old secret still counts", type: "select" },
        ...{ value: "86400", options: overlaps },
      },
    };
  },
  async act(visit, form) {
    const { client, clientSecret } = await rotateClientSecret(visit.context, {
      clientId: param(visit, "client"),
      overlapSeconds: Number(form.get("overlapSeconds") ?? 0),
    });
    return { page: secretPage(client, clientSecret) };
  },
});

/** Ending the secret before ahead of its time. */
export const endOldSecretPlace: Place = confirmPlace({
  ...{ path: `${path}/end-old-secret`, section: "applications", operation: endOldSecret },
  async ask(visit) {
    const client = await clientOf(visit);
    return {
      title: "End the old secret",
      crumbs: applicationCrumbs(client),
      what: `The secret before the present one of ${applicationName(client)} counts no more, on every instance.`,
      consequences: [
        "What still uses it is refused from now on.",
        "Access tokens the application got for itself end: with which secret they were got nobody knows.",
      ],
      undo: "This cannot be undone.",
      submitLabel: "End it now",
      cancelUrl: applicationPath(client.clientId),
      // After another rotation the secret before is another one.
      state: String(client.formerSecretUntilMs),
    };
  },
  async act(visit) {
    const { client, unchanged } = await endOldSecret(visit.context, { clientId: param(visit, "client") });
    return { to: applicationPath(client.clientId), news: unchanged ? "unchanged" : "ended" };
  },
});

/** Disabling an application. */
export const disableApplicationPlace: Place = confirmPlace({
  ...{ path: `${path}/disable`, section: "applications", operation: disableClient },
  async ask(visit) {
    const client = await clientOf(visit);
    return {
      title: "Disable",
      crumbs: applicationCrumbs(client),
      what: `${applicationName(client)} proves itself nowhere any more: no sign-in, no token, no call of the API.`,
      consequences: [
        "Grants, codes and tokens of its people, its own access tokens and the logins it vouched for end at once, on every instance.",
      ],
      undo: "It can be undone: its registration stays. What ended does not come back.",
      submitLabel: "Disable",
      cancelUrl: applicationPath(client.clientId),
    };
  },
  async act(visit) {
    const { client, unchanged } = await disableClient(visit.context, { clientId: param(visit, "client") });
    return { to: applicationPath(client.clientId), news: unchanged ? "unchanged" : "disabled" };
  },
});

/** Enabling an application again. */
export const enableApplicationPlace: Place = confirmPlace({
  ...{ path: `${path}/enable`, section: "applications", operation: enableClient },
  async ask(visit) {
    const client = await clientOf(visit);
    return {
      title: "Enable",
      crumbs: applicationCrumbs(client),
      what: `${applicationName(client)} may be used again.`,
      consequences: ["What was ended does not come back: people sign in to it again."],
      undo: "It can be undone.",
      submitLabel: "Enable",
      cancelUrl: applicationPath(client.clientId),
    };
  },
  async act(visit) {
    const { client, unchanged } = await enableClient(visit.context, { clientId: param(visit, "client") });
    return { to: applicationPath(client.clientId), news: unchanged ? "unchanged" : "enabled" };
  },
});

/** Deleting an application. What ends with it is counted by a trial that is taken back. */
export const deleteApplicationPlace: Place = confirmPlace({
  ...{ path: `${path}/delete`, section: "applications", operation: deleteClient },
  async ask(visit) {
    const client = await clientOf(visit);
    const { ended } = await deleteClient(visit.context, { clientId: client.clientId, dryRun: true });
    return {
      title: "Delete",
      crumbs: applicationCrumbs(client),
      what: `${applicationName(client)} is deleted.`,
      passing: [
        `${many(ended.grants, "application grant")}, ${many(ended.tokens, "token")}, ${many(ended.vouchers, "vouched login")} and ${many(ended.consents, "agreement")} end with it, at once and on every instance.`,
      ],
      consequences: ["Its id may be registered again, as a new application that has nothing of this one."],
      undo: "This cannot be undone.",
      submitLabel: "Delete for good",
      cancelUrl: applicationPath(client.clientId),
      typed: typedField(client.clientId, "the client id"),
    };
  },
  async act(visit, form) {
    const clientId = param(visit, "client");
    assertTyped(form, clientId);
    await deleteClient(visit.context, { clientId });
    return { to: "/console/applications", news: "deleted" };
  },
});
