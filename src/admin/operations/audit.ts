// Owns reading the audit trail: whose, by whom, from where, of which kind, page after page.
import { z } from "zod";
import { type AuditEvent, listAuditEvents } from "../../audit/audit_store.ts";
import { formatCursor, parseCursor } from "../../audit/cursor.ts";
import { auditEventTypes, findAuditEventType } from "../../audit/event_types.ts";
import type { LoginNames } from "../../audit/login_names.ts";
import { OperationError } from "../../errors.ts";
import { findAccount, findAccountByLogin } from "../../provider/accounts/account_store.ts";
import { findTenant, getTenant } from "../../provider/tenants/tenant_store.ts";
import { closestName } from "../../setting_values.ts";
import { type OperationContext, parseArguments } from "./operation.ts";

/** What reading the trail works with. */
export interface AuditContext extends OperationContext {
  /** Hashes of names that nobody has; without secrets only accounts are found. */
  loginNames: LoginNames;
}

/** A page of the trail. */
export interface AuditPage {
  events: AuditEvent[];
  /** Where the next page begins; absent: there is none. */
  cursor?: string;
}

const eventQuery = z.strictObject({
  tenantId: z.string().optional(),
  account: z.string().min(1).max(300).optional(),
  clientId: z.string().max(300).optional(),
  address: z.string().max(100).optional(),
  type: z.string().max(100).optional(),
  fromMs: z.int().min(0).optional(),
  beforeMs: z.int().min(0).optional(),
  cursor: z.string().optional(),
  limit: z.int().min(1).max(9999).optional(),
});

/**
 * Lists events, newest first.
 * @param input `tenantId`; `account`: an account id, an e-mail address, or whatever was typed at a sign-in;
 *   `clientId`; `address`: the client's; `type`; `fromMs` (inclusive), `beforeMs` (exclusive): epoch milliseconds;
 *   `cursor`: goes on where another page ended; `limit`: at most so many, 100 unless it says otherwise
 * @throws OperationError invalid_input, tenant_not_found
 */
export async function listEvents(context: AuditContext, input: unknown = {}): Promise<AuditPage> {
  const { account, cursor, type: typeName, limit = 100, ...query } = parseArguments(eventQuery, input);
  const { db } = context;
  const type = typeName === undefined ? undefined : parseType(typeName);
  const before = cursor === undefined ? undefined : parseCursor(cursor, "cursor");
  if (query.tenantId !== undefined && (await findTenant(db, query.tenantId)) === undefined) {
    await getTenant(db, query.tenantId);
  }
  const subject = account === undefined ? undefined : await subjectOf(context, account);
  // One more than asked for tells whether there is another page.
  const found = await listAuditEvents(db, { ...query, type, before, subject, limit: limit + 1 });
  const events = found.slice(0, limit);
  const last = events.at(-1);
  return { events, ...(found.length > limit && last ? { cursor: formatCursor(last) } : {}) };
}

async function subjectOf({ db, loginNames }: AuditContext, name: string) {
  const account = (await findAccount(db, name)) ?? (await findAccountByLogin(db, name));
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
