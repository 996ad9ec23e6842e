// Owns bringing people from elsewhere: some hundred rows at a time, each batch one transaction with its events. A row
// that cannot be taken leaves nothing and is named with its reason; the others are taken. The same rows again change
// nothing, so whatever ended half-way is begun anew.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { type ErrorCode, OperationError } from "../../errors.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import { findClientIds } from "../../provider/accounts/account_name_store.ts";
import {
  type ComparedAccount,
  type ComparedAccounts,
  createImportedAccount,
  findComparedAccounts,
  listImportedHashKinds,
} from "../../provider/accounts/imported_account_store.ts";
import { findNamedAddresses } from "../../provider/accounts/shared_address_store.ts";
import { getTenant } from "../../provider/tenants/tenant_store.ts";
import { assertMayPlace } from "../administrators/permission_for.ts";
import { adminChange } from "../administrators/roles.ts";
import { type Act, operation } from "./entry.ts";
import { type ImportedRow, importedPerson, judgeRow } from "./imported_person.ts";
import { addMembership } from "./members.ts";
import type { OperationContext } from "./operation.ts";

/** The most rows of one batch. */
export const mostImportedRows = 200;

const place = z.int().min(0).describe("The row's place in `people`, from 0.");
const count = z.int().min(0);

/**
 * Imports a batch of people and memberships.
 * @throws OperationError invalid_input, if a row is malformed: then none is taken
 */
export const importUsers = operation({
  name: "user import",
  summary: "Import people and memberships; `dryRun` only tells",
  permission: adminChange,
  events: ["account.created", "membership.created"],
  input: z.strictObject({
    people: z
      .array(importedPerson)
      .min(1)
      .max(mostImportedRows)
      .describe("Rows; several of one person, one for each tenant, make one account."),
    dryRun: z.boolean().optional().describe("Only say what would come of them."),
  }),
  output: z.strictObject({
    created: count.describe("Accounts that are new."),
    joined: count.describe("Memberships that are new."),
    unchanged: count.describe("Rows that said nothing new."),
    refused: z
      .array(z.strictObject({ row: place, code: z.string(), reason: z.string(), fix: z.string() }))
      .describe("Rows that were not taken, because they contradict what is there."),
    warnings: z.array(z.strictObject({ row: place, text: z.string() })),
  }),
  http: [{ method: "post", path: "/v1/users/import" }],
  async run(trx, { people }, act) {
    const batch = await openBatch(trx, people);
    const told = { created: 0, joined: 0, unchanged: 0 };
    const refused: { row: number; code: ErrorCode; reason: string; fix: string }[] = [];
    const warnings: { row: number; text: string }[] = [];
    for (const [row, person] of people.entries()) {
      try {
        const done = await importRow(trx, person, batch, act);
        if (done.created) told.created += 1;
        if (done.joined) told.joined += 1;
        if (!done.created && !done.joined) told.unchanged += 1;
        warnings.push(...done.warnings.map((text) => ({ row, text })));
      } catch (error) {
        // What is said of the store or of who asks is not of this row, and ends the batch.
        if (!(error instanceof OperationError) || endsBatch.has(error.code)) throw error;
        refused.push({ row, code: error.code, reason: error.message, fix: error.fix });
      }
    }
    return { ...told, refused, warnings };
  },
});

const endsBatch: ReadonlySet<ErrorCode> = new Set(["unavailable", "overloaded", "unauthenticated"]);

/** What is known while a batch is taken; rows of it count for those that follow. */
interface Batch extends ComparedAccounts {
  kinds: Set<string>;
  /** Those of the rows' ids that are clients'. */
  clientIds: Set<string>;
  /** Members whom the ISV named by an address of these rows, by `tenant/address`. */
  named: Map<string, string[]>;
}

async function openBatch(trx: Database, people: readonly ImportedRow[]): Promise<Batch> {
  const ids = people.flatMap(({ externalId }) => externalId ?? []);
  const found = await findComparedAccounts(trx, { emails: people.map(({ email }) => email), ids });
  const named = await findNamedAddresses(
    trx,
    people.flatMap(({ tenant }) => tenant ?? []),
    people.map(({ email }) => email),
  );
  const clientIds = await findClientIds(trx, ids);
  return { ...found, named, clientIds, kinds: new Set(await listImportedHashKinds(trx)) };
}

async function importRow(
  trx: Database,
  row: ImportedRow,
  batch: Batch,
  act: Act<OperationContext, "account.created" | "membership.created", unknown>,
): Promise<{ created: boolean; joined: boolean; warnings: string[] }> {
  const judged = judgeRow(row, {
    byEmail: batch.byLogin.get(loginKeyOf(row.email)),
    byId: row.externalId === undefined ? undefined : batch.byId.get(row.externalId),
    namesakes: {
      ofEmail: batch.idKeys.has(loginKeyOf(row.email)),
      ofId: row.externalId !== undefined && batch.byLogin.has(loginKeyOf(row.externalId)),
    },
    isClientId: row.externalId !== undefined && batch.clientIds.has(row.externalId),
    kinds: batch.kinds,
  });
  if ("contradiction" in judged) {
    const { member, what } = judged.contradiction;
    throw new OperationError("import_conflict", `${member} ${what}.`, { field: member });
  }
  // Asked before the account is made: a row that is refused leaves nothing.
  if (row.tenant !== undefined) await assertTenant(trx, row.tenant);
  const account = judged.account ?? (await addAccount(trx, row, batch, act));
  const created = judged.account === undefined;
  if (row.tenant === undefined || account.places.has(row.tenant))
    return { created, joined: false, warnings: [] };
  if (!created) await assertMayPlace(trx, account.id, (permission) => act.may(permission, trx));
  const role = row.role ?? "member";
  const warnings = await addMembership(
    act,
    account,
    { tenantId: row.tenant, role },
    // Asking for each would read the tenant's members as often as there are rows.
    async (_db, { tenantId, address }) => batch.named.get(`${tenantId}/${address.toLowerCase()}`) ?? [],
  );
  account.places.set(row.tenant, { role, email: null, name: null });
  return { created, joined: true, warnings };
}

// Among hundreds of rows the id tells which slip it is.
async function assertTenant(trx: Database, id: string): Promise<void> {
  try {
    await getTenant(trx, id);
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== "tenant_not_found") throw error;
    throw new OperationError(error.code, `No tenant has this id, or it is disabled: "${id}".`, {
      field: "tenant",
    });
  }
}

async function addAccount(
  trx: Database,
  { email, emailVerified = false, name, externalId, tenant, passwordHash }: ImportedRow,
  batch: Batch,
  act: Act<OperationContext, "account.created", unknown>,
): Promise<ComparedAccount> {
  const person = { email, emailVerified, name, externalId, password: passwordHash };
  const account = await createImportedAccount(trx, person, act.now);
  if (account === undefined) {
    throw new OperationError("account_exists", "email or externalId was taken by somebody else meanwhile.", {
      field: "email",
    });
  }
  await act.record({
    type: "account.created",
    accountId: account.id,
    tenantId: tenant,
    details: { by: "import", email },
  });
  batch.byLogin.set(loginKeyOf(email), account);
  batch.byId.set(account.id, account);
  batch.idKeys.add(loginKeyOf(account.id));
  if (passwordHash !== undefined) batch.kinds.add(passwordHash.kind);
  return account;
}
