// The commands `tti user …` that take a password, and those of the table. A password never stands on the command line, where every process could read
// it: it comes through standard input, or it is generated and shown once.

import { setUserPassword } from "../../admin/operations/user_access.ts";
import { shownUser } from "../../admin/operations/user_view.ts";
import { createUser } from "../../admin/operations/users.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, requireOption } from "../command.ts";
import { commandsOf, tell } from "../operation_command.ts";
import { userFileCommands } from "./user_file.ts";

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
        memberships: (values.tenant ?? []).map((tenantId) => ({
          tenantId,
          ...(values.role === undefined ? {} : { role: values.role }),
        })),
        ...(values.name === undefined ? {} : { name: values.name }),
        ...(password === undefined ? {} : { password }),
      });
      tell(terminal, user, shownUser(user, user));
      return 0;
    });
  },
});

const password = defineCommand({
  name: "user password",
  summary: "set a user's password",
  help: `Usage: tti user password USER [--password-stdin]

Sets a new password: one that is generated and shown once, or the one on standard input.
Whoever is signed in as the user is signed out: browser sessions, codes, access and refresh
tokens end at once, on every instance.

Example:
  $ tti user password ada@acme.example`,
  options: { "password-stdin": { type: "boolean" } },
  arguments: ["USER"],
  async run({ values, arguments: [user], terminal }) {
    const given = values["password-stdin"] ? await terminal.readSecret("password") : undefined;
    return withAdministration(async (context) => {
      const changed = await setUserPassword(context, {
        user,
        ...(given === undefined ? {} : { password: given }),
      });
      tell(terminal, changed, shownUser(changed.user, changed));
      return 0;
    });
  },
});

export const userCommands: readonly Command[] = [
  create,
  password,
  ...userFileCommands,
  ...commandsOf("user"),
];
