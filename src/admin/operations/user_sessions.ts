// Owns the operations on a person's browser sessions: which there are, and ending one or all of them. Ended, a session
// opens nothing from that commit on, on any instance, nor does what came of it.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { endSignIns } from "../../provider/sessions/end_sign_ins.ts";
import { endSession, listSessions } from "../../provider/sessions/session_store.ts";
import { provenBy, usedBy } from "../../provider/sessions/voucher.ts";
import { readSpokenFor, type SpokenFor } from "../../provider/subjects/places.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { endedText, momentText } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { InputRefused } from "./input_faults.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
import { endedSignInsShape } from "./shapes.ts";
import { resolveUser } from "./user_view.ts";

const sessionShape = z
  .strictObject({
    id: z.string().describe("Names the session, and opens nothing."),
    startedAtMs: z.int().describe("When the browser came, epoch milliseconds."),
    signedInAtMs: z.int().describe("When somebody last proved in it who they are."),
    endsAtMs: z
      .int()
      .describe(
        "When it opens none of these tenants any more, by their limits and the installation's, unless it is used before.",
      ),
    seenAtMs: z
      .int()
      .nullable()
      .describe("When somebody was there last, to five minutes; null: none of its logins stands."),
    browser: z
      .string()
      .nullable()
      .describe(
        "Family and system of the browser, of a short list, as the person's own page shows it; null: not known.",
      ),
    tenants: z.array(z.string()).describe("The tenants it speaks for now."),
    logins: z.array(
      z.strictObject({
        method: z.enum(["password", "handoff"]),
        tenantId: z
          .string()
          .nullable()
          .describe("The one tenant your page vouched for; null: a password or a passkey, here."),
        clientId: z.string().nullable().describe("The client that vouched."),
        atMs: z.int(),
        amr: z.array(z.string()).describe("How, as RFC 8176 has it."),
      }),
    ),
    clients: z.array(z.string()).describe("The applications it is signed in to."),
  })
  .meta({ id: "Session" });

const user = z.string().describe("An e-mail address or a user id, also as `id:VALUE`.");

/** Lists a person's browser sessions. @throws OperationError account_not_found */
export const listUserSessions = operation({
  name: "session list",
  summary: "List a user's browser sessions",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject({ user, ...pageInput }),
  output: z.strictObject({ sessions: z.array(sessionShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/users/:user/sessions" }],
  cli: {
    needs: { user: "ada@acme.example" },
    summary: "list a user's browser sessions",
    about: `Lists the browsers in which the user is signed in: since when, for which customers, in which
applications. Nothing a browser presents is shown. From where they came the audit trail
tells: tti audit list --account USER`,
    example: "--user ada@acme.example",
    show: ({ sessions }) => ({
      rows: sessions.map((session) => ({
        ID: session.id,
        "SIGNED IN": momentText(session.signedInAtMs),
        BROWSER: session.browser ?? "not known",
        BY: session.logins.map(provenBy).join(", ") || "nothing that stands",
        TENANTS: session.tenants.join(", ") || "none",
        APPLICATIONS: session.clients.join(", ") || "none",
        ENDS: momentText(session.endsAtMs),
      })),
      say: sessions.length === 0 ? ["The user is signed in nowhere."] : [],
    }),
  },
  async run(trx, { user, cursor, ...page }, act) {
    const query = { limit: rowsToRead(page), afterId: readCursor("session list", { cursor }) };
    const { id: accountId } = await resolveUser(trx, user);
    await act.count({ type: "admin.read", accountId, details: { what: "sessions" } });
    const { rows, next } = cutPage(
      "session list",
      await listSessions(trx, accountId, query, act.now),
      page,
      ({ id }) => id,
    );
    const spokenFor = await readSpokenFor(
      { db: trx, clock: act.clock },
      accountId,
      rows.map(({ vouchers }) => vouchers),
    );
    const sessions = rows.map(({ accountId: _accountId, clientIds, vouchers, ...session }, place) => ({
      ...session,
      ...usedBy(vouchers),
      endsAtMs: endOf(session.endsAtMs, spokenFor[place] ?? []),
      tenants: (spokenFor[place] ?? []).map(({ tenantId }) => tenantId),
      logins: vouchers.map(({ method, tenantId, clientId, authTimeMs, amr }) => ({
        ...{ method, tenantId, clientId, amr: [...amr] },
        atMs: authTimeMs,
      })),
      clients: [...clientIds],
    }));
    return { sessions, ...next };
  },
});

// What an organization's own limits end first ends, as far as anybody sees, when the last of them does.
function endOf(endsAtMs: number, spokenFor: readonly SpokenFor[]): number {
  if (spokenFor.length === 0) return endsAtMs;
  return Math.min(endsAtMs, Math.max(...spokenFor.map(({ untilMs }) => untilMs ?? endsAtMs)));
}

/**
 * Ends one browser session, or all of a person. What came of it ends too, also what the person granted an application
 * for the time when they are away: nobody knows any more who sat there.
 * @throws OperationError invalid_input, account_not_found, session_not_found
 */
export const revokeSession = operation({
  name: "session revoke",
  summary: "End one browser session of a user",
  permission: adminChange,
  events: ["session.ended"],
  input: z.strictObject({
    session: z.string().optional().describe("The session's id; absent: every session of the user."),
    user: user
      .optional()
      .describe("An e-mail address or a user id; whose the session is, if both are given."),
  }),
  output: z.strictObject({ user: z.string().describe("The account's id."), ended: endedSignInsShape }),
  http: [
    { method: "delete", path: "/v1/users/:user/sessions/:session" },
    { method: "delete", path: "/v1/users/:user/sessions", summary: "End every browser session of a user" },
  ],
  cli: {
    arguments: { "SESSION?": "session" },
    summary: "end one browser session of a user, or all of them",
    about: `Ends the session tti session list names, with the grants, codes, access and refresh tokens
that came of it, at once and on every instance. With --user and no SESSION: all that the
user is signed in to, as tti user sign-out does.`,
    example: "s_6sSP0Tm2J3T0K5lTy5pLyq3wYz0e7fEoVZB0ZvR3m1s",
    show: ({ user, ended }) => ({
      fields: [
        ["user", user],
        ["ended", endedText(ended)],
      ],
    }),
  },
  async run(trx, { session, user }, act) {
    if (session === undefined) {
      if (user === undefined) throw neitherGiven();
      const { id: accountId } = await resolveUser(trx, user);
      const end = { accountId, reason: "session.ended", actor: act.actor } as const;
      return { user: accountId, ended: await endSignIns(trx, end, act.now) };
    }
    const accountId = user === undefined ? undefined : (await resolveUser(trx, user)).id;
    const done = await endSession(trx, { id: session, accountId }, act.now);
    if (done === undefined) {
      throw new OperationError("session_not_found", "No browser session that lives has this id.", {
        field: "session",
      });
    }
    await act.recordInTenants(
      {
        type: "session.ended",
        accountId: done.accountId,
        details: { reason: "session.ended", session, ...done.ended },
      },
      await listTenantIdsOfAccount(trx, done.accountId),
    );
    return { user: done.accountId, ended: done.ended };
  },
});

const neitherGiven = (): InputRefused =>
  new InputRefused([
    {
      path: ["session"],
      what: "is missing, and so is user",
      fix: "Name one of the two; with user all sessions of that person end.",
      names: ["user"],
    },
  ]);
