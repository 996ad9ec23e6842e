// Owns how the console says what became of a mail: its state, and of a fault what it means and what to do. Pure.
import { isMailKind, mailKinds } from "../mail/mail_kinds.ts";
import type { MailState } from "../mail/outbox_store.ts";
import type { Tone } from "../views/parts.ts";

/** The states of a mail as pages name them. */
export const stateLabels: Readonly<Record<MailState, string>> = {
  waiting: "Waits",
  sent: "Sent",
  failed: "Given up",
};

/** What a mail is for; of a kind of a newer version its name. */
export const kindLabel = (kind: string): string => (isMailKind(kind) ? mailKinds[kind].about : kind);

/** The state as a cell: what waits after a fault is late. */
export function stateCell({ state, fault }: { state: MailState; fault: string | null }): {
  text: string;
  tone?: Tone;
} {
  if (state === "failed") return { text: stateLabels.failed, tone: "bad" };
  if (state === "waiting" && fault !== null) return { text: "Late", tone: "warn" };
  return { text: stateLabels[state] };
}

/** How long ago something was, in the largest unit. */
export function ageText(atMs: number, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - atMs) / 60_000));
  if (minutes < 1) return "just now";
  const [count, unit] =
    minutes < 60
      ? [minutes, "minute"]
      : minutes < 1440
        ? [Math.floor(minutes / 60), "hour"]
        : [Math.floor(minutes / 1440), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

interface FaultWords {
  what: string;
  fix: string;
}

// First match counts. Of a server's answer the enhanced code says more than the reply's (RFC 3463, RFC 5321 section 4.2).
const known: readonly [RegExp, FaultWords][] = [
  [
    /refuses it: 5\d\d 5\.1\.[1236]|refuses it: 5\d\d 5\.2\.1|refuses it: 55[013]$/,
    {
      what: "The mail server says that nobody gets mail at this address.",
      fix: "Ask the person for the right address, and change it on their page.",
    },
  ],
  [
    /(?:refuses it|puts it off): \d{3} [45]\.2\.2/,
    { what: "The mailbox is full.", fix: "The person has to make room; then try it again." },
  ],
  [
    /(?:refuses it|puts it off): \d{3} [45]\.7\./,
    {
      what: "The mail server does not let this installation send it: a rule of its own, or of the recipient's.",
      fix: "Ask whoever runs the mail server why it refuses mail from the address of TTI_MAIL_FROM.",
    },
  ],
  [
    /does not take the sender/,
    {
      what: "The mail server does not let this installation send from the address of TTI_MAIL_FROM.",
      fix: "Allow the address at the mail server, or set TTI_MAIL_FROM to one that it allows.",
    },
  ],
  [
    /refuses it/,
    {
      what: "The mail server refuses it for good.",
      fix: "Ask whoever runs the mail server why, by this code.",
    },
  ],
  [
    /puts it off/,
    {
      what: "The mail server could not take it just then.",
      fix: "Nothing: it is tried again by itself, for as long as it is of use.",
    },
  ],
  [
    /user name and password|TLS|connection|reached|in time|name is not known|handed to the mail server/,
    {
      what: "The mail server could not be used.",
      fix: "Have the doctor look: it asks the mail server of SMTP_URL and says what is wrong.",
    },
  ],
  [
    /an administrator gave it up/,
    { what: "An administrator gave it up.", fix: "Try it again, if it is wanted after all." },
  ],
];

/** What a fault of a mail means, and what to do. */
export function faultWords(fault: string): FaultWords {
  const found = known.find(([pattern]) => pattern.test(fault))?.[1];
  return found ?? { what: `${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`, fix: "" };
}
