// Owns reading the audit trail: whose, by whom, from where, of which kind, page after page.
import { z } from "zod";
import type { AuditFilters } from "../../audit/audit_filters_store.ts";
import { readAuditPage } from "../../audit/audit_store.ts";
import { findNamesLostBefore } from "../../audit/login_name_keys_store.ts";
import type { LoginNames } from "../../audit/login_names.ts";
import type { Database } from "../../db/connect.ts";
import { idIn } from "../../input/account_name.ts";
import {
  findAccountNamed,
  findAccountsNamed,
  findMemberNamed,
} from "../../provider/accounts/account_name_store.ts";
import { getAnyTenant } from "../../provider/tenants/tenant_store.ts";
import { adminRead } from "../administrators/roles.ts";
import { assertIsActor, assertIsClient, parseAddress, parseEventType } from "./audit_names.ts";
import { operationsIn } from "./entry.ts";
import { InputRefused } from "./input_faults.ts";
import type { OperationContext } from "./operation.ts";
import { endOfSearch, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
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
      "Only what concerns this account: its id (also as `id:VALUE`), its address, or a name typed at a sign-in, also one that nobody has.",
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
    const query = await readFilters(db, filters, act);
    const page = { ...query, before, limit: rowsToRead({ limit }) - 1 };
    const { events, end } = await readAuditPage(db, page);
    const next = endOfSearch("audit list", end && formatPlace(end));
    const lost =
      query.subject === undefined
        ? undefined
        : await findNamesLostBefore(db, act.loginNames.keyIds, act.now.getTime());
    return { events, ...next, ...(lost === undefined ? {} : { namesLostBeforeMs: lost }) };
  },
});

/**
 * Reads what a reading of the trail asks for.
 * @param act who asks; one who is bound to a tenant is told nothing of what there is beyond it
 * @throws OperationError invalid_input, tenant_not_found
 */
export async function readFilters(
  db: Database,
  { account, type, address, ...asked }: z.output<z.ZodObject<typeof filterInput>>,
  { loginNames, tenantId: boundTo }: Pick<AuditContext, "loginNames" | "tenantId">,
): Promise<AuditFilters> {
  const { actor, clientId, fromMs, beforeMs, outcome } = asked;
  const known = type === undefined ? undefined : parseEventType(type, outcome);
  const from = address === undefined ? undefined : parseAddress(address);
  if (fromMs !== undefined && beforeMs !== undefined && fromMs >= beforeMs) {
    const what = "is not later than where the time begins, so nothing lies between";
    throw new InputRefused([{ path: ["beforeMs"], what, fix: "Give a later moment, or leave it out." }]);
  }
  if (asked.tenantId !== undefined) await getAnyTenant(db, asked.tenantId);
  if (boundTo === undefined) {
    if (actor !== undefined) await assertIsActor(db, actor);
    if (clientId !== undefined) await assertIsClient(db, clientId);
  }
  const subject = account === undefined ? undefined : await subjectOf(db, loginNames, account, boundTo);
  return { ...asked, type: known, address: from, subject };
}

const formatPlace = ({ atMs, id }: { atMs: number; id: string }): string => `${atMs}.${id}`;

function parsePlace(key: string | undefined): { atMs: number; id: string } | undefined {
  if (key === undefined) return undefined;
  const dot = key.indexOf(".");
  return { atMs: Number(key.slice(0, dot)), id: key.slice(dot + 1) };
}

// Who is bound to a tenant means its member, whoever else has the name elsewhere; where none has it, what they are told is
// the same whether one has it there, or two.
async function subjectOf(db: Database, loginNames: LoginNames, name: string, boundTo: string | undefined) {
  const account =
    boundTo === undefined
      ? await findAccountNamed(db, name)
      : ((await findMemberNamed(db, boundTo, name)) ?? (await findAccountsNamed(db, name))[0]);
  const id = idIn(name);
  // What is typed at a sign-in is no id.
  const names = [...(id === undefined ? [name] : []), ...(account?.email == null ? [] : [account.email])];
  const loginHashes = [...new Set(names.flatMap((one) => loginNames.everyHash(one)))];
  return { accountId: account?.id ?? id ?? name, loginHashes };
}
