// Owns how the settings of mail are read from text. A reader returns the value or throws an Error whose message is "what is
// wrong|what to do"; none repeats a password.
import { isEmailAddress } from "../input/email_address.ts";
import { readText } from "../input/text.ts";
import { uriOf } from "../input/web_address.ts";
import type { Mode } from "./setting.ts";

/** The server that takes mail. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (RFC 8314 section 3.3); else by STARTTLS. */
  implicitTls: boolean;
  /** Whether nothing is sent without TLS. */
  requireTls: boolean;
  user?: string;
  password?: string;
}

/** Whom mail is from. */
export interface MailSender {
  name?: string;
  address: string;
}

const write = "Write it like smtp://user:password@smtp.example.com:587";
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The address of a mail server. The value is not repeated: it may hold a password. */
export function smtpServer(value: string, mode: Mode): SmtpServer {
  const uri = uriOf(value);
  const implicitTls = uri?.protocol === "smtps:";
  if (uri === undefined || (!implicitTls && uri.protocol !== "smtp:") || uri.hostname === "") {
    throw new Error(`it is not a URL that begins with smtp:// or smtps://|${write}`);
  }
  if (!["", "/"].includes(uri.pathname) || uri.search !== "" || uri.hash !== "") {
    throw new Error(`it is more than user, password, host and port|${write}`);
  }
  const [user, password] = [decoded(uri.username), decoded(uri.password)];
  if ((user === "") !== (password === "")) {
    throw new Error(`it holds a user name without a password, or a password without a user name|${write}`);
  }
  const local = loopback.has(uri.hostname);
  return {
    host: uri.hostname.replace(/^\[|\]$/g, ""),
    port: uri.port === "" ? (implicitTls ? 465 : 587) : Number(uri.port),
    implicitTls,
    requireTls: !implicitTls && !local && (mode === "production" || user !== ""),
    ...(user === "" ? {} : { user, password }),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error(`its user name or password holds a % that stands for nothing|Write % itself as %25`);
  }
}

/** An address, with or without a name before it. */
export function mailSender(value: string): MailSender {
  const [, named, inside] = /^([^<>]*)<([^<>]*)>$/.exec(value) ?? [];
  const address = (inside ?? value).trim();
  if (!isEmailAddress(address)) {
    throw new Error(
      "it is no e-mail address|Write login@example.com, or with a name: Example <login@example.com>",
    );
  }
  const name = (named ?? "").trim().replace(/^"(.*)"$/, "$1");
  if (name === "") return { address };
  const read = readText(name, { most: 100 });
  if ("text" in read) return { name: read.text, address };
  throw new Error(`its name ${read.fault}|Write the name as people know it`);
}
