// Owns the list of people, and adding one.

import { inviteUser } from "../../admin/operations/invitation.ts";
import type { User } from "../../admin/operations/user_view.ts";
import { createUser, listUsers } from "../../admin/operations/users.ts";
import { nameOfId } from "../../input/account_name.ts";
import type { Badge, Cell, Field } from "../../views/parts.ts";
import { given, isTicked, textOf } from "../form_values.ts";
import { may, type Place, pathOf } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { momentText } from "../words.ts";
import { asksFor, listCard, orderFor, ordering, pageOf } from "./list_page.ts";

const path = "/console/people";
const newPath = `${path}/new`;

/** The address of a person's page. */
export const personPath = (id: string): string => pathOf(`${path}/:user`, { user: nameOfId(id) });

/** What a person is called. */
export const nameOf = (user: Pick<User, "id" | "name" | "email">): string =>
  user.name ?? user.email ?? user.id;

/** The way back from an act on a person. */
export const crumbsOf = (user: User): { label: string; url: string }[] => [
  { label: "People", url: "/console/people" },
  { label: nameOf(user), url: personPath(user.id) },
];

/** A person's state, where it is not the usual one. */
export function stateOfPerson(
  user: Pick<User, "disabledAtMs" | "emailVerifiedAtMs" | "email">,
): Badge | undefined {
  if (user.disabledAtMs !== null) return { text: "Disabled", tone: "bad" };
  if (user.email !== null && user.emailVerifiedAtMs === null)
    return { text: "Address not proven", tone: "warn" };
  return undefined;
}

const states = [
  { value: "", label: "Any" },
  { value: "enabled", label: "Active" },
  { value: "unproven", label: "Address not proven" },
  { value: "disabled", label: "Disabled" },
];
const filters: Field[] = [
  { id: "q", label: "Name or address begins with", type: "search" },
  { id: "organization", label: "Organization id", type: "search" },
  { id: "state", label: "State", type: "select", options: states },
];

/** Everybody who can sign in. */
export const peoplePlace: Place = {
  path,
  section: "people",
  operation: listUsers,
  async show(visit) {
    const { query, now, context } = visit;
    const orders = { path, query, filters };
    const asked = {
      ...pageOf(query),
      ...orderFor(query, filters),
      ...asksFor(query, { search: "q", tenantId: "organization", state: "state" }),
    };
    const { users, cursor } = await listUsers(context, asked);
    const row = (user: User): Cell[] => {
      const state = stateOfPerson(user);
      return [
        { text: nameOf(user), url: personPath(user.id) },
        { text: user.email ?? "none" },
        { text: user.memberships.map((one) => one.tenantId).join(", ") || "none" },
        state === undefined ? { text: "Active" } : { text: state.text, tone: state.tone },
        { text: momentText(user.createdAtMs, now) },
      ];
    };
    const add = { label: "Add a person", url: newPath, kind: "primary" } as const;
    return {
      head: {
        title: "People",
        lead: "Everyone who can sign in, in all organizations.",
        actions: may(visit, createUser) ? [add] : [],
      },
      cards: [
        listCard({
          ...{ path, query, label: "People", one: "person", several: "people", filters, cursor },
          kept: ["order"],
          table: {
            caption: "People",
            columns: [
              ordering(orders, { label: "Name" }, "name"),
              ordering(orders, { label: "E-mail address" }, "email"),
              { label: "Organizations" },
              { label: "State", kind: "state" },
              ordering(orders, { label: "Created", kind: "number" }, "created"),
            ],
            rows: users.map(row),
          },
          empty: {
            strong: "Nobody yet",
            text: "People come with their first sign-in at your login page, by an import, or one by one.",
          },
        }),
      ],
    };
  },
};

const howField: Field = {
  id: "how",
  label: "How they get in",
  type: "select",
  value: "mail",
  options: [
    { value: "mail", label: "By a mail: they choose a password themselves, and prove the address" },
    { value: "password", label: "With a password, which you hand over" },
  ],
};

/** Adding a person. */
export const newPersonPlace: Place = {
  path: newPath,
  section: "people",
  operation: createUser,
  async show({ query, context }, refused) {
    const { fields, errors } = shownForm(
      [
        ...(context.sendsMail ? [howField] : []),
        {
          id: "email",
          label: "E-mail address",
          type: "email",
          autocomplete: "off",
          required: true,
          hint: "What the person signs in with.",
        },
        { id: "name", label: "Name", autocomplete: "off" },
        {
          id: "organization",
          label: "Organization id",
          value: query.get("organization"),
          hint: "Which one the person belongs to; more can be added later.",
        },
        {
          id: "emailVerified",
          label: "I know that this address is the person's",
          type: "checkbox",
          hint: "No token carries an address that nobody vouched for.",
        },
      ],
      refused,
      { memberships: "organization", tenantId: "organization" },
    );
    return {
      head: { title: "Add a person", crumbs: [{ label: "People", url: path }] },
      errors,
      cards: [
        { parts: [{ form: { action: newPath, fields, submitLabel: "Add the person", cancelUrl: path } }] },
      ],
    };
  },
  async act({ context }, form) {
    const tenantId = textOf(form, "organization");
    if (context.sendsMail && form.get("how") === "mail") {
      const email = form.get("email")?.trim() ?? "";
      const { id } = await inviteUser(context, {
        ...{ email, ...given(form, "name") },
        ...(tenantId === undefined ? {} : { tenantId }),
      });
      return { to: personPath(id), news: "invited" };
    }
    const created = await createUser(context, {
      email: form.get("email")?.trim() ?? "",
      ...given(form, "name"),
      emailVerified: isTicked(form, "emailVerified"),
      ...(tenantId === undefined ? {} : { memberships: [{ tenantId }] }),
    });
    const { generatedPassword } = created;
    if (generatedPassword === undefined) return { to: personPath(created.id), news: "created" };
    return {
      page: {
        head: {
          title: nameOf(created),
          crumbs: [{ label: "People", url: path }],
          lead: "The person was added.",
        },
        banners: (created.warnings ?? []).map((text) => ({ tone: "warn", text }) as const),
        secret: {
          label: "Password",
          text: generatedPassword,
          warning: "Only its hash is kept. If it is lost, set a new one.",
          onUrl: personPath(created.id),
          onLabel: "Go on to the person",
        },
      },
    };
  },
};
