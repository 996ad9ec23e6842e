// Owns what is done to one person: each act asks first, and says what else it ends.

import { many } from "../../admin/operations/ended_text.ts";
import { disableUser, enableUser, setUserPassword, signUserOut } from "../../admin/operations/user_access.ts";
import { deleteUser } from "../../admin/operations/user_deletion.ts";
import { resetUserFactors } from "../../admin/operations/user_factors.ts";
import { updateUser } from "../../admin/operations/user_update.ts";
import { showUser } from "../../admin/operations/users.ts";
import { nameOfId } from "../../input/account_name.ts";
import { type Place, param, type Visit } from "../place.ts";
import { contextOfForm, readRevised, revisedForm } from "../revised_form.ts";
import { assertTyped, confirmPlace, saidOfAdmin, typedField } from "./confirm_place.ts";
import { crumbsOf, nameOf, personPath } from "./people.ts";
import { personActPath } from "./person.ts";

const path = "/console/people/:user";
const userOf = (visit: Visit) => showUser(visit.context, { user: param(visit, "user") });

const allEnds =
  "Their browser sessions, and every code and token of theirs, end at once and on every instance.";
const livesOn =
  "An ID token that left already lives a few minutes more; AWS keeps what it was exchanged for up to an hour.";

/** Signing a person out everywhere. */
export const signPersonOutPlace: Place = confirmPlace({
  ...{ path: `${path}/sign-out`, section: "people", operation: signUserOut },
  async ask(visit) {
    const user = await userOf(visit);
    return {
      title: "Sign out everywhere",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} is signed out everywhere.`,
      consequences: [allEnds, livesOn],
      undo: "They may sign in again.",
      submitLabel: "Sign out",
      cancelUrl: personPath(user.id),
    };
  },
  async act({ context, params }) {
    const { user } = await signUserOut(context, { user: params["user"] });
    return { to: personPath(user.id), news: "signed_out" };
  },
});

/** Taking a person's second factors away. */
export const resetFactorsPlace: Place = confirmPlace({
  ...{ path: `${path}/reset-factors`, section: "people", operation: resetUserFactors },
  async ask(visit) {
    const user = await userOf(visit);
    return {
      title: "Reset second factors",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} has no authenticator app, no passkeys and no recovery codes any more, and is signed out everywhere.`,
      consequences: [
        "Make sure that it is they who ask: whoever knows their password signs in with it alone until a factor is set up again.",
        "They are told by mail.",
        allEnds,
      ],
      undo: "It cannot be undone. They set a factor up again at their next sign-in, where one is required.",
      submitLabel: "Reset",
      cancelUrl: personPath(user.id),
    };
  },
  async act({ context, params }) {
    const { user, unchanged } = await resetUserFactors(context, { user: params["user"] });
    return { to: personPath(user.id), news: unchanged ? "unchanged" : "factors_reset" };
  },
});

/** Disabling a person. */
export const disablePersonPlace: Place = confirmPlace({
  ...{ path: `${path}/disable`, section: "people", operation: disableUser },
  async ask(visit) {
    const user = await userOf(visit);
    return {
      title: "Disable",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} can neither sign in nor be named in a token.`,
      consequences: [allEnds, livesOn],
      undo: "It can be undone: nothing is deleted. What ended does not come back.",
      submitLabel: "Disable",
      cancelUrl: personPath(user.id),
    };
  },
  async act({ context, params }, form) {
    const { user, unchanged } = await disableUser(context, { user: params["user"], ...saidOfAdmin(form) });
    return { to: personPath(user.id), news: unchanged ? "unchanged" : "disabled" };
  },
});

/** Enabling a person again. */
export const enablePersonPlace: Place = confirmPlace({
  ...{ path: `${path}/enable`, section: "people", operation: enableUser },
  async ask(visit) {
    const user = await userOf(visit);
    return {
      title: "Enable",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} may sign in again.`,
      consequences: ["What was ended when the person was disabled does not come back."],
      undo: "It can be undone.",
      submitLabel: "Enable",
      cancelUrl: personPath(user.id),
    };
  },
  async act({ context, params }) {
    const { user, unchanged } = await enableUser(context, { user: params["user"] });
    return { to: personPath(user.id), news: unchanged ? "unchanged" : "enabled" };
  },
});

/** Erasing a person. What goes with them is counted by a trial that is taken back. */
export const deletePersonPlace: Place = confirmPlace({
  ...{ path: `${path}/delete`, section: "people", operation: deleteUser },
  async ask(visit) {
    const user = await userOf(visit);
    const trial = { user: nameOfId(user.id), allowNoAdmin: true, dryRun: true };
    const { deleted, withoutAdmin = [] } = await deleteUser(visit.context, trial);
    return {
      title: "Delete",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} is erased.`,
      passing: [
        `${many(deleted.sessions, "browser session")}, ${many(deleted.grants, "application grant")} and ${many(deleted.tokens, "token")} end.`,
        `The audit trail keeps the id ${user.id}; address and name are taken out of ${many(deleted.events, "event")}.`,
      ],
      consequences: [
        `${many(deleted.memberships, "membership")} and ${many(deleted.consents, "agreement")} are deleted.`,
        ...withoutAdmin.map((tenant) => `${tenant} has no administrator afterwards.`),
        livesOn,
      ],
      undo: "This cannot be undone.",
      submitLabel: "Delete for good",
      cancelUrl: personPath(user.id),
      typed: typedField(
        user.email ?? user.id,
        user.email === null ? "the person's id" : "the person's address",
      ),
    };
  },
  async act(visit, form) {
    const user = await userOf(visit);
    assertTyped(form, user.email ?? user.id);
    await deleteUser(visit.context, { user: nameOfId(user.id), ...saidOfAdmin(form) });
    return { to: "/console/people", news: "deleted" };
  },
});

/** Changing a person's name. */
export const editPersonPlace: Place = {
  path: `${path}/edit`,
  section: "people",
  operation: updateUser,
  async show(visit, refused) {
    const { shown: user, revision } = await readRevised(visit, (context) =>
      showUser(context, { user: param(visit, "user") }),
    );
    const { fields, errors, hidden } = revisedForm(
      [
        {
          id: "name",
          label: "Name",
          value: user.name ?? "",
          required: true,
          hint: "What your organizations named for themselves stays.",
        },
      ],
      revision,
      refused,
    );
    const form = {
      action: personActPath("edit", user.id),
      fields,
      hidden,
      submitLabel: "Save",
      cancelUrl: personPath(user.id),
    };
    return {
      head: { title: "Change the name", crumbs: crumbsOf(user) },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const { id } = await updateUser(contextOfForm(visit, form), {
      user: param(visit, "user"),
      name: form.get("name") ?? "",
    });
    return { to: personPath(id), news: "saved" };
  },
};

/** Setting a person's password. */
export const personPasswordPlace: Place = confirmPlace({
  ...{ path: `${path}/password`, section: "people", operation: setUserPassword },
  async ask(visit) {
    const user = await userOf(visit);
    return {
      title: "Set a password",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} gets a new password, which is made here and shown once.`,
      consequences: ["The old one opens nothing any more.", allEnds],
      undo: "This cannot be undone.",
      submitLabel: "Set a new password",
      cancelUrl: personPath(user.id),
    };
  },
  async act(visit) {
    const { user, generatedPassword = "" } = await setUserPassword(visit.context, {
      user: param(visit, "user"),
    });
    return {
      page: {
        head: { title: "The new password", crumbs: crumbsOf(user) },
        secret: {
          label: "Password",
          text: generatedPassword,
          warning: "Only its hash is kept. Hand it over on a way that nobody else reads.",
          onUrl: personPath(user.id),
          onLabel: "Go on to the person",
        },
      },
    };
  },
});
