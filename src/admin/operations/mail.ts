// Owns the operations on the outbox: which mail waits, failed or was sent, how it does as a whole, trying again what failed, and
// giving up what waits.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { mailPolicy } from "../../mail/attempts.ts";
import { isMailKind, mailKinds } from "../../mail/mail_kinds.ts";
import { listMails as listStored, mostCounted, readOutboxState } from "../../mail/outbox_overview_store.ts";
import {
  findMail,
  type Mail,
  mailStates,
  saveMailGivenUp,
  saveMailRetried,
} from "../../mail/outbox_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import type { Shown } from "./command_face.ts";
import { operationsIn } from "./entry.ts";
import type { OperationContext } from "./operation.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
import { resolveUser } from "./user_view.ts";

/** What operations that cause mail work with. */
export interface MailContext extends OperationContext {
  /** Whether mail is sent at all. */
  sendsMail: boolean;
  /** Has this instance's outbox look, because something was put in; elsewhere nothing. */
  mailPut(): void;
}

const mailOperation = operationsIn<MailContext>();
const moment = z.int().nullable();

const mailShape = z
  .strictObject({
    id: z.string(),
    kind: z.string().describe(`One of: ${Object.keys(mailKinds).join(", ")}.`),
    recipient: z.string(),
    accountId: z.string().nullable().describe("Null: whom it is for is looked up when it is sent."),
    tenantId: z.string().nullable(),
    state: z.enum(mailStates),
    attempts: z.int().min(0),
    fault: z.string().nullable().describe("Why it was not sent, the last time."),
    createdAtMs: z.int(),
    nextAttemptAtMs: moment.describe("When it is tried; null: it waits no more."),
    settledAtMs: moment.describe("When it was sent or given up."),
  })
  .meta({ id: "Mail" });

type ToldMail = z.output<typeof mailShape>;

const told = ({ details: _, giveUpAtMs: __, ...mail }: Mail): ToldMail => mail;

/** Lists mail, newest first. */
export const listMails = mailOperation({
  name: "mail list",
  summary: "List the mail of the outbox, newest first",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject({
    state: z.enum(mailStates).optional().describe("Only mail that waits, was sent, or failed."),
    user: z
      .string()
      .optional()
      .describe("Only mail of this person: an e-mail address or a user id, also as `id:VALUE`."),
    ...pageInput,
  }),
  output: z.strictObject({ mails: z.array(mailShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/mails" }],
  cli: {
    summary: "list the mail that waits, failed, or was sent",
    about: `Newest first. What was sent stays a week, what failed a month. No link is among what is
listed: links are made when a mail is sent, and are kept nowhere.`,
    example: "--state failed",
    show: ({ mails }) => ({
      rows: mails.map((mail) => ({
        ID: mail.id,
        KIND: mail.kind,
        TO: mail.recipient,
        STATE: mail.state,
        TRIED: String(mail.attempts),
        FAULT: mail.fault ?? "",
      })),
      say: mails.length === 0 ? ["There is no such mail."] : [],
    }),
  },
  async run(trx, { state, user, cursor, ...page }, act) {
    const accountId = user === undefined ? undefined : (await resolveUser(trx, user)).id;
    const asked = [state, accountId && `of ${accountId}`].filter((one) => one !== undefined);
    const list = ["mail list", ...asked].join(" ");
    const beforeId = readCursor(list, { cursor });
    await act.count({ type: "admin.read", accountId, details: { what: "mails" } });
    const read = await listStored(trx, { state, accountId, beforeId, limit: rowsToRead(page) });
    const { rows, next } = cutPage(list, read, page, ({ id }) => id);
    return { mails: rows.map(told), ...next };
  },
});

/** Shows one mail. @throws OperationError mail_not_found */
export const showMail = mailOperation({
  name: "mail show",
  summary: "Show a mail of the outbox",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject({ mail: z.string().describe("Its id.") }),
  output: mailShape,
  http: [{ method: "get", path: "/v1/mails/:mail" }],
  cli: {
    arguments: { ID: "mail" },
    summary: "show one mail: what became of it, and why",
    example: "019a5bd2f0c03f9c0a1b2d4e5f60718293a4",
    show: (mail) => shown(mail),
  },
  async run(trx, { mail: id }, act) {
    const found = await getMail(trx, id);
    await act.count({
      type: "admin.read",
      accountId: found.accountId ?? undefined,
      details: { what: "mail" },
    });
    return told(found);
  },
});

/**
 * Has a mail that failed tried again, from the beginning; its link is a new one.
 * @throws OperationError mail_not_found, mail_not_failed, mail_not_configured
 */
export const retryMail = mailOperation({
  name: "mail retry",
  summary: "Try a mail that failed again",
  permission: adminChange,
  events: ["mail.retried"],
  input: z.strictObject({ mail: z.string().describe("Its id.") }),
  output: mailShape,
  http: [{ method: "post", path: "/v1/mails/:mail/retry" }],
  cli: {
    arguments: { ID: "mail" },
    summary: "try a mail that failed again",
    about: "It is tried as if it were new. A link in it is a new one.",
    example: "019a5bd2f0c03f9c0a1b2d4e5f60718293a4",
    show: (mail) => shown(mail),
  },
  async afterwards({ mailPut }) {
    mailPut();
  },
  async run(trx, { mail: id }, act) {
    assertSendsMail(act);
    const { kind, accountId, tenantId } = await getMail(trx, id);
    if (!isMailKind(kind) || !(await saveMailRetried(trx, id, kind, act.now))) {
      throw new OperationError("mail_not_failed", "The mail waits to be sent, or was sent.", {
        field: "mail",
      });
    }
    const details = { mail: id, kind };
    await act.record({
      type: "mail.retried",
      accountId: accountId ?? undefined,
      tenantId: tenantId ?? undefined,
      details,
    });
    return told(await getMail(trx, id));
  },
});

/** What is said of a mail that an administrator gave up. */
const givenUpByHand = "an administrator gave it up";

/**
 * Gives up a mail that waits. What an instance is handing over at that moment is sent all the same.
 * @throws OperationError mail_not_found, mail_not_waiting
 */
export const giveMailUp = mailOperation({
  name: "mail give-up",
  summary: "Give up a mail that waits",
  permission: adminChange,
  events: ["mail.failed"],
  input: z.strictObject({ mail: z.string().describe("Its id.") }),
  output: mailShape,
  http: [{ method: "post", path: "/v1/mails/:mail/give-up" }],
  cli: {
    arguments: { ID: "mail" },
    summary: "give up a mail that waits to be sent",
    about: `It is tried no more, and stands among what failed; tti mail retry takes that back. What an instance
is handing over at that moment is sent all the same.`,
    example: "019a5bd2f0c03f9c0a1b2d4e5f60718293a4",
    show: (mail) => shown(mail),
  },
  async run(trx, { mail: id }, act) {
    const { kind, accountId, tenantId, attempts } = await getMail(trx, id);
    const fault = givenUpByHand;
    const end = { nowMs: act.now.getTime(), keepMs: mailPolicy.keepFailedMs, fault };
    if (!(await saveMailGivenUp(trx, id, end))) {
      throw new OperationError("mail_not_waiting", "The mail was sent, or given up already.", {
        field: "mail",
      });
    }
    await act.record({
      type: "mail.failed",
      accountId: accountId ?? undefined,
      tenantId: tenantId ?? undefined,
      details: { mail: id, kind, fault, attempts },
    });
    return told(await getMail(trx, id));
  },
});

const dayMs = 86_400_000;

/** How the outbox does. */
export const mailStatus = mailOperation({
  name: "mail status",
  summary: "Show how the outbox does",
  permission: adminRead,
  events: [],
  input: z.strictObject({}),
  output: z.strictObject({
    sends: z.boolean().describe("Whether whoever answers this has a mail server to send by."),
    waiting: z.int().describe(`How many wait to be sent; ${mostCounted}: so many or more.`),
    late: z
      .strictObject({ createdAtMs: z.int(), fault: z.string() })
      .nullable()
      .describe("The oldest that was tried in vain and waits: since when, and why. Null: there is none."),
    failed: z.int().describe(`How many were given up in the last 24 hours; ${mostCounted}: so many or more.`),
    lastSentAtMs: moment.describe("When one was sent last; null: none in the last week."),
  }),
  http: [{ method: "get", path: "/v1/mail-status" }],
  cli: {
    summary: "show what mail waits, what is late and why, and what was given up",
    example: "",
    show: ({ sends, waiting, late, failed, lastSentAtMs }) => ({
      fields: [
        ["sends", sends ? "yes" : "no: SMTP_URL is not set here"],
        ["waiting", String(waiting)],
        [
          "late",
          late === null ? "nothing" : `since ${new Date(late.createdAtMs).toISOString()}: ${late.fault}`,
        ],
        ["given up", `${failed} in the last 24 hours`],
        ["last sent", lastSentAtMs === null ? "none in the last week" : new Date(lastSentAtMs).toISOString()],
      ],
    }),
  },
  async run(db, _input, { now, sendsMail: sends }) {
    return { sends, ...(await readOutboxState(db, now.getTime() - dayMs)) };
  },
});

/** Asserts that the installation sends mail. @throws OperationError mail_not_configured */
export function assertSendsMail({ sendsMail }: Pick<MailContext, "sendsMail">): void {
  if (sendsMail) return;
  throw new OperationError("mail_not_configured", "The installation sends no mail: SMTP_URL is not set.", {});
}

async function getMail(db: MailContext["db"], id: string): Promise<Mail> {
  const found = await findMail(db, id);
  if (found !== undefined) return found;
  throw new OperationError("mail_not_found", "No mail in the outbox has this id.", { field: "mail" });
}

function shown(mail: ToldMail): Shown {
  const moment = (ms: number) => new Date(ms).toISOString();
  const { nextAttemptAtMs, settledAtMs, fault } = mail;
  return {
    fields: [
      ["id", mail.id],
      ["kind", mail.kind],
      ["to", mail.recipient],
      ["state", mail.state],
      ["tried", String(mail.attempts)],
      ["made", moment(mail.createdAtMs)],
      ...(nextAttemptAtMs === null ? [] : ([["tried next", moment(nextAttemptAtMs)]] as const)),
      ...(settledAtMs === null ? [] : ([["settled", moment(settledAtMs)]] as const)),
      ...(fault === null ? [] : ([["fault", fault]] as const)),
    ],
  };
}
