// Owns what is done to a person's address: another one, and whether somebody vouches for it. Both say what they end.
import { updateUser } from "../../admin/operations/user_update.ts";
import { showUser } from "../../admin/operations/users.ts";
import { type Place, param, type Visit } from "../place.ts";
import { contextOfForm, readRevised, revisedForm } from "../revised_form.ts";
import { confirmPlace } from "./confirm_place.ts";
import { crumbsOf, nameOf, personPath } from "./people.ts";
import { personActPath } from "./person.ts";

const path = "/console/people/:user";
// With the state it is in: what is said of an address is said of the one that was read.
const userOf = (visit: Visit) =>
  readRevised(visit, (context) => showUser(context, { user: param(visit, "user") }));

const ends =
  "Their browser sessions, codes and tokens end at once and on every instance, and so does what they let applications do while they are away.";

/** Giving a person another address. */
export const personAddressPlace: Place = {
  path: `${path}/address`,
  section: "people",
  operation: updateUser,
  async show(visit, refused) {
    const { shown: user, revision } = await userOf(visit);
    const { fields, errors, hidden } = revisedForm(
      [
        {
          id: "email",
          label: "E-mail address",
          type: "email",
          value: user.email ?? "",
          required: true,
          maxLength: 254,
          hint: "As AWS has it, capitals included.",
        },
        {
          id: "emailVerified",
          label: "I vouch that the new address is this person's",
          type: "checkbox",
          hint: "Until somebody does, no token carries it: the person can sign in to the portal and the console, and to no application.",
        },
      ],
      revision,
      refused,
    );
    const form = {
      action: personActPath("address", user.id),
      fields,
      hidden,
      submitLabel: "Change the address",
      cancelUrl: personPath(user.id),
    };
    return {
      head: { title: "Change the address", crumbs: crumbsOf(user) },
      errors,
      cards: [{ parts: [{ text: `${ends} The password stays.` }, { form }] }],
    };
  },
  async act(visit, form) {
    const { id, ended } = await updateUser(contextOfForm(visit, form), {
      user: param(visit, "user"),
      email: form.get("email") ?? "",
      ...(form.get("emailVerified") === undefined ? {} : { emailVerified: true }),
    });
    return { to: personPath(id), news: ended === undefined ? "unchanged" : "address_changed" };
  },
};

/** Vouching for a person's address. */
export const vouchForPersonPlace: Place = confirmPlace({
  ...{ path: `${path}/vouch`, section: "people", operation: updateUser },
  async ask(visit) {
    const { shown: user, revision } = await userOf(visit);
    return {
      title: "Vouch for the address",
      crumbs: crumbsOf(user),
      what: `You vouch that ${user.email ?? "the address"} is the address of ${nameOf(user)}.`,
      consequences: [
        "Tokens carry it from now on, and AWS finds the person by it: whoever it belongs to there, this person is.",
      ],
      undo: "It can be undone.",
      submitLabel: "Vouch for it",
      cancelUrl: personPath(user.id),
      state: revision,
    };
  },
  async act(visit, form) {
    const context = contextOfForm(visit, form);
    const { id } = await updateUser(context, { user: param(visit, "user"), emailVerified: true });
    return { to: personPath(id), news: "saved" };
  },
});

/** Vouching for a person's address no longer. */
export const doubtPersonPlace: Place = confirmPlace({
  ...{ path: `${path}/doubt`, section: "people", operation: updateUser },
  async ask(visit) {
    const { shown: user, revision } = await userOf(visit);
    return {
      title: "Vouch for the address no longer",
      crumbs: crumbsOf(user),
      what: `Nobody vouches for ${user.email ?? "the address"} any more, so no token carries it.`,
      consequences: [ends],
      undo: "You can vouch for it again; what ended does not come back.",
      submitLabel: "Vouch no longer",
      cancelUrl: personPath(user.id),
      state: revision,
    };
  },
  async act(visit, form) {
    const context = contextOfForm(visit, form);
    const { id } = await updateUser(context, { user: param(visit, "user"), emailVerified: false });
    return { to: personPath(id), news: "saved" };
  },
});
