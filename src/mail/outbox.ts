// Owns working the outbox off: an instance takes what is due, has it written, hands it over, and says what became of it. Nothing
// is lost: what an instance had taken when it ended is taken by another once the lease is over.
import { createAuditEvent } from "../audit/audit_store.ts";
import type { Database } from "../db/connect.ts";
import type { StoreAndClock } from "../installation.ts";
import type { Log } from "../log.ts";
import { inBackgroundSpan } from "../observability/background_spans.ts";
import { one } from "../observability/metric_table.ts";
import { tell } from "../observability/recorder.ts";
import { type Outbox, startWorkingOff } from "../outbox/work_off.ts";
import { errorTypeOf, type Span } from "../tracing/active_span.ts";
import { type MailPolicy, mailPolicy, nextAttemptMs } from "./attempts.ts";
import {
  claimMail,
  deleteMail,
  findMail,
  isMailDue,
  type Mail,
  saveMailDelayed,
  saveMailFailed,
  saveMailSent,
} from "./outbox_store.ts";
import { MailNotTaken, type MailTransport, type OutgoingMail } from "./transport.ts";

/** What a mail came to when it was to be written: a mail, or none, because nobody is to get it. */
export type Written = OutgoingMail | "nobody" | { over: string };

/** What the outbox works with. */
export interface OutboxDeps extends StoreAndClock {
  log: Log;
  transport: MailTransport;
  /** Writes a mail, at the moment it is sent: links are made here, and stand nowhere else. */
  write(mail: Mail): Promise<Written>;
  /** Whether this process looks for what is due; absent: it does. */
  onDuty?: (() => boolean) | undefined;
  /** Is told, in the transaction in which a mail is given up, that nobody gets mail at its recipient's address. */
  returned?(trx: Database, mail: Mail, now: Date): Promise<void>;
}

/** Starts working. Several instances may work one store's outbox off. */
export function startOutbox(deps: OutboxDeps, policy: MailPolicy = mailPolicy): Outbox {
  const { db, clock, log, transport } = deps;
  async function handOver(mail: Mail, span: Span | undefined): Promise<void> {
    try {
      if (clock().getTime() >= mail.giveUpAtMs)
        return await giveUp(mail, mail.fault ?? "it was not sent in time");
      const written = await deps.write(mail);
      if (written === "nobody") return await deleteMail(db, mail.id);
      if ("over" in written) return await giveUp(mail, written.over);
      await transport.send(written);
    } catch (error) {
      span?.fail(errorTypeOf(error));
      return putOff(mail, error);
    }
    const { id, kind } = mail;
    await saveMailSent(db, id, { nowMs: clock().getTime(), keepMs: policy.keepSentMs });
    tell(db, one("tti_mails_total", { outcome: "sent" }));
    log.info({ mail: id, kind }, "mail was handed to the mail server");
  }

  async function putOff(mail: Mail, error: unknown): Promise<void> {
    const known = error instanceof MailNotTaken;
    if (!known) log.error({ err: error, mail: mail.id, kind: mail.kind }, "a mail could not be written");
    const fault = known ? error.message : "it could not be written; the log says why";
    const nextMs = known && error.forGood ? undefined : nextAttemptMs(mail, clock().getTime(), policy);
    if (nextMs === undefined) return giveUp(mail, fault, known && error.nobodyThere);
    log.warn({ mail: mail.id, kind: mail.kind, fault }, "mail was not sent and is tried again");
    await saveMailDelayed(db, mail, { nextMs, fault });
    tell(db, one("tti_mails_total", { outcome: "delayed" }));
  }

  async function giveUp(mail: Mail, fault: string, nobodyThere = false): Promise<void> {
    const { id, kind, attempts } = mail;
    await db.transaction(async (trx) => {
      const now = clock();
      const end = { nowMs: now.getTime(), keepMs: policy.keepFailedMs, fault };
      if (!(await saveMailFailed(trx, mail, end))) return;
      // Whom it is for may have become known while it was written.
      const known = (await findMail(trx, id)) ?? mail;
      const { accountId, tenantId } = known;
      const details = { mail: id, kind, fault, attempts };
      const named = { accountId: accountId ?? undefined, tenantId: tenantId ?? undefined };
      await createAuditEvent(trx, { type: "mail.failed", actor: "system", ...named, details }, now);
      if (nobodyThere) await deps.returned?.(trx, known, now);
      log.error({ mail: id, kind, fault }, "mail could not be sent and was given up");
    });
  }

  const { intervalMs, atOnce, leaseMs } = policy;
  const outbox = startWorkingOff<Mail>({
    ...{ log, intervalMs, atOnce, onDuty: deps.onDuty },
    name: "the outbox",
    claim: () => claimMail(db, { nowMs: clock().getTime(), leaseMs }),
    isDue: () => isMailDue(db, clock().getTime()),
    handle: (mail) =>
      inBackgroundSpan(
        db,
        ["mail", "mail send"],
        { "tti.outbox.id": mail.id, "tti.mail.kind": mail.kind, "tti.outbox.attempt": mail.attempts },
        (span) => handOver(mail, span),
      ),
  });
  return {
    ...outbox,
    async stop() {
      await outbox.stop();
      transport.close();
    },
  };
}
