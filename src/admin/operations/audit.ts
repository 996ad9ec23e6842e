// Owns reading the audit trail: whose, by whom, from where, of which kind, page after page.
import { z } from "zod";
import { type AuditFilters, listAuditEvents } from "../../audit/audit_store.ts";
import { auditEventTypes, findAuditEventType } from "../../audit/event_types.ts";
import { findNamesLostBefore } from "../../audit/login_name_keys_store.ts";
import type { LoginNames } from "../../audit/login_names.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { closestName } from "../../input/closest_name.ts";
import { findAccountNamed } from "../../provider/accounts/account_name_store.ts";
import { getAnyTenant } from "../../provider/tenants/tenant_store.ts";
import { adminRead } from "../administrators/roles.ts";
import { operationsIn } from "./entry.ts";
import type { OperationContext } from "./operation.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
import { auditEventShape } from "./shapes.ts";

/** What reading the trail works with. */
export interface AuditContext extends OperationContext {
  /** Hashes of names that nobody has; without secrets only accounts are found. */
  loginNames: LoginNames;
}

/** A page of the trail. */
export type AuditPage = Awaited<ReturnType<typeof listEvents>>;

const auditOperation = operationsIn<AuditContext>();

/** What every reading of the trail may ask for; all that is given must hold. */
export const filterInput = {
  tenantId: z.string().optional().describe("Only what concerns this tenant."),
  actor: z
    .string()
    .max(300)
    .optional()
    .describe("Only what this actor did, as the trail names it: `client:app`, `account:…`, `cli:root`."),
  account: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe(
      "Only what concerns this account: its id, its address, or a name typed at a sign-in, also one that nobody has.",
    ),
  clientId: z.string().max(300).optional().describe("Only what concerns this client."),
  address: z.string().max(100).optional().describe("Only what came from this address."),
  type: z.string().max(100).optional().describe("Only events of this type (docs/audit-events.md)."),
  outcome: z
    .enum(["done", "refused"])
    .optional()
    .describe("Only what was done, or only what was refused (docs/audit-events.md)."),
  fromMs: z.int().min(0).optional().describe("Not before this moment, epoch milliseconds."),
  beforeMs: z.int().min(0).optional().describe("Only before this moment, epoch milliseconds."),
};

/**
 * Lists events, newest first.
 * @throws OperationError invalid_input, tenant_not_found
 */
export const listEvents = auditOperation({
  name: "audit list",
  summary: "List audit events, newest first",
  permission: adminRead,
  events: [],
  input: z.strictObject({
    ...filterInput,
    ...pageInput,
  }),
  output: z.strictObject({
    events: z.array(auditEventShape),
    ...pageOutput,
    namesLostBeforeMs: z
      .int()
      .optional()
      .describe(
        "Where an account was asked for: names typed at sign-ins before this moment, epoch milliseconds, may have been hashed with a key that TTI_SECRETS has no more, and are found no more. Absent: every name is found.",
      ),
  }),
  http: [{ method: "get", path: "/v1/audit-events" }],
  async run(db, { cursor, limit, ...filters }, act) {
    const before = parsePlace(readCursor("audit list", { cursor }));
    const query = await readFilters(db, filters, act.loginNames);
    const read = await listAuditEvents(db, { ...query, before, limit: rowsToRead({ limit }) });
    const { rows, next } = cutPage("audit list", read, { limit }, formatPlace);
    const lost =
      query.subject === undefined
        ? undefined
        : await findNamesLostBefore(db, act.loginNames.keyIds, act.now.getTime());
    return { events: rows, ...next, ...(lost === undefined ? {} : { namesLostBeforeMs: lost }) };
  },
});

/**
 * Reads what a reading of the trail asks for.
 * @throws OperationError invalid_input, tenant_not_found
 */
export async function readFilters(
  db: Database,
  { account, type, ...asked }: z.output<z.ZodObject<typeof filterInput>>,
  loginNames: LoginNames,
): Promise<AuditFilters> {
  const known = type === undefined ? undefined : parseType(type);
  if (asked.tenantId !== undefined) await getAnyTenant(db, asked.tenantId);
  const subject = account === undefined ? undefined : await subjectOf(db, loginNames, account);
  return { ...asked, type: known, subject };
}

const formatPlace = ({ atMs, id }: { atMs: number; id: string }): string => `${atMs}.${id}`;

function parsePlace(key: string | undefined): { atMs: number; id: string } | undefined {
  if (key === undefined) return undefined;
  const dot = key.indexOf(".");
  return { atMs: Number(key.slice(0, dot)), id: key.slice(dot + 1) };
}

async function subjectOf(db: Database, loginNames: LoginNames, name: string) {
  const account = await findAccountNamed(db, name);
  const names = [name, ...(account?.email == null ? [] : [account.email])];
  const loginHashes = [...new Set(names.flatMap((one) => loginNames.everyHash(one)))];
  return { accountId: account?.id ?? name, loginHashes };
}

function parseType(name: string) {
  const type = findAuditEventType(name);
  if (type !== undefined) return type;
  const near = closestName(name, Object.keys(auditEventTypes));
  throw new OperationError("invalid_input", `type: there is no audit event "${name}".`, {
    field: "type",
    fix:
      near === undefined
        ? "docs/audit-events.md lists them."
        : `Did you mean ${near}? docs/audit-events.md lists them.`,
  });
}
