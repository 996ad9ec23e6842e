// The commands `tti tenant …`.
import { createTenant, listTenants, showTenant } from "../../admin/operations/tenants.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, parsePage } from "../command.ts";
import { formatFields, formatTable } from "../terminal.ts";

const create = defineCommand({
  name: "tenant create",
  summary: "add a customer",
  help: `Usage: tti tenant create ID [--name NAME]

Adds a tenant: one customer of yours. The ID is what the customer types at AWS as
External Id, so it is chosen once and never reused: letters, digits, _ and -, at most
256, the first a letter or digit.

  --name NAME   what people read (default: the ID)
  --json        print one JSON document

Example:
  $ tti tenant create acme --name "Acme Corporation"`,
  options: { name: { type: "string" } },
  arguments: ["ID"],
  run: ({ values, arguments: [id], terminal }) =>
    withAdministration(async (context) => {
      const tenant = await createTenant(context, {
        id,
        ...(values.name === undefined ? {} : { name: values.name }),
      });
      terminal.result(tenant, `Created tenant ${tenant.id} (${tenant.name}).`);
      terminal.say(`Next: tti user create --tenant ${tenant.id} --email someone@example.com`);
      return 0;
    }),
});

const list = defineCommand({
  name: "tenant list",
  summary: "list the customers",
  help: `Usage: tti tenant list [--limit N] [--after ID]

Lists the tenants in the order of their ids.

  --limit N    at most N (default 100)
  --after ID   only those after this id
  --json       print one JSON document

Example:
  $ tti tenant list`,
  options: { limit: { type: "string" }, after: { type: "string" } },
  run: ({ values, terminal }) =>
    withAdministration(async (context) => {
      const tenants = await listTenants(context, parsePage(values));
      if (tenants.length === 0) terminal.say("There are no tenants. Add one: tti tenant create acme");
      terminal.result(
        { tenants },
        tenants.length === 0
          ? ""
          : formatTable(
              tenants.map((tenant) => ({
                ID: tenant.id,
                NAME: tenant.name,
                STATE: tenant.disabledAtMs === null ? "enabled" : "disabled",
              })),
            ),
      );
      return 0;
    }),
});

const show = defineCommand({
  name: "tenant show",
  summary: "show one customer",
  help: `Usage: tti tenant show ID

Example:
  $ tti tenant show acme`,
  options: {},
  arguments: ["ID"],
  run: ({ arguments: [id], terminal }) =>
    withAdministration(async (context) => {
      const tenant = await showTenant(context, { id });
      terminal.result(
        tenant,
        formatFields([
          ["id", tenant.id],
          ["name", tenant.name],
          ["state", tenant.disabledAtMs === null ? "enabled" : "disabled"],
          ["created", new Date(tenant.createdAtMs).toISOString()],
        ]),
      );
      return 0;
    }),
});

export const tenantCommands: readonly Command[] = [create, list, show];
