// The commands `tti tenant …`.

import { createTenant, listTenants, showTenant, updateTenant } from "../../admin/operations/tenants.ts";
import { OperationError } from "../../errors.ts";
import { parsePresencePolicy, presencePolicyText } from "../../provider/presence/presence_policy.ts";
import type { Tenant } from "../../provider/tenants/tenant_store.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, parsePage } from "../command.ts";
import { formatFields, formatTable } from "../terminal.ts";
import { tenantAccessCommands } from "./tenant_access.ts";

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

const update = defineCommand({
  name: "tenant update",
  summary: "change how a customer's users log in, or when you may act for them",
  help: `Usage: tti tenant update ID [--name NAME] [--login METHOD] [--presence POLICY]
                         [--discoverable on|off]

Changes a tenant. The ID stays what it is: the customer typed it at AWS.

  --name NAME         what people read
  --login METHOD      where its users log in: local (here), handoff (at your own login
                      page), or both
  --presence POLICY   when your back end may mint tokens for its users:
                        session     while the user is logged in here (the default)
                        "within 12" for 12 hours after the user's last login
                        offline     with the user's consent, until it is taken back
                        never       not at all
  --discoverable on   the login page shows the name to strangers whose request names the
                      tenant; off (the default): to nobody before a login
  --json              print one JSON document

Example:
  $ tti tenant update acme --login handoff --presence "within 12"`,
  options: {
    name: { type: "string" },
    login: { type: "string" },
    presence: { type: "string" },
    discoverable: { type: "string" },
  },
  arguments: ["ID"],
  run: ({ values, arguments: [id], terminal }) =>
    withAdministration(async (context) => {
      const tenant = await updateTenant(context, {
        id,
        ...(values.name === undefined ? {} : { name: values.name }),
        ...(values.login === undefined ? {} : { loginMethod: parseLogin(values.login) }),
        ...(values.presence === undefined ? {} : { presence: parsePresence(values.presence) }),
        ...(values.discoverable === undefined ? {} : { discoverable: parseOnOff(values.discoverable) }),
      });
      terminal.result(tenant, describeTenant(tenant));
      return 0;
    }),
});

function parseLogin(value: string): string {
  const methods = Object.keys(loginWords);
  if (methods.includes(value)) return value;
  throw new OperationError("invalid_input", `--login is one of ${methods.join(", ")}.`, {
    field: "--login",
    fix: "Write it like --login handoff",
  });
}

// The operation checks it, too; only here it has the name that was typed.
function parsePresence(value: string): string {
  return presencePolicyText(parsePresencePolicy(value, "--presence"));
}

function parseOnOff(value: string): boolean {
  if (value === "on" || value === "off") return value === "on";
  throw new OperationError("invalid_input", "--discoverable is on or off.", { field: "--discoverable" });
}

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
  run({ values, terminal }) {
    const page = parsePage(values);
    return withAdministration(async (context) => {
      const tenants = await listTenants(context, page);
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
    });
  },
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
      terminal.result(tenant, describeTenant(tenant));
      return 0;
    }),
});

function describeTenant(tenant: Tenant): string {
  return formatFields([
    ["id", tenant.id],
    ["name", tenant.name],
    ["state", tenant.disabledAtMs === null ? "enabled" : "disabled"],
    ["users log in", loginWords[tenant.loginMethod]],
    ["presence", presencePolicyText(tenant.presencePolicy)],
    ["name on the login page", tenant.discoverable ? "shown to strangers" : "not shown before a login"],
    ["created", new Date(tenant.createdAtMs).toISOString()],
  ]);
}

const loginWords = {
  local: "here",
  handoff: "at your login page",
  both: "here or at your login page",
} as const;

export const tenantCommands: readonly Command[] = [create, update, list, show, ...tenantAccessCommands];
