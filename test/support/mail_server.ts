// Owns a real SMTP server for tests, in this process: what it took, as a mail program reads it.
import { after, before } from "node:test";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { standIn } from "./stand_in.ts";

/** A mail that was taken. */
export interface TakenMail {
  /** The recipients the server was told, whatever the headers say. */
  to: readonly string[];
  from: string;
  raw: string;
  mail: Email;
}

/** A running server. */
export interface MailServer {
  /** What a provider needs to send by it. */
  environment: Record<string, string>;
  url: string;
  /** All that was taken, in order. */
  taken: TakenMail[];
  /** The next mail to an address that nobody has waited for yet. Only a hang reaches the limit. */
  next(address: string): Promise<TakenMail>;
  /** Addresses that are refused: with which answer. */
  refuse: Map<string, string>;
  close(): Promise<void>;
}

const limitMs = 30_000;

/** Starts a server on a free port. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const taken: TakenMail[] = [];
  const refuse = new Map<string, string>();
  const seen = new Set<TakenMail>();
  let waiting: (() => void)[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo({ address }, _session, answer) {
      const [, code = "", text = ""] = /^(\d{3}) (.*)$/.exec(refuse.get(address) ?? "") ?? [];
      answer(code === "" ? null : Object.assign(new Error(text), { responseCode: Number(code) }));
    },
    onData(stream, session, answer) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", async () => {
        const raw = Buffer.concat(parts).toString("utf8");
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          to: rcptTo.map(({ address }) => address),
          from: mailFrom === false ? "" : mailFrom.address,
          raw,
          mail: await PostalMime.parse(raw),
        });
        answer(null);
        for (const wake of waiting.splice(0)) wake();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as { port: number };
  const url = `smtp://127.0.0.1:${port}`;
  return {
    url,
    environment: { SMTP_URL: url, TTI_MAIL_FROM: "Example Login <login@isv.example>" },
    taken,
    refuse,
    async next(address) {
      for (;;) {
        const found = taken.find((one) => !seen.has(one) && one.to.includes(address));
        if (found !== undefined) {
          seen.add(found);
          return found;
        }
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error(`no mail came to ${address}`)), limitMs);
          waiting.push(() => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
    },
    async close() {
      waiting = [];
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Gives the tests that follow a mail server. */
export function useMailServer(options: SMTPServerOptions = {}): MailServer {
  let server: MailServer | undefined;
  before(async () => {
    server = await startMailServer(options);
  });
  after(() => server?.close());
  return standIn("the mail server", () => server);
}

/** The one link of a mail; its text and its HTML lead to the same. */
export function linkOf({ mail }: TakenMail): URL {
  const inText = [...(mail.text ?? "").matchAll(/https?:\/\/\S+\?token=\S+/g)].map(([url]) => url);
  const inHtml = [...(mail.html ?? "").matchAll(/href="(https?:\/\/[^"]+\?token=[^"]+)"/g)].map(
    ([, url]) => url,
  );
  const [url] = new Set([...inText, ...inHtml]);
  if (url === undefined || inText.length !== 1 || inHtml.length !== 1 || inText[0] !== inHtml[0]) {
    throw new Error(`not one link in the mail: ${JSON.stringify([inText, inHtml])}`);
  }
  return new URL(url);
}
