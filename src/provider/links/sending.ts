// Owns whether an instance sends mail, and the outbox it works off then.
import type { Installation } from "../../installation.ts";
import type { MailPolicy } from "../../mail/attempts.ts";
import { startOutbox } from "../../mail/outbox.ts";
import { type MailTransport, openTransport } from "../../mail/transport.ts";
import { markReturned } from "./returned_mail.ts";
import { createMailWriter } from "./write_mail.ts";

/** Sending mail, as an instance does it. */
export interface Sending {
  /** Whether it does at all. */
  sendsMail: boolean;
  /** Has the outbox look, because something was put in. */
  mailPut(): void;
  stop(): Promise<void>;
}

const noSending: Sending = { sendsMail: false, mailPut: () => undefined, stop: async () => undefined };

/**
 * Starts sending, if the settings name a server, or one is given.
 * @param how `given` takes mail in place of the server of SMTP_URL: the mailbox of `tti dev`; `onDuty` is asked at each look
 *   into the outbox whether this process looks, or another of the instance
 */
export async function startSending(
  installation: Installation,
  how: {
    given?: MailTransport | undefined;
    policy?: MailPolicy | undefined;
    onDuty?: (() => boolean) | undefined;
  } = {},
): Promise<Sending> {
  const { given, policy, onDuty } = how;
  const { smtp, mailFrom, issuer } = installation;
  const own = smtp && mailFrom && (await openTransport(smtp, mailFrom, issuer));
  const transport = given ?? own;
  if (transport === undefined) return noSending;
  const write = createMailWriter(installation);
  const outbox = startOutbox({ ...installation, transport, write, onDuty, returned: markReturned }, policy);
  return { sendsMail: true, mailPut: outbox.nudge, stop: outbox.stop };
}
