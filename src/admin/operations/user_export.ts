// Owns taking people out, in the form in which they come in: page by page, each page told in the trail. Password hashes
// go out by an operation of their own, which no request over HTTP reaches.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import {
  type ExportedPlace,
  type ExportKey,
  listExportedPlaces,
} from "../../provider/accounts/export_store.ts";
import { membershipRoles } from "../../provider/tenants/membership_store.ts";
import { getAnyTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange, adminOwn } from "../administrators/roles.ts";
import { type Act, operation } from "./entry.ts";
import type { OperationContext } from "./operation.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";

const input = z.strictObject({
  tenantId: z.string().optional().describe("Only members of this tenant, for this tenant."),
  ...pageInput,
});

const exportedPerson = z.strictObject({
  email: z.string(),
  name: z.string().optional(),
  tenant: z.string().optional(),
  role: z.enum(membershipRoles).optional(),
  emailVerified: z.boolean(),
  externalId: z.string().describe("The account's id."),
});

const withHash = exportedPerson.extend({ passwordHash: z.string().optional() });

/** A row as it goes out. */
export type ExportedRow = z.output<typeof withHash>;

/**
 * Exports people, without what they sign in with. Whoever is disabled is left out, because the form cannot say so: an
 * import would let them in. So is who has no address.
 * @throws OperationError tenant_not_found
 */
export const exportUsers = operation({
  name: "user export",
  summary: "Export people and memberships, as they can be imported",
  permission: adminChange,
  events: ["people.exported"],
  input,
  output: z.strictObject({ people: z.array(exportedPerson), ...pageOutput }),
  http: [{ method: "get", path: "/v1/exports/users" }],
  run: (trx, wanted, act) => exportPage(trx, wanted, act, false),
});

/** As {@link exportUsers}, with the hashes of the passwords: whoever has them can try passwords as fast as they like. */
export const exportUsersWithHashes = operation({
  name: "user export-with-hashes",
  summary: "Export people and memberships with their password hashes",
  permission: adminOwn,
  events: ["people.exported"],
  input,
  output: z.strictObject({ people: z.array(withHash), ...pageOutput }),
  http: [],
  run: (trx, wanted, act) => exportPage(trx, wanted, act, true),
});

async function exportPage(
  trx: Database,
  { tenantId, cursor, limit }: z.output<typeof input>,
  act: Act<OperationContext, "people.exported", unknown>,
  hashes: boolean,
): Promise<{ people: ExportedRow[]; cursor?: string }> {
  if (tenantId !== undefined) await getAnyTenant(trx, tenantId);
  const query = {
    tenantId,
    after: parseKey(readCursor("user export", { cursor })),
    limit: rowsToRead({ limit }),
  };
  const details = hashes ? { passwordHashes: true } : {};
  await act.count({ type: "people.exported", tenantId, details });
  const { rows, next } = cutPage("user export", await listExportedPlaces(trx, query), { limit }, keyOf);
  return { people: rows.flatMap((place) => rowOf(place, hashes)), ...next };
}

function rowOf(place: ExportedPlace, hashes: boolean): ExportedRow[] {
  const { email, name, tenantId, role, emailVerified, accountId, passwordHash } = place;
  if (email === null) return [];
  return [
    {
      email,
      ...(name === null ? {} : { name }),
      ...(tenantId === null ? {} : { tenant: tenantId }),
      ...(tenantId === null ? {} : { role: membershipRoles.find((known) => known === role) ?? "member" }),
      emailVerified,
      ...(hashes && passwordHash !== null ? { passwordHash } : {}),
      externalId: accountId,
    },
  ];
}

const keyOf = ({ accountId, tenantId }: ExportedPlace): string => JSON.stringify([accountId, tenantId ?? ""]);

function parseKey(key: string | undefined): ExportKey | undefined {
  if (key === undefined) return undefined;
  const [accountId, tenantId] = JSON.parse(key) as [string, string];
  return { accountId, tenantId };
}
