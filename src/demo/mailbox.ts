// Owns the mailbox of `tti dev`: it takes what the provider would hand to a mail server, for whoever tries it to read. It is kept
// in memory and ends with the process. No installation has one: a mail's link stands for its person.
import type { Clock } from "../clock.ts";
import type { MailTransport, OutgoingMail } from "../mail/transport.ts";

/** How many mails are kept: the newest. */
export const mostKept = 100;

/** A mail that came. */
export interface KeptMail extends OutgoingMail {
  /** Epoch milliseconds. */
  cameAtMs: number;
}

/** Takes mail, and shows it. */
export interface Mailbox extends MailTransport {
  /** What came, newest first. */
  list(): readonly KeptMail[];
}

/** Makes an empty mailbox. */
export function createMailbox(clock: Clock): Mailbox {
  let kept: readonly KeptMail[] = [];
  return {
    async send(mail) {
      kept = [{ ...mail, cameAtMs: clock().getTime() }, ...kept].slice(0, mostKept);
    },
    close: () => undefined,
    list: () => kept,
  };
}
