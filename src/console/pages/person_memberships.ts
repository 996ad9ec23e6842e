// Owns where a person belongs: adding them to an organization, their role in it, and taking them out.
import { addUserToTenant, removeMember, updateMember } from "../../admin/operations/members.ts";
import { showUser } from "../../admin/operations/users.ts";
import { textOf } from "../form_values.ts";
import { type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { confirmPlace, noAdminFields, saidOfAdmin } from "./confirm_place.ts";
import { crumbsOf, nameOf, personPath } from "./people.ts";
import { membershipPath, personActPath } from "./person.ts";

const path = "/console/people/:user";
const userOf = (visit: Visit) => showUser(visit.context, { user: param(visit, "user") });

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
      [
        { id: "role", label: `Role in ${tenant}`, type: "select", options: roles, value },
        ...noAdminFields(refused),
      ],
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
      ...saidOfAdmin(form),
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
  async act(visit, form) {
    const { user } = await removeMember(visit.context, {
      user: param(visit, "user"),
      tenantId: param(visit, "tenant"),
      ...saidOfAdmin(form),
    });
    return { to: personPath(user.id), news: "removed" };
  },
});
