// Owns the operations on API credentials: keys by which programs administer, each with a role and an end, and perhaps
// bound to one tenant.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { getTenant } from "../../provider/tenants/tenant_store.ts";
import * as store from "../administrators/credential_store.ts";
import { administratorRoles, adminOwn, adminRead } from "../administrators/roles.ts";
import type { Shown } from "./command_face.ts";
import { saidOf } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { displayName } from "./operation.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
import { unchanged } from "./shapes.ts";

const usualLife = "90d";
const longestDays = 730;
const credentialShape = z
  .strictObject({
    id: z.string().describe("Names it, and opens nothing."),
    name: z.string(),
    role: z.enum(administratorRoles),
    tenantId: z.string().nullable().describe("The one tenant it sees; null: all of the installation."),
    createdAtMs: z.int(),
    expiresAtMs: z.int().describe("When it ends by itself, epoch milliseconds."),
    revokedAtMs: z.int().nullable().describe("Null: it was not revoked."),
  })
  .meta({ id: "Credential" });

/**
 * Makes a credential.
 * @returns with its key; nothing but a repeat of the answer (repeats/) shows it again
 * @throws OperationError invalid_input, tenant_not_found
 */
export const createCredential = operation({
  name: "credential create",
  summary: "Make an API credential",
  permission: adminOwn,
  events: ["credential.created"],
  input: z.strictObject({
    name: displayName.describe("What it is for."),
    role: z
      .enum(administratorRoles)
      .describe("auditor (reads), operator (changes), owner (also administrators and credentials)."),
    tenantId: z.string().optional().describe("The one tenant it is to see; not for an owner."),
    expires: z
      .string()
      .optional()
      .describe(
        `After how long it ends, in days or hours: 90d, 12h (default: ${usualLife}; at most ${longestDays}d).`,
      ),
  }),
  output: credentialShape.extend({ key: z.string().describe("What the program sends; shown this once.") }),
  http: [{ method: "post", path: "/v1/credentials", status: 201 }],
  cli: {
    options: { tenantId: "tenant" },
    needs: { name: '"nightly report"', role: "auditor" },
    summary: "make a key by which a program administers",
    about: `Makes a key and shows it once. The program sends it as "Authorization: Bearer KEY" to the
admin port, and may what an administrator of the role may, until it ends or is revoked.
With --tenant it sees that tenant and nothing else.`,
    example: '--name "nightly report" --role auditor --tenant acme --expires 90d',
    show: (told) => shown(told, ["The key is shown this once; only its hash is kept."]),
  },
  async run(trx, { name, role, tenantId, expires = usualLife }, act) {
    if (tenantId !== undefined) {
      await getTenant(trx, tenantId);
      if (role === "owner") {
        throw new OperationError(
          "invalid_input",
          "An owner is one of the whole installation, not of a tenant.",
          {
            field: "role",
            fix: "Make it an operator or auditor of the tenant, or leave the tenant out.",
          },
        );
      }
    }
    const key = store.generateKey();
    const expiresAtMs = act.now.getTime() + parseLife(expires);
    const wanted = { name, role, tenantId: tenantId ?? null, expiresAtMs };
    const created = await store.createCredential(trx, key, wanted, act.now);
    const details = { id: created.id, name, role, expiresAt: new Date(expiresAtMs).toISOString() };
    await act.record({ type: "credential.created", tenantId, details });
    return { ...created, key };
  },
});

/** Lists credentials in the order of their ids, ended ones too. Keys are not among what is listed. */
export const listCredentials = operation({
  name: "credential list",
  summary: "List the API credentials",
  permission: adminRead,
  events: [],
  input: z.strictObject(pageInput),
  output: z.strictObject({ credentials: z.array(credentialShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/credentials" }],
  cli: {
    summary: "list the keys by which programs administer",
    example: "",
    show: ({ credentials }) => ({
      rows: credentials.map((one) => ({
        ID: one.id,
        NAME: one.name,
        ROLE: one.role,
        TENANT: one.tenantId ?? "all",
        ENDS: stateOf(one),
      })),
      say: credentials.length === 0 ? ["There are none. Make one: tti credential create --help"] : [],
    }),
  },
  async run(db, { cursor, ...page }) {
    const afterId = readCursor("credential list", { cursor });
    const read = await store.listCredentials(db, { limit: rowsToRead(page), afterId });
    const { rows, next } = cutPage("credential list", read, page, ({ id }) => id);
    return { credentials: rows, ...next };
  },
});

/**
 * Revokes a credential: its key opens nothing from then on, on every instance, in the middle of a call too.
 * @throws OperationError credential_not_found
 */
export const revokeCredential = operation({
  name: "credential revoke",
  summary: "Revoke an API credential",
  permission: adminOwn,
  events: ["credential.revoked"],
  input: z.strictObject({ credential: z.string().describe("Its id.") }),
  output: credentialShape.extend({ unchanged }),
  http: [{ method: "delete", path: "/v1/credentials/:credential" }],
  cli: {
    arguments: { ID: "credential" },
    summary: "end a key by which a program administers",
    about: "Its key opens nothing from then on, on every instance.",
    example: "3f9c0a1b2d4e5f6071",
    show: (told) => shown(told, saidOf(told.unchanged, "revoked")),
  },
  async run(trx, { credential: id }, act): Promise<store.Credential & { unchanged?: true | undefined }> {
    const changed = await store.revokeCredential(trx, id, act.now);
    const found = await store.findCredential(trx, id);
    if (found === undefined) {
      throw new OperationError("credential_not_found", "No credential has this id.", { field: "credential" });
    }
    if (!changed) return { ...found, unchanged: true };
    const { name, role, tenantId } = found;
    const details = { id, name, role };
    await act.record({ type: "credential.revoked", tenantId: tenantId ?? undefined, details });
    return found;
  },
});

const hourMs = 3_600_000;

// Of a plain form, so that nobody has to count seconds.
function parseLife(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  const lifeMs = Number(count) * (unit === "d" ? 24 : 1) * hourMs;
  if (count !== "" && lifeMs > 0 && lifeMs <= longestDays * 24 * hourMs) return lifeMs;
  throw new OperationError("invalid_input", `expires is no time from 1h to ${longestDays}d.`, {
    field: "expires",
    fix: "Write days or hours: 90d, 12h.",
  });
}

function shown(told: store.Credential & { key?: string }, say: readonly string[]): Shown {
  return {
    fields: [
      ["id", told.id],
      ["name", told.name],
      ["role", told.role],
      ["tenant", told.tenantId ?? "all of the installation"],
      ["ends", stateOf(told)],
      ...(told.key === undefined ? [] : ([["key", told.key]] as const)),
    ],
    say,
  };
}

const stateOf = ({ revokedAtMs, expiresAtMs }: store.Credential): string =>
  revokedAtMs === null ? new Date(expiresAtMs).toISOString() : "revoked";
