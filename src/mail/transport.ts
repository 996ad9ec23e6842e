// Owns handing a mail to the server of SMTP_URL. nodemailer is loaded when there is one, and not before.
import type { Transporter } from "nodemailer";
import { parseEmailAddress } from "../input/email_address.ts";
import type { MailSender, SmtpServer } from "../settings/mail_values.ts";

/** A mail as it goes out. */
export interface OutgoingMail {
  /** Names it for ever: a mail that is sent again after a doubtful answer has the same. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** Takes mail. */
export interface MailTransport {
  /**
   * Hands a mail over.
   * @throws MailNotTaken; every other error is one of ours
   */
  send(mail: OutgoingMail): Promise<void>;
  close(): void;
}

/** The server did not take a mail. */
export class MailNotTaken extends Error {
  /** Whether it never will: the recipient or the mail is refused for good. */
  readonly forGood: boolean;

  constructor(message: string, forGood: boolean) {
    super(message);
    this.forGood = forGood;
  }
}

// One mail, from the look-up of the name to the server's last word; together less than a lease (attempts.ts).
const timeouts = {
  dnsTimeout: 10_000,
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 30_000,
} as const;

/** Opens the transport of a server. Nothing is sent yet, and no connection made. */
export async function openTransport(
  server: SmtpServer,
  from: MailSender,
  issuer: string,
): Promise<MailTransport> {
  const { createTransport } = await import("nodemailer");
  const transporter = createTransport({
    ...timeouts,
    host: server.host,
    port: server.port,
    secure: server.implicitTls,
    requireTLS: server.requireTls,
    tls: { minVersion: "TLSv1.2" },
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password } }),
    name: new URL(issuer).hostname,
    // A mail is made of its own texts, never of a file or an address they might name.
    disableFileAccess: true,
    disableUrlAccess: true,
  }) as Transporter;
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  return {
    async send(mail) {
      assertOneLine(mail.subject, mail.id);
      // One address of the form that is taken everywhere here: a comma would make two of it.
      parseEmailAddress(mail.to, "to");
      try {
        await transporter.sendMail({
          from: { name: from.name ?? "", address: from.address },
          to: { name: "", address: mail.to },
          // Said apart from the headers, so that no reader of headers makes several recipients of one.
          envelope: { from: from.address, to: [mail.to] },
          messageId: `<${mail.id}@${domain}>`,
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          // So that nothing that answers by itself does (RFC 3834).
          headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
        });
      } catch (error) {
        throw notTaken(error);
      }
    },
    close: () => transporter.close(),
  };
}

// What would begin another header never gets as far as the library that keeps it out as well.
function assertOneLine(...values: readonly string[]): void {
  for (const value of values) {
    if (/\p{Cc}/u.test(value)) throw new Error("a header of a mail holds a control character");
  }
}

interface SmtpError {
  code?: string;
  responseCode?: number;
  response?: string;
}

const causes: Readonly<Record<string, string>> = {
  EAUTH: "the mail server does not take the user name and password of SMTP_URL",
  ETLS: "the mail server offers no TLS, or none that can be trusted",
  ESOCKET: "the connection to the mail server failed",
  ECONNECTION: "the mail server cannot be reached",
  ETIMEDOUT: "the mail server did not answer in time",
  EDNS: "the mail server's name is not known",
};

// The server's own sentences are left out: they may repeat the mail, and with it a link.
function notTaken(error: unknown): MailNotTaken {
  const { code = "", responseCode, response = "" } = error as SmtpError;
  // Of the recipient and of the mail; what a server says of a connection says nothing of either.
  if (responseCode !== undefined && ["EENVELOPE", "EMESSAGE"].includes(code)) {
    const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})/.exec(response)?.[1];
    const said = [responseCode, ...(status === undefined ? [] : [status])].join(" ");
    const forGood = responseCode >= 500;
    return new MailNotTaken(
      forGood ? `the mail server refuses it: ${said}` : `the mail server puts it off: ${said}`,
      forGood,
    );
  }
  return new MailNotTaken(causes[code] ?? "it could not be handed to the mail server", false);
}
