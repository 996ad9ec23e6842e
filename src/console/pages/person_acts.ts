// Owns what is done to one person: each act asks first, and says what else it ends.
import { many } from "../../admin/operations/ended_text.ts";
import { addUserToTenant, removeMember, updateMember } from "../../admin/operations/members.ts";
import { disableUser, enableUser, setUserPassword, signUserOut } from "../../admin/operations/user_access.ts";
import { deleteUser } from "../../admin/operations/user_deletion.ts";
import { updateUser } from "../../admin/operations/user_update.ts";
import { showUser } from "../../admin/operations/users.ts";
import { textOf } from "../form_values.ts";
import { type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { assertTyped, confirmPlace, typedField } from "./confirm_place.ts";
import { crumbsOf, nameOf, personPath } from "./people.ts";
import { membershipPath, personActPath } from "./person.ts";

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
  async act({ context, params }) {
    const { user, unchanged } = await disableUser(context, { user: params["user"] });
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
    const { deleted } = await deleteUser(visit.context, { user: user.id, dryRun: true });
    return {
      title: "Delete",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} is erased.`,
      consequences: [
        `${many(deleted.memberships, "membership")} and ${many(deleted.consents, "agreement")} are deleted.`,
        `${many(deleted.sessions, "browser session")}, ${many(deleted.grants, "application grant")} and ${many(deleted.tokens, "token")} end.`,
        `The audit trail keeps the id ${user.id}; address and name are taken out of ${many(deleted.events, "event")}.`,
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
    await deleteUser(visit.context, { user: user.id });
    return { to: "/console/people", news: "deleted" };
  },
});

/** Changing a person's name. */
export const editPersonPlace: Place = {
  path: `${path}/edit`,
  section: "people",
  operation: updateUser,
  async show(visit, refused) {
    const user = await userOf(visit);
    const { fields, errors } = shownForm(
      [
        {
          id: "name",
          label: "Name",
          value: user.name ?? "",
          required: true,
          hint: "What your organizations named for themselves stays.",
        },
      ],
      refused,
    );
    const form = {
      action: personActPath("edit", user.id),
      fields,
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
    const { id } = await updateUser(visit.context, {
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

const roles = [
  { value: "member", label: "Member" },
  { value: "admin", label: "Administrator of the organization" },
];

/** Adding a person to an organization. */
export const addMembershipPlace: Place = {
  path: `${path}/memberships/add`,
  section: "people",
  operation: addUserToTenant,
  async show(visit, refused) {
    const user = await userOf(visit);
    const { fields, errors } = shownForm(
      [
        { id: "tenantId", label: "Organization id", required: true },
        { id: "role", label: "Role", type: "select", options: roles, value: "member" },
      ],
      refused,
    );
    const form = {
      action: personActPath("memberships/add", user.id),
      fields,
      submitLabel: "Add",
      cancelUrl: personPath(user.id),
    };
    return {
      head: { title: "Add to an organization", crumbs: crumbsOf(user) },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const { id } = await addUserToTenant(visit.context, {
      user: param(visit, "user"),
      tenantId: textOf(form, "tenantId") ?? "",
      role: form.get("role") ?? "member",
    });
    return { to: personPath(id), news: "saved" };
  },
};

/** Giving a member another role. */
export const membershipRolePlace: Place = {
  path: `${path}/memberships/:tenant/role`,
  section: "people",
  operation: updateMember,
  async show(visit, refused) {
    const user = await userOf(visit);
    const tenant = param(visit, "tenant");
    const value = user.memberships.find(({ tenantId }) => tenantId === tenant)?.role ?? "member";
    const { fields, errors } = shownForm(
      [{ id: "role", label: `Role in ${tenant}`, type: "select", options: roles, value }],
      refused,
    );
    const form = {
      action: membershipPath(user.id, tenant, "role"),
      fields,
      submitLabel: "Save",
      cancelUrl: personPath(user.id),
    };
    return {
      head: { title: "Change the role", crumbs: crumbsOf(user) },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const { id, unchanged } = await updateMember(visit.context, {
      user: param(visit, "user"),
      tenantId: param(visit, "tenant"),
      role: form.get("role") ?? "",
    });
    return { to: personPath(id), news: unchanged ? "unchanged" : "saved" };
  },
};

/** Taking a person out of an organization. */
export const removeMembershipPlace: Place = confirmPlace({
  ...{ path: `${path}/memberships/:tenant/remove`, section: "people", operation: removeMember },
  async ask(visit) {
    const user = await userOf(visit);
    const tenant = param(visit, "tenant");
    return {
      title: "Remove from the organization",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} no longer belongs to ${tenant}.`,
      consequences: [
        "What they agreed to there, and their codes and tokens for it, end at once and on every instance.",
        "Other organizations are not touched, and the person stays.",
      ],
      undo: "They can be added again; what ended does not come back.",
      submitLabel: "Remove",
      cancelUrl: personPath(user.id),
    };
  },
  async act(visit) {
    const { user } = await removeMember(visit.context, {
      user: param(visit, "user"),
      tenantId: param(visit, "tenant"),
    });
    return { to: personPath(user.id), news: "removed" };
  },
});
