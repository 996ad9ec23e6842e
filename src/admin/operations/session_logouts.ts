// Owns the operation that lists which applications are still to be told that a session ended, and which could not be.
import { z } from "zod";
import {
  listLogouts,
  logoutStates,
  sessionOfLogout,
  type WaitingLogout,
} from "../../provider/storage/told_logout_store.ts";
import { adminRead } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";

const moment = z.int().nullable();

const logoutShape = z
  .strictObject({
    id: z.string(),
    clientId: z.string(),
    accountId: z.string(),
    session: z.string().describe("The session that ended, as `session list` named it."),
    state: z.enum(logoutStates),
    attempts: z.int().min(0),
    fault: z.string().nullable().describe("Why the application was not told, the last time."),
    createdAtMs: z.int().describe("When the session ended."),
    nextAttemptAtMs: moment.describe("When it is told; null: it is told no more."),
    settledAtMs: moment.describe("When it was given up."),
  })
  .meta({ id: "Logout" });

const told = ({
  sessionUidHash,
  sid: _,
  giveUpAtMs: __,
  ...logout
}: WaitingLogout): z.output<typeof logoutShape> => ({
  ...logout,
  session: sessionOfLogout({ sessionUidHash }),
});

/** Lists logouts that applications were not told of yet, newest first. */
export const listSessionLogouts = operation({
  name: "session logouts",
  summary: "List logouts that applications were not told of yet, newest first",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject({
    state: z.enum(logoutStates).optional().describe("Only those that wait, or failed."),
    ...pageInput,
  }),
  output: z.strictObject({ logouts: z.array(logoutShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/logouts" }],
  cli: {
    summary: "list logouts that applications were not told of yet",
    about: `Newest first. An application with a --backchannel-logout-uri is told when a session of it
ends. What it does not take is tried again for a day, and stays here for a month as failed.
What was told is not listed.`,
    example: "--state failed",
    show: ({ logouts }) => ({
      rows: logouts.map((logout) => ({
        SESSION: logout.session,
        APPLICATION: logout.clientId,
        USER: logout.accountId,
        STATE: logout.state,
        TRIED: String(logout.attempts),
        FAULT: logout.fault ?? "",
      })),
      say: logouts.length === 0 ? ["There is no such logout."] : [],
    }),
  },
  async run(trx, { state, cursor, ...page }, act) {
    const list = state === undefined ? "session logouts" : `session logouts ${state}`;
    const beforeId = readCursor(list, { cursor });
    await act.count({ type: "admin.read", details: { what: "logouts" } });
    const read = await listLogouts(trx, { state, beforeId, limit: rowsToRead(page) });
    const { rows, next } = cutPage(list, read, page, ({ id }) => id);
    return { logouts: rows.map(told), ...next };
  },
});
