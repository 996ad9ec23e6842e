// Owns trying the server of SMTP_URL without sending anything: whether it is reached, by TLS, lets this installation in, and takes
// its sender. Mail is announced, from the sender to the sender, and the connection closed where the mail itself would begin: what
// has not ended is not mail (RFC 5321, section 4.1.1.4).
import { Readable } from "node:stream";
import type { MailSender, SmtpServer } from "../settings/mail_values.ts";
import { connectionOptions, type SmtpError, statusOf } from "./transport.ts";

/** At which step a trial ended; `taken`: at none. */
export type TrialStep =
  | "taken"
  | "name"
  | "connection"
  | "time"
  | "certificate"
  | "tls"
  | "login"
  | "sender"
  | "bounces";

/** What came of a trial. */
export interface ServerTrial {
  step: TrialStep;
  /** Whether the connection was by TLS. */
  tls: boolean;
  /** The server's code, without its words: `550 5.1.1`. */
  reply?: string | undefined;
}

// A person waits for it.
const patience = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 10_000,
};

/** Tries a server. It ends by itself, also where nobody answers. */
export async function tryMailServer(
  server: SmtpServer,
  from: MailSender,
  issuer: string,
): Promise<ServerTrial> {
  const { default: SMTPConnection } = await import("nodemailer/lib/smtp-connection");
  const connection = new SMTPConnection({ ...connectionOptions(server, issuer), ...patience });
  const seen = (step: TrialStep, error?: SmtpError): ServerTrial => ({
    step,
    tls: connection.secure === true,
    reply: error && statusOf(error),
  });
  try {
    return await new Promise<ServerTrial>((resolve) => {
      const failed = (error: unknown) => resolve(seen(stepOf(error as SmtpError), error as SmtpError));
      connection.once("error", failed);
      const announce = () => {
        // Read once the server has taken sender and recipient and waits for the mail.
        const begun = new Readable({ read: () => resolve(seen("taken")) });
        connection.send({ from: from.address, to: [from.address] }, begun, (error) => {
          if (error) failed(error);
        });
      };
      connection.connect((error) => {
        if (error) return failed(error);
        const { user, password } = server;
        if (user === undefined || password === undefined) return announce();
        connection.login({ user, pass: password }, (refused) => (refused ? failed(refused) : announce()));
      });
    });
  } finally {
    // A socket that ends after that is nobody's fault.
    connection.on("error", () => undefined);
    connection.close();
  }
}

function stepOf({ code = "", command = "", message = "" }: SmtpError): TrialStep {
  if (/certificate|altnames|self.signed/i.test(message)) return "certificate";
  if (code === "ETLS" || /\b(?:ssl|tls)\b/i.test(message)) return "tls";
  if (code === "EAUTH") return "login";
  if (command === "MAIL FROM") return "sender";
  if (["RCPT TO", "DATA"].includes(command)) return "bounces";
  if (code === "EDNS") return "name";
  return code === "ETIMEDOUT" ? "time" : "connection";
}
