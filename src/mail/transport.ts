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
  /** Whether it says that nobody gets mail at the recipient's address. */
  readonly nobodyThere: boolean;

  constructor(message: string, forGood: boolean, nobodyThere = false) {
    super(message);
    this.forGood = forGood;
    this.nobodyThere = nobodyThere;
  }
}

/** How long a server may take, in milliseconds. */
export interface SmtpLimits {
  dnsTimeout: number;
  connectionTimeout: number;
  greetingTimeout: number;
  /** Without a word: it may be looking at a mail, and one that is given up then may have been taken (RFC 5321 section 4.5.3.2). */
  socketTimeout: number;
  /** One mail, from the look-up of the name to the server's last word, however slowly it speaks: less than a lease (attempts.ts). */
  wholeMs: number;
}

/** The defaults. */
export const smtpLimits: SmtpLimits = {
  dnsTimeout: 10_000,
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 60_000,
  wholeMs: 150_000,
};

/** How a server is connected to. */
export const connectionOptions = (server: SmtpServer, issuer: string) => ({
  host: server.host,
  port: server.port,
  secure: server.implicitTls,
  requireTLS: server.requireTls,
  tls: { minVersion: "TLSv1.2" as const },
  name: new URL(issuer).hostname,
});

/** Opens the transport of a server. Nothing is sent yet, and no connection made. */
export async function openTransport(
  server: SmtpServer,
  from: MailSender,
  issuer: string,
  { wholeMs, ...timeouts }: SmtpLimits = smtpLimits,
): Promise<MailTransport> {
  const { createTransport } = await import("nodemailer");
  const transporter = createTransport({
    ...timeouts,
    ...connectionOptions(server, issuer),
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password } }),
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
        const sending = transporter.sendMail({
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
        await within(wholeMs, sending);
      } catch (error) {
        throw notTaken(error);
      }
    },
    close: () => transporter.close(),
  };
}

async function within(limitMs: number, sending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("late"), { code: "ETIMEDOUT" })), limitMs);
  });
  // What becomes of it later is nobody's any more: the mail is tried again, with the same Message-ID.
  sending.catch(() => undefined);
  try {
    await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
  }
}

// What would begin another header never gets as far as the library that keeps it out as well.
function assertOneLine(...values: readonly string[]): void {
  for (const value of values) {
    if (/\p{Cc}/u.test(value)) throw new Error("a header of a mail holds a control character");
  }
}

/** What the library's errors say. */
export interface SmtpError {
  code?: string;
  message?: string;
  /** The command that was answered so. */
  command?: string;
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

// No such mailbox or domain, moved, or switched off (RFC 3463, sections 3.2 and 3.3); without an enhanced code what RFC 5321 has for
// it. What a server will not do (5.7) says nothing of the address.
const deadAddress = /^5\d\d 5\.(?:1\.(?:1|2|3|6|10)|2\.1)$|^55[013]$/;

/** The codes of an answer, without the server's words: `550 5.1.1`. */
export function statusOf({ responseCode, response = "" }: SmtpError): string | undefined {
  if (responseCode === undefined) return undefined;
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})/.exec(response)?.[1];
  return [responseCode, ...(status === undefined ? [] : [status])].join(" ");
}

// The server's own sentences are left out: they may repeat the mail, and with it a link.
function notTaken(error: unknown): MailNotTaken {
  const { code = "", responseCode, command } = error as SmtpError;
  const said = statusOf(error as SmtpError);
  // What a server says of a connection says nothing of a mail.
  if (responseCode !== undefined && said !== undefined && ["EENVELOPE", "EMESSAGE"].includes(code)) {
    if (responseCode < 500) return new MailNotTaken(`the mail server puts it off: ${said}`, false);
    // Of our settings, and so of every mail: once they are mended, it goes out.
    if (command === "MAIL FROM")
      return new MailNotTaken(`the mail server does not take the sender: ${said}`, false);
    const nobodyThere = command === "RCPT TO" && deadAddress.test(said);
    return new MailNotTaken(`the mail server refuses it: ${said}`, true, nobodyThere);
  }
  return new MailNotTaken(causes[code] ?? "it could not be handed to the mail server", false);
}
