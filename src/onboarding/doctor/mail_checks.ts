// Owns the judgement of mail: what the server of SMTP_URL said when it was tried, and how the outbox does. Pure.
import type { OutboxState } from "../../mail/outbox_overview_store.ts";
import type { ServerTrial, TrialStep } from "../../mail/server_trial.ts";
import type { SmtpServer } from "../../settings/mail_values.ts";
import { type Complaint, type Finding, failed, information, passed, warning } from "./finding.ts";

/** What was seen of mail. */
export interface MailFacts {
  /** The server of SMTP_URL, and what came of trying it; undefined: no mail is sent. */
  tried: { server: Pick<SmtpServer, "host" | "port">; trial: ServerTrial } | undefined;
  outbox: OutboxState;
}

/** Checks mail. */
export function checkMail({ tried, outbox }: MailFacts): Finding[] {
  return [checkServer(tried), checkOutbox(outbox, tried !== undefined)];
}

const unsent = "No mail is sent: nobody is invited, and nobody gets a new password.";

const complaints: Readonly<Record<Exclude<TrialStep, "taken" | "bounces">, (where: string) => Complaint>> = {
  name: (where) => ({
    message: `The name of the mail server ${where} is not known`,
    cause: unsent,
    fix: "Correct the host in SMTP_URL, or the DNS that this machine asks.",
  }),
  connection: (where) => ({
    message: `The mail server ${where} cannot be reached`,
    cause: unsent,
    fix: "Correct host and port in SMTP_URL, and let this machine through to it: 587 with smtp://, 465 with smtps://.",
  }),
  time: (where) => ({
    message: `The mail server ${where} does not answer in time`,
    cause: unsent,
    fix: "Look whether a firewall drops the connection, and whether the scheme fits the port: smtp:// for 587, smtps:// for 465.",
  }),
  certificate: (where) => ({
    message: `The certificate of the mail server ${where} cannot be trusted`,
    cause: unsent,
    fix: "Name the host in SMTP_URL as its certificate does; of a private authority give its certificate in NODE_EXTRA_CA_CERTS.",
  }),
  tls: (where) => ({
    message: `The mail server ${where} offers no TLS, or speaks it otherwise than SMTP_URL says`,
    cause: `${unsent} A password and people's links do not go out in the clear.`,
    fix: "Write smtp:// for a server that begins TLS by STARTTLS (587), smtps:// for one that speaks it from the start (465).",
  }),
  login: (where) => ({
    message: `The mail server ${where} does not take the user name and password of SMTP_URL`,
    cause: unsent,
    fix: "Correct them in SMTP_URL; what a URL gives another meaning is written as %40, %3A, %2F, %25.",
  }),
  sender: (where) => ({
    message: `The mail server ${where} takes no mail from the address of TTI_MAIL_FROM`,
    cause: unsent,
    fix: "Allow the address at the mail server, or set TTI_MAIL_FROM to one that it allows.",
  }),
};

function checkServer(tried: MailFacts["tried"]): Finding {
  if (tried === undefined) {
    return information(
      "mail_server",
      "no mail is sent: SMTP_URL is not set, and nothing that needs it is offered",
    );
  }
  const { server, trial } = tried;
  const where = `${server.host}:${server.port}`;
  const by = trial.tls ? "by TLS" : "without TLS";
  if (trial.step === "taken") {
    return passed(
      "mail_server",
      `${where} takes mail from the address of TTI_MAIL_FROM, ${by}; nothing was sent`,
    );
  }
  const reply = trial.reply === undefined ? "" : `: ${trial.reply}`;
  if (trial.step === "bounces") {
    return warning("mail_server", {
      message: `${where} takes mail from the address of TTI_MAIL_FROM, ${by}, but none to it${reply}`,
      cause: "What cannot be delivered comes back to that address, and nobody reads it.",
      fix: "Give the address a mailbox that somebody reads, or set TTI_MAIL_FROM to one that has.",
    });
  }
  const { message, ...more } = complaints[trial.step](where);
  return failed("mail_server", { message: `${message}${reply}`, ...more });
}

function checkOutbox({ waiting, late, failed: lost }: OutboxState, sends: boolean): Finding {
  if (lost > 0) {
    return warning("outbox", {
      message: `Mail was given up in the last 24 hours: ${lost}`,
      cause: "The people it was for did not get it.",
      fix: "See which and why: tti mail list --state failed. Once that is mended: tti mail retry.",
    });
  }
  if (late !== null) {
    return warning("outbox", {
      message: `Mail waits that could not be sent: ${late.fault}`,
      cause: `The oldest was written at ${new Date(late.createdAtMs).toISOString()}. It is tried again by itself, for as long as it is of use.`,
      fix: "See which: tti mail list --state waiting.",
    });
  }
  if (waiting > 0 && !sends) {
    return warning("outbox", {
      message: `Mail waits, and no mail server is set: ${waiting}`,
      cause: "It was written while one was, or an instance with other settings wrote it.",
      fix: "Set SMTP_URL and TTI_MAIL_FROM where tti serve runs, or give it up: tti mail give-up.",
    });
  }
  return passed("outbox", `nothing is late, and nothing was given up in the last 24 hours; ${waiting} wait`);
}
