// Owns the operations on the outbox: which mail waits, failed or was sent, and trying again what failed.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { isMailKind, mailKinds } from "../../mail/mail_kinds.ts";
import {
  findMail,
  listMails as listStored,
  type Mail,
  mailStates,
  saveMailRetried,
} from "../../mail/outbox_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import type { Shown } from "./command_face.ts";
import { operationsIn } from "./entry.ts";
import type { OperationContext } from "./operation.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";

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
  async run(trx, { state, cursor, ...page }, act) {
    const list = state === undefined ? "mail list" : `mail list ${state}`;
    const beforeId = readCursor(list, { cursor });
    await act.count({ type: "admin.read", details: { what: "mails" } });
    const read = await listStored(trx, { state, beforeId, limit: rowsToRead(page) });
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
