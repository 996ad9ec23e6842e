// Owns the operations on what applications were let do for a person: which grants stand, with their refresh tokens, and
// revoking one.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { endGrant, listGrants } from "../../provider/sessions/grant_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { many, momentText } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
import { resolveUser } from "./user_view.ts";

const moment = z.int().nullable();
const grantShape = z
  .strictObject({
    id: z.string().describe("Names the grant, and opens nothing."),
    clientId: z.string(),
    tenantId: z.string().nullable().describe("The tenant whose tokens come of it; null: none do."),
    scopes: z.array(z.string()),
    sinceMs: z.int().describe("Epoch milliseconds."),
    lastUsedAtMs: moment.describe("When a code or a token of it was last made or used; null: never."),
    refreshTokens: z.int().describe("Refresh tokens that could be used now."),
    refreshEndsAtMs: moment.describe("When the last of them ends, unless it is used before."),
    endsAtMs: moment.describe("When the grant itself ends."),
  })
  .meta({ id: "Grant" });

const user = z.string().describe("An e-mail address or a user id, also as `id:VALUE`.");

/** Lists a person's grants. @throws OperationError account_not_found */
export const listUserGrants = operation({
  name: "grant list",
  summary: "List what applications were let do for a user, with refresh tokens",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject({ user, ...pageInput }),
  output: z.strictObject({ grants: z.array(grantShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/users/:user/grants" }],
  cli: {
    needs: { user: "ada@acme.example" },
    summary: "list what applications were let do for a user",
    about: `Lists the grants of the user: which application, for which customer, what it may, since when,
when it was last used, and until when a refresh token of it lives. No token is shown.`,
    example: "--user ada@acme.example",
    show: ({ grants }) => ({
      rows: grants.map((grant) => ({
        ID: grant.id,
        APPLICATION: grant.clientId,
        TENANT: grant.tenantId ?? "none",
        SCOPES: grant.scopes.join(" "),
        SINCE: momentText(grant.sinceMs),
        "LAST USED": grant.lastUsedAtMs === null ? "never" : momentText(grant.lastUsedAtMs),
        "REFRESHES UNTIL": grant.refreshEndsAtMs === null ? "does not" : momentText(grant.refreshEndsAtMs),
      })),
      say: grants.length === 0 ? ["No application holds anything of the user."] : [],
    }),
  },
  async run(trx, { user, cursor, ...page }, act) {
    const query = { limit: rowsToRead(page), afterId: readCursor("grant list", { cursor }) };
    const { id: accountId } = await resolveUser(trx, user);
    await act.count({ type: "admin.read", accountId, details: { what: "grants" } });
    const { rows, next } = cutPage(
      "grant list",
      await listGrants(trx, accountId, query, act.now),
      page,
      ({ id }) => id,
    );
    return { grants: rows.map((grant) => ({ ...grant, scopes: [...grant.scopes] })), ...next };
  },
});

/**
 * Revokes one grant: the application's codes, access and refresh tokens by it are worth nothing from then on. The
 * browser session stays: from it an application of yours may get another grant.
 * @throws OperationError account_not_found, grant_not_found
 */
export const revokeGrant = operation({
  name: "grant revoke",
  summary: "Revoke what one application was let do for a user",
  permission: adminChange,
  events: ["grant.revoked"],
  input: z.strictObject({ user, grant: z.string().describe("The grant's id.") }),
  output: z.strictObject({
    clientId: z.string(),
    tenantId: z.string().nullable(),
    tokens: z.int().describe("Codes, access tokens and refresh tokens that ended."),
  }),
  http: [{ method: "delete", path: "/v1/users/:user/grants/:grant" }],
  cli: {
    arguments: { GRANT: "grant" },
    needs: { user: "ada@acme.example" },
    summary: "revoke what one application was let do for a user",
    about: `Ends the grant tti grant list names, with its codes, access and refresh tokens, at once and on
every instance. The user stays signed in: an application of another vendor has to ask them
anew, one of yours may get another grant from their browser; tti session revoke ends that.`,
    example: "g_6sSP0Tm2J3T0K5lTy5pLyq3wYz0e7fEoVZB0ZvR3m1s --user ada@acme.example",
    show: ({ clientId, tenantId, tokens }) => ({
      fields: [
        ["application", clientId],
        ["tenant", tenantId ?? "none"],
        ["ended", many(tokens, "token")],
      ],
    }),
  },
  async run(trx, { user, grant }, act) {
    const { id: accountId } = await resolveUser(trx, user);
    const ended = await endGrant(trx, { id: grant, accountId }, act.now);
    if (ended === undefined) {
      throw new OperationError("grant_not_found", "The user has no grant of this id.", { field: "grant" });
    }
    const { clientId, tenantId, tokens } = ended;
    const parties = { accountId, clientId, tenantId: tenantId ?? undefined };
    await act.record({ type: "grant.revoked", ...parties, details: { tokens } });
    return ended;
  },
});
