// The commands `tti admin …`: the one that takes a password, and those of the table.
import { createAdministrator, shownAdministrator } from "../../admin/operations/administrators.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, requireOption } from "../command.ts";
import { commandsOf, tell } from "../operation_command.ts";

const create = defineCommand({
  name: "admin create",
  summary: "make somebody an administrator of the installation",
  help: `Usage: tti admin create --email ADDRESS --role ROLE [OPTIONS]

Makes somebody an administrator: the user who signs in with the address, or a new account.
An auditor reads. An operator changes tenants, people, applications and keys as well. An
owner may do all of it: also administrators, credentials, key emergencies and retention.

A new account needs no tenant. An account that exists gets a new password as well, and is
signed out everywhere: whoever knew the one before comes by nothing. Without
--password-stdin the password is generated and shown once.

  --email ADDRESS     what they sign in with
  --role ROLE         auditor, operator or owner
  --name NAME         the name, of a new account
  --password-stdin    read the password from standard input
  --json              print one JSON document

Example:
  $ tti admin create --email ops@isv.example --role owner`,
  options: {
    email: { type: "string" },
    role: { type: "string" },
    name: { type: "string" },
    "password-stdin": { type: "boolean" },
  },
  async run({ values, terminal }) {
    const email = requireOption(values.email, "email", "ops@isv.example");
    const role = requireOption(values.role, "role", "owner");
    const password = values["password-stdin"] ? await terminal.readSecret("password") : undefined;
    return withAdministration(async (context) => {
      const created = await createAdministrator(context, {
        email,
        role,
        ...(values.name === undefined ? {} : { name: values.name }),
        ...(password === undefined ? {} : { password }),
      });
      tell(terminal, created, shownAdministrator(created));
      return 0;
    });
  },
});

export const adminCommands: readonly Command[] = [create, ...commandsOf("admin")];
