// The commands `tti user …`. A password never stands on the command line, where every process could read
// it: it comes through standard input, or it is generated and shown once.

import { addUserToTenant, createUser, listUsers, showUser } from "../../admin/operations/users.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, parsePage, requireOption } from "../command.ts";
import { formatTable } from "../terminal.ts";
import { userAccessCommands } from "./user_access.ts";
import { userDelete } from "./user_delete.ts";
import { stateOf, tellUser } from "./user_text.ts";

const create = defineCommand({
  name: "user create",
  summary: "add a user, in one or more tenants",
  help: `Usage: tti user create --email ADDRESS [--tenant ID]… [OPTIONS]

Adds a user who signs in with e-mail address and password. The address must be the
primary e-mail address of the user in the customer's Identity Center, capitals included:
AWS finds the user by it.

Without --password-stdin a password is generated and shown once.

  --email ADDRESS     what the user signs in with
  --tenant ID         a tenant the user belongs to; repeat for several
  --name NAME         the user's name
  --role ROLE         member (default) or admin, in the tenants given
  --password-stdin    read the password from standard input
  --unverified        you do not vouch for the address; no ID token carries it until proven
  --json              print one JSON document

Example:
  $ tti user create --email ada@acme.example --name "Ada Lovelace" --tenant acme`,
  options: {
    email: { type: "string" },
    tenant: { type: "string", multiple: true },
    name: { type: "string" },
    role: { type: "string" },
    "password-stdin": { type: "boolean" },
    unverified: { type: "boolean" },
  },
  async run({ values, terminal }) {
    const email = requireOption(values.email, "email", "ada@acme.example");
    const password = values["password-stdin"] ? await terminal.readSecret("password") : undefined;
    return withAdministration(async (context) => {
      const user = await createUser(context, {
        email,
        emailVerified: values.unverified !== true,
        memberships: (values.tenant ?? []).map((tenantId) => ({ tenantId, ...roleOf(values) })),
        ...(values.name === undefined ? {} : { name: values.name }),
        ...(password === undefined ? {} : { password }),
      });
      tellUser(terminal, user, user.generatedPassword);
      return 0;
    });
  },
});

const add = defineCommand({
  name: "user add",
  summary: "add a user who exists to another tenant",
  help: `Usage: tti user add USER --tenant ID [--role member|admin]

USER is an e-mail address or a user id.

Example:
  $ tti user add ada@acme.example --tenant globex`,
  options: { tenant: { type: "string" }, role: { type: "string" } },
  arguments: ["USER"],
  async run({ values, arguments: [user], terminal }) {
    const tenantId = requireOption(values.tenant, "tenant", "acme");
    return withAdministration(async (context) => {
      tellUser(terminal, await addUserToTenant(context, { user, tenantId, ...roleOf(values) }));
      return 0;
    });
  },
});

const list = defineCommand({
  name: "user list",
  summary: "list the users, of all tenants or of one",
  help: `Usage: tti user list [--tenant ID] [--limit N] [--after USER_ID]

  --tenant ID       only members of this tenant
  --limit N         at most N (default 100)
  --after USER_ID   only those after this id
  --json            print one JSON document

Example:
  $ tti user list --tenant acme`,
  options: { tenant: { type: "string" }, limit: { type: "string" }, after: { type: "string" } },
  run({ values, terminal }) {
    const page = parsePage(values);
    return withAdministration(async (context) => {
      const users = await listUsers(context, {
        ...page,
        ...(values.tenant === undefined ? {} : { tenantId: values.tenant }),
      });
      if (users.length === 0) terminal.say("There are no users here. Add one: tti user create --help");
      const rows = users.map((user) => ({
        EMAIL: user.email ?? "",
        NAME: user.name ?? "",
        TENANTS: user.memberships.map(({ tenantId }) => tenantId).join(", "),
        STATE: stateOf(user),
        ID: user.id,
      }));
      terminal.result({ users }, rows.length === 0 ? "" : formatTable(rows));
      return 0;
    });
  },
});

const show = defineCommand({
  name: "user show",
  summary: "show one user",
  help: `Usage: tti user show USER

USER is an e-mail address or a user id.

Example:
  $ tti user show ada@acme.example`,
  options: {},
  arguments: ["USER"],
  run: ({ arguments: [user], terminal }) =>
    withAdministration(async (context) => {
      tellUser(terminal, await showUser(context, { user }));
      return 0;
    }),
});

function roleOf(values: { role?: string | undefined }): { role?: string } {
  return values.role === undefined ? {} : { role: values.role };
}

export const userCommands: readonly Command[] = [create, add, list, show, ...userAccessCommands, userDelete];
