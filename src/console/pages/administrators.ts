// Owns the administrators in the console: who administers, and as what; making one, another role, taking it away.

import { administratorRoles } from "../../admin/administrators/roles.ts";
import {
  createAdministrator,
  listAdministrators,
  removeAdministrator,
  updateAdministrator,
  wasThereBefore,
} from "../../admin/operations/administrators.ts";
import { showUser } from "../../admin/operations/users.ts";
import { nameOfId } from "../../input/account_name.ts";
import type { Action, Field } from "../../views/parts.ts";
import { given } from "../form_values.ts";
import { may, type Place, param, pathOf, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { momentText } from "../words.ts";
import { confirmPlace } from "./confirm_place.ts";
import { listCard, pageOf } from "./list_page.ts";
import { nameOf, personPath } from "./people.ts";

const path = "/console/administrators";
const newPath = `${path}/new`;
const actPath = (user: string, act: string): string =>
  pathOf(`${path}/:user/${act}`, { user: nameOfId(user) });
const crumbs = [{ label: "Administrators", url: path }];

const roleWords = {
  auditor: "Auditor: reads",
  operator: "Operator: reads and changes",
  owner: "Owner: also administrators and emergencies",
} as const;
const roleField = (value: string): Field => ({
  id: "role",
  label: "Role",
  type: "select",
  value,
  options: administratorRoles.map((role) => ({ value: role, label: roleWords[role] })),
});

/** Everybody who administers. */
export const administratorsPlace: Place = {
  path,
  section: "administrators",
  operation: listAdministrators,
  async show(visit) {
    const { query, now, context, accountId } = visit;
    const { administrators, cursor } = await listAdministrators(context, pageOf(query));
    const add = { label: "Add an administrator", url: newPath, kind: "primary" } as const;
    const acts = (id: string, name: string): Action[] =>
      id === accountId
        ? []
        : [
            ...(may(visit, updateAdministrator)
              ? [{ label: "Role", url: actPath(id, "role"), unseen: `of ${name}` }]
              : []),
            ...(may(visit, removeAdministrator)
              ? [{ label: "Remove…", url: actPath(id, "remove"), kind: "danger" as const, unseen: name }]
              : []),
          ];
    return {
      head: {
        title: "Administrators",
        lead: "Who administers this installation. Belonging to an organization gives none of it.",
        actions: may(visit, createAdministrator) ? [add] : [],
      },
      cards: [
        listCard({
          ...{ path, query, label: "Administrators", one: "administrator", cursor },
          table: {
            caption: "Administrators",
            columns: [
              { label: "Name" },
              { label: "Role", kind: "state" },
              { label: "Since", kind: "number" },
              { label: "Act" },
            ],
            rows: administrators.map((one) => [
              {
                text: nameOf(one),
                url: personPath(one.id),
                note: one.id === accountId ? "you" : one.name === null ? undefined : (one.email ?? undefined),
              },
              one.disabledAtMs === null ? { text: one.role } : { text: `${one.role}, disabled`, tone: "bad" },
              { text: momentText(one.createdAtMs, now) },
              { text: "", actions: acts(one.id, nameOf(one)) },
            ]),
          },
          empty: { strong: "No administrators", text: "The first is made with tti admin create." },
        }),
      ],
    };
  },
};

/** Making somebody an administrator. */
export const newAdministratorPlace: Place = {
  path: newPath,
  section: "administrators",
  operation: createAdministrator,
  async show(_visit, refused) {
    const { fields, errors } = shownForm(
      [
        {
          id: "email",
          label: "E-mail address",
          type: "email",
          required: true,
          autocomplete: "off",
          hint: "Of a new account, or of one that exists: that gets a new password, and is signed out everywhere.",
        },
        { id: "name", label: "Name", autocomplete: "off", hint: "Of a new account." },
        roleField("operator"),
      ],
      refused,
    );
    const form = { action: newPath, fields, submitLabel: "Add the administrator", cancelUrl: path };
    return { head: { title: "Add an administrator", crumbs }, errors, cards: [{ parts: [{ form }] }] };
  },
  async act({ context }, form) {
    const email = form.get("email")?.trim() ?? "";
    const created = await createAdministrator(context, {
      email,
      role: form.get("role") ?? "",
      ...given(form, "name"),
    });
    const { generatedPassword, ended } = created;
    if (generatedPassword === undefined) return { to: path, news: "created" };
    return {
      page: {
        head: { title: "The password", crumbs },
        secret: {
          label: `Password of ${email}`,
          text: generatedPassword,
          warning: `${ended === undefined ? "" : `${wasThereBefore} `}Only its hash is kept. Hand it over on a way that nobody else reads.`,
          onUrl: path,
          onLabel: "Go on to the administrators",
        },
      },
    };
  },
};

/** Giving an administrator another role. */
export const administratorRolePlace: Place = {
  path: `${path}/:user/role`,
  section: "administrators",
  operation: updateAdministrator,
  async show(visit, refused) {
    const user = await showUser(visit.context, { user: param(visit, "user") });
    const { fields, errors } = shownForm([roleField(await roleOf(visit, user.id))], refused);
    const form = { action: actPath(user.id, "role"), fields, submitLabel: "Save", cancelUrl: path };
    const lead = "What they may do is by the new role at once.";
    return {
      head: { title: `Role of ${nameOf(user)}`, crumbs, lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const { unchanged } = await updateAdministrator(visit.context, {
      user: param(visit, "user"),
      role: form.get("role") ?? "",
    });
    return { to: path, news: unchanged ? "unchanged" : "saved" };
  },
};

// A trial of taking it away says which they have.
async function roleOf(visit: Visit, user: string): Promise<string> {
  const found = await removeAdministrator(visit.context, { user, dryRun: true }).catch(() => undefined);
  return found?.role ?? "auditor";
}

/** Taking administration from somebody. */
export const removeAdministratorPlace: Place = confirmPlace({
  ...{ path: `${path}/:user/remove`, section: "administrators", operation: removeAdministrator },
  async ask(visit) {
    const user = await showUser(visit.context, { user: param(visit, "user") });
    return {
      title: "Remove the administrator",
      crumbs,
      what: `${nameOf(user)} administers nothing from now on.`,
      consequences: [
        "What they are in the middle of ends, on every instance.",
        "The account stays, and what it belongs to.",
      ],
      undo: "They can be made an administrator again.",
      submitLabel: "Remove",
      cancelUrl: path,
    };
  },
  async act(visit) {
    await removeAdministrator(visit.context, { user: param(visit, "user") });
    return { to: path, news: "removed" };
  },
});
