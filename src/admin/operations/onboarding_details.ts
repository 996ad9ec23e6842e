// Owns what a customer's administrator does on the page of their onboarding beside testing: the pack, and entering the five
// details. They become the tenant's data accessor `default`, as any other way of entering them makes one.
import { z } from "zod";
import * as accessors from "../../accessors/accessor_store.ts";
import { parseAccessor } from "../../accessors/connection.ts";
import { OperationError } from "../../errors.ts";
import { type ReadHandedOver, readPasted, readTyped } from "../../onboarding/handed_over.ts";
import { readProgress, saveDownloaded, saveEntered } from "../../onboarding/link/progress_store.ts";
import { withoutSecrets } from "../../onboarding/link/without_secrets.ts";
import { getTenant, lockTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { InputRefused } from "./input_faults.ts";
import { accessorShape } from "./shapes.ts";

const tenantId = z.string().describe("The customer.");
/** The data accessor that an onboarding enters. */
export const enteredName = "default";
const typed = z.string().max(2048).optional();

/** Notes that something of the pack was downloaded. */
export const noteDownload = operation({
  name: "onboard downloaded",
  summary: "Note that the pack was downloaded: the page of the portal calls it",
  permission: adminRead,
  events: ["onboarding.downloaded"],
  input: z.strictObject({ tenantId }),
  output: z.strictObject({ first: z.boolean() }),
  http: [],
  async run(trx, { tenantId: id }, act) {
    await getTenant(trx, id);
    const first = await saveDownloaded(trx, id, act.now);
    if (first) await act.record({ type: "onboarding.downloaded", tenantId: id });
    return { first };
  },
});

/**
 * Enters the five details, or what was pasted. What was entered this way before is replaced; a data accessor that was
 * entered otherwise stays.
 * @throws OperationError invalid_input naming each detail at fault (`text`: what was pasted), tenant_not_found, accessor_exists
 */
export const enterDetails = operation({
  name: "onboard enter",
  summary: "Enter the five details a customer's administrator typed or pasted",
  permission: adminChange,
  events: ["accessor.created", "accessor.deleted"],
  input: z.strictObject({
    tenantId,
    text: z
      .string()
      .max(60_000)
      .optional()
      .describe("The script's line, or the console's tab; in place of the five."),
    applicationId: typed.describe("The Amazon Q Business application."),
    qRegion: typed.describe("Its region."),
    retrieverId: typed.describe("Its retriever."),
    idcApplicationArn: typed.describe("The Identity Center application of the data accessor."),
    idcRegion: typed.describe("The region of the customer's Identity Center."),
  }),
  output: z.strictObject({
    accessor: accessorShape,
    notes: z.array(z.string()).describe("What was taken and yet is worth a look."),
  }),
  http: [{ method: "post", path: "/v1/tenants/:tenant/onboarding/details", params: { tenant: "tenantId" } }],
  async run(trx, { tenantId: id, text, ...details }, act) {
    await lockTenant(trx, id);
    await getTenant(trx, id);
    const read = text === undefined ? readFields(details) : readText(text, id);
    if ("faults" in read) {
      throw new InputRefused(
        read.faults.map(({ member, fault, fix }) => ({ path: [member], what: fault, fix })),
      );
    }
    const wanted = parseAccessor({ ...read.details, tenantId: id, name: enteredName });
    const before = (await accessors.listAccessors(trx, { tenantId: id })).find(
      ({ name }) => name === enteredName,
    );
    const { enteredAtMs } = await readProgress(trx, id);
    if (before !== undefined) {
      if (before.createdAtMs !== enteredAtMs) {
        throw new OperationError("accessor_exists", "A data accessor was entered otherwise.", {
          field: "name",
        });
      }
      await accessors.deleteAccessor(trx, id, enteredName);
      await act.record({ type: "accessor.deleted", tenantId: id, details: { name: enteredName } });
    }
    const accessor = await accessors.createAccessor(trx, wanted, act.now);
    await saveEntered(trx, id, act.now);
    const { idcApplicationArn } = accessor;
    await act.record({
      type: "accessor.created",
      tenantId: id,
      details: { name: enteredName, idcApplicationArn },
    });
    return { accessor, notes: [...read.notes] };
  },
});

const secretFix = "Make a new one where it came from: it was seen here. Then give the detail alone.";

// A secret is in nobody's details: it is neither kept nor said back.
function readFields(details: Parameters<typeof readTyped>[0]): ReadHandedOver {
  const faults = Object.entries(details).flatMap(([member, value]) =>
    withoutSecrets(value ?? "").dropped.map(
      (kind) =>
        ({
          member: member as keyof typeof details,
          fault: `has ${kind} in it, which was dropped`,
          fix: secretFix,
        }) as const,
    ),
  );
  return faults.length > 0 ? { faults } : readTyped(details);
}

function readText(text: string, id: string): ReadHandedOver {
  const { text: rest, dropped } = withoutSecrets(text);
  if (dropped.length === 0) return readPasted(text, id);
  const told = `The text had ${dropped.join(", ")} in it. It was dropped and kept nowhere; make a new one where it came from.`;
  const read = readPasted(rest, id);
  if ("details" in read) return { ...read, notes: [told, ...read.notes] };
  return {
    faults: [
      ...read.faults,
      { member: "text", fault: `had ${dropped.join(", ")} in it, which was dropped`, fix: secretFix },
    ],
  };
}
