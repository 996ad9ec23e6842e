// Owns the portal's pages of people: who belongs to the organization and as what, and adding one whose address lies in a
// domain the organization has proven. What happens to one member is in member_routes.ts.

import { inviteUser } from "../admin/operations/invitation.ts";
import { addUserToTenant } from "../admin/operations/members.ts";
import type { User } from "../admin/operations/user_view.ts";
import { createUser, listUsers } from "../admin/operations/users.ts";
import type { Database } from "../db/connect.ts";
import { type ErrorCode, OperationError } from "../errors.ts";
import { nameOfId } from "../input/account_name.ts";
import { parseEmailAddress } from "../input/email_address.ts";
import { type Account, findAccountByLogin } from "../provider/accounts/account_store.ts";
import { findWithoutPassword } from "../provider/accounts/password_hash_store.ts";
import { readRefusals } from "../provider/subjects/places.ts";
import { domainOfAddress } from "../provider/tenants/domain_name.ts";
import { findDomain } from "../provider/tenants/domain_store.ts";
import type { Cell, Field } from "../views/parts.ts";
import {
  type createPortalEdge,
  noSuchPage,
  type PortalDeps,
  type PostVisit,
  type Visit,
} from "./edge_routes.ts";
import { formFault, roleLabels, roleOptions } from "./words.ts";

type Edge = ReturnType<typeof createPortalEdge>;

const perPage = 50;

/** Adds their addresses. */
export function addPeopleRoutes({ get, post }: Edge, deps: PortalDeps): void {
  get("/people", (visit) => showPeople(visit, deps));
  get("/people/new", async (visit) => showForm(visit, personFields(new Map(), deps)));
  post("/people/new", (visit) => addPerson(visit, deps));
}

async function showPeople(
  { ctx, call, show, base, tenant, accountId }: Visit,
  { db, clock, requireVerifiedDomain, sendsMail }: PortalDeps,
): Promise<void> {
  const cursor = typeof ctx.query["after"] === "string" ? ctx.query["after"] : undefined;
  const { users, cursor: next } = await call(listUsers, { limit: perPage, cursor });
  const invited = await findWithoutPassword(
    db,
    users.map(({ id }) => id),
  );
  const refusals = await readRefusals(
    { db, clock, requireVerifiedDomain },
    users.map(({ id }) => ({ accountId: id, tenantId: tenant.id })),
  );
  const shut = new Map(refusals.map((one) => [one.accountId, one.code]));
  const at = { base, tenantId: tenant.id, accountId, invited, shut, sendsMail };
  const rows = users.map((user) => rowOf(user, at));
  show({
    tab: "people",
    head: {
      title: "People",
      lead: `Who belongs to ${tenant.name}, and who administers it here.`,
      actions: [{ label: "Add a person", url: `${base}/people/new`, kind: "primary" }],
    },
    sections: [
      {
        id: "people",
        title: cursor === undefined ? "Members" : "Members, continued",
        table: {
          caption: "Members of the organization",
          columns: [
            { label: "Person" },
            { label: "Role" },
            { label: "State", kind: "state" },
            { label: "Actions" },
          ],
          rows,
        },
        pager: {
          label: "Pages of people",
          summary: `${users.length} on this page`,
          previousUrl: cursor === undefined ? undefined : `${base}/people`,
          nextUrl: next === undefined ? undefined : `${base}/people?after=${encodeURIComponent(next)}`,
        },
      },
    ],
  });
}

interface ShownAt {
  base: string;
  tenantId: string;
  accountId: string;
  invited: ReadonlySet<string>;
  /** Who cannot sign in to the organization whatever they do, and why. */
  shut: ReadonlyMap<string, ErrorCode>;
  sendsMail: boolean;
}

// Of a person's memberships the organization reads its own.
function rowOf(user: User, at: ShownAt): Cell[] {
  const role = user.memberships.find(({ tenantId }) => tenantId === at.tenantId)?.role ?? "member";
  const name = user.name ?? user.email ?? "Person without a name";
  const path = `${at.base}/people/${encodeURIComponent(user.id)}`;
  const own = user.id === at.accountId;
  return [
    { text: name, note: user.name === null ? undefined : (user.email ?? undefined) },
    { text: roleLabels[role] },
    stateOf(user, at),
    own
      ? { text: "This is you" }
      : {
          text: "",
          actions: [
            ...(at.sendsMail && at.invited.has(user.id) && user.disabledAtMs === null
              ? [{ label: "Invite again", url: `${path}/invite`, unseen: name }]
              : []),
            { label: "Change role", url: `${path}/role`, unseen: `of ${name}` },
            { label: "Remove…", url: `${path}/remove`, kind: "danger", unseen: name },
          ],
        },
  ];
}

function stateOf(user: User, { invited, shut }: ShownAt): Cell {
  if (user.disabledAtMs !== null) return { text: "Switched off", tone: "bad" };
  if (shut.get(user.id) === "email_domain_not_verified")
    return { text: "Cannot sign in: domain not proven", tone: "bad" };
  if (invited.has(user.id)) return { text: "No password yet", tone: "warn" };
  if (user.email !== null && user.emailVerifiedAtMs === null && user.externalAtMs === null)
    return { text: "Address not proven", tone: "warn" };
  return { text: "Active" };
}

function personFields(
  form: ReadonlyMap<string, string>,
  { sendsMail }: Pick<PortalDeps, "sendsMail">,
): Field[] {
  return [
    {
      id: "email",
      label: "E-mail address",
      type: "email",
      required: true,
      maxLength: 254,
      value: form.get("email"),
      hint: "In a domain your organization has proven, as your identity provider has it, capitals included.",
    },
    {
      id: "name",
      label: "Name",
      value: form.get("name"),
      maxLength: 200,
      hint: "Only used for a new account.",
    },
    {
      id: "role",
      label: "Role",
      type: "select",
      value: form.get("role") ?? "member",
      options: roleOptions,
      hint: "Administrators see and change everything in this portal.",
    },
    ...(sendsMail
      ? [
          {
            id: "how",
            label: "How they get in",
            type: "select" as const,
            value: form.get("how") ?? "mail",
            options: [
              { value: "mail", label: "By a mail: they choose a password themselves" },
              { value: "password", label: "With a password, which you hand over" },
            ],
            hint: "Who has an account already keeps it, and is told by mail that they belong to you now.",
          },
        ]
      : []),
  ];
}

function showForm(
  { base, show }: Visit,
  fields: readonly Field[],
  errors?: ReturnType<typeof formFault>["errors"],
): void {
  show({
    head: { title: "Add a person", crumbs: [{ label: "People", url: `${base}/people` }] },
    errors,
    sections: [
      {
        id: "person",
        title: "Who",
        form: { action: `${base}/people/new`, fields, submitLabel: "Add", cancelUrl: `${base}/people` },
      },
    ],
  });
}

async function addPerson(visit: PostVisit, deps: PortalDeps): Promise<void> {
  const { form, call, tenant } = visit;
  const { db } = deps;
  const fields = personFields(form, deps);
  const role = form.get("role") ?? "member";
  try {
    const email = parseEmailAddress(form.get("email")?.trim());
    const proven = (at: Database) => provenSince(at, tenant.id, email);
    await proven(db);
    const known = await findAccountByLogin(db, email);
    if (deps.sendsMail && form.get("how") !== "password" && (known?.disabledAtMs ?? null) === null) {
      // Whether there is such a person already, here or elsewhere, is told to whoever reads the mail, and to nobody else.
      const name = form.get("name")?.trim() || undefined;
      await call(inviteUser, { email, name, role }, async (at) => {
        const since = await proven(at);
        const now = await findAccountByLogin(at, email);
        if (now !== undefined) assertMadeSince(since, now);
      });
      return visit.goOn("/people", "member_invited");
    }
    if (known !== undefined) {
      // The person who signs in with the address, and nobody whose id merely looks like it.
      await call(addUserToTenant, { user: nameOfId(known.id), role }, async (at) => {
        assertMadeSince(await proven(at), known);
        if ((await findAccountByLogin(at, email))?.id !== known.id) throw noSuchPage();
      });
      return visit.goOn("/people", "member_added");
    }
    const name = form.get("name")?.trim() || undefined;
    const { generatedPassword } = await call(createUser, { email, name, role }, async (at) => {
      await proven(at);
    });
    showPassword(visit, email, generatedPassword);
  } catch (error) {
    const fault = formFault(error, "The person was not added", fields, { tenantId: "email", user: "email" });
    showForm(visit, fault.fields, fault.errors);
  }
}

// Shown in the answer itself: it is kept nowhere, not for the next page either.
function showPassword({ show, base }: Visit, email: string, password: string | undefined): void {
  show({
    head: { title: "The person is added", crumbs: [{ label: "People", url: `${base}/people` }] },
    banner: {
      tone: "warn",
      strong: "Shown this once.",
      text: "Give it to the person on a safe way. Who loses it gets another from the people who run the service.",
    },
    sections: [
      {
        id: "password",
        title: `How ${email} signs in`,
        codes: [
          { label: "E-mail address", text: email },
          { label: "Password", text: password ?? "" },
        ],
        actions: [{ label: "I have stored it", url: `${base}/people`, kind: "primary" }],
      },
    ],
  });
}

// Whoever could add any address would read the names of other organizations' people, and speak for addresses not theirs.
async function provenSince(db: Database, tenantId: string, email: string): Promise<number> {
  const domain = await findDomain(db, tenantId, domainOfAddress(email));
  if (domain?.verifiedAtMs != null) return domain.verifiedAtMs;
  throw new OperationError("invalid_input", "email lies in no domain your organization has proven.", {
    field: "email",
    fix: "Prove the domain first, under Domains.",
  });
}

// A domain changes its owner, a password does not: under the owner before it was handed to whoever had the address then,
// and an organization can neither trust nor reset it.
function assertMadeSince(provenAtMs: number, { createdAtMs }: Account): void {
  if (createdAtMs >= provenAtMs) return;
  throw new OperationError(
    "account_before_domain",
    "The account is older than the organization's proof of the domain.",
    { field: "user" },
  );
}
