// Owns the settings of mail: through which server it is sent, and in whose name.

import { type MailSender, mailSender, type SmtpServer, smtpServer } from "./mail_values.ts";
import { none, setting } from "./setting.ts";

export const mailSettings = {
  smtp: setting<SmtpServer | undefined>({
    name: "SMTP_URL",
    doc: "The server that takes mail: `smtp://user:password@host:587` (STARTTLS; without TLS nothing is sent, except to this machine) or `smtps://…:465` (TLS from the start). Absent: no mail is sent, and nothing that needs it is offered ([mail.md](mail.md)).",
    fallback: none,
    parse: smtpServer,
    fromFile: true,
  }),
  mailFrom: setting<MailSender | undefined>({
    name: "TTI_MAIL_FROM",
    doc: "Whom mail is from: `login@example.com`, or with a name: `Example <login@example.com>`. What cannot be delivered comes back to this address.",
    fallback: none,
    parse: mailSender,
    fromFile: true,
    requiredWith: "SMTP_URL",
  }),
};
