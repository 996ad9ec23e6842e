// The commands `tti accessor …`: what each customer handed over at AWS.
import type { Accessor } from "../../accessors/accessor_store.ts";
import {
  createAccessor,
  deleteAccessor,
  listAccessors,
  showAccessor,
} from "../../admin/operations/accessors.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, requireOption } from "../command.ts";
import { formatFields, formatTable, type Terminal } from "../terminal.ts";

const create = defineCommand({
  name: "accessor create",
  summary: "enter what a customer handed over",
  help: `Usage: tti accessor create --tenant ID --application-id ID --retriever-id ID
         --q-region REGION --idc-application-arn ARN --idc-region REGION [OPTIONS]

Enters a customer's data accessor. The customer finds the values in the Amazon Q Business
console: Data accessors, the accessor, tab "Information for data accessor".

  --tenant ID                the tenant; equal to the External Id the customer entered
  --application-id ID        the Amazon Q Business application
  --retriever-id ID          its retriever
  --q-region REGION          the region of the application
  --idc-application-arn ARN  the Identity Center application of the data accessor
  --idc-region REGION        the region of the customer's Identity Center
  --method METHOD            tti (default) or auth-code
  --name NAME                if the customer has several (default: default)
  --json                     print one JSON document

Example:
  $ tti accessor create --tenant acme --q-region us-east-1 --idc-region us-east-1 \\
      --application-id 11111111-2222-3333-4444-555555555555 \\
      --retriever-id 66666666-7777-8888-9999-000000000000 \\
      --idc-application-arn arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef`,
  options: {
    tenant: { type: "string" },
    "application-id": { type: "string" },
    "retriever-id": { type: "string" },
    "q-region": { type: "string" },
    "idc-application-arn": { type: "string" },
    "idc-region": { type: "string" },
    method: { type: "string" },
    name: { type: "string" },
  },
  async run({ values, terminal }) {
    const tenantId = requireOption(values.tenant, "tenant", "acme");
    return withAdministration(async (context) => {
      const accessor = await createAccessor(context, {
        tenantId,
        // An empty value is named with all the others at fault, rather than one at a time.
        applicationId: values["application-id"] ?? "",
        retrieverId: values["retriever-id"] ?? "",
        qRegion: values["q-region"] ?? "",
        idcApplicationArn: values["idc-application-arn"] ?? "",
        idcRegion: values["idc-region"] ?? "",
        ...(values.method === undefined ? {} : { method: values.method }),
        ...(values.name === undefined ? {} : { name: values.name }),
      });
      tellAccessor(terminal, accessor);
      return 0;
    });
  },
});

const list = defineCommand({
  name: "accessor list",
  summary: "list what customers handed over",
  help: `Usage: tti accessor list [--tenant ID]

Example:
  $ tti accessor list --tenant acme`,
  options: { tenant: { type: "string" } },
  run: ({ values, terminal }) =>
    withAdministration(async (context) => {
      const accessors = await listAccessors(
        context,
        values.tenant === undefined ? {} : { tenantId: values.tenant },
      );
      if (accessors.length === 0) terminal.say("There are none. Add one: tti accessor create --help");
      const rows = accessors.map((accessor) => ({
        TENANT: accessor.tenantId,
        NAME: accessor.name,
        "Q APPLICATION": `${accessor.applicationId} (${accessor.qRegion})`,
        "IDC APPLICATION": `${accessor.idcApplicationArn} (${accessor.idcRegion})`,
        METHOD: accessor.method,
      }));
      terminal.result({ accessors }, rows.length === 0 ? "" : formatTable(rows));
      return 0;
    }),
});

const show = defineCommand({
  name: "accessor show",
  summary: "show one data accessor",
  help: `Usage: tti accessor show --tenant ID [--name NAME]

Example:
  $ tti accessor show --tenant acme`,
  options: { tenant: { type: "string" }, name: { type: "string" } },
  async run({ values, terminal }) {
    const tenantId = requireOption(values.tenant, "tenant", "acme");
    return withAdministration(async (context) => {
      tellAccessor(terminal, await showAccessor(context, { tenantId, ...nameOf(values) }));
      return 0;
    });
  },
});

const remove = defineCommand({
  name: "accessor delete",
  summary: "forget a data accessor (nothing at AWS changes)",
  help: `Usage: tti accessor delete --tenant ID [--name NAME]

Example:
  $ tti accessor delete --tenant acme`,
  options: { tenant: { type: "string" }, name: { type: "string" } },
  async run({ values, terminal }) {
    const tenantId = requireOption(values.tenant, "tenant", "acme");
    return withAdministration(async (context) => {
      terminal.result(
        await deleteAccessor(context, { tenantId, ...nameOf(values) }),
        `Forgot the data accessor of ${tenantId}.`,
      );
      return 0;
    });
  },
});

function nameOf(values: { name?: string | undefined }): { name?: string } {
  return values.name === undefined ? {} : { name: values.name };
}

function tellAccessor(terminal: Terminal, accessor: Accessor): void {
  terminal.result(
    accessor,
    formatFields([
      ["tenant", accessor.tenantId],
      ["name", accessor.name],
      ["application id", accessor.applicationId],
      ["retriever id", accessor.retrieverId],
      ["Q region", accessor.qRegion],
      ["IdC application", accessor.idcApplicationArn],
      ["IdC region", accessor.idcRegion],
      ["method", accessor.method],
    ]),
  );
}

export const accessorCommands: readonly Command[] = [create, list, show, remove];
