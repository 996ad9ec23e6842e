// Owns the page of the demo on which the mail of the provider is read.
import type Router from "@koa/router";
import { pageHeaders, renderPage } from "../views/render.ts";
import type { KeptMail, Mailbox } from "./mailbox.ts";

/** The page, on the demo's port. */
export const mailboxPath = "/mailbox";

/** Adds the page. */
export function addMailboxRoutes(
  router: Router,
  mailbox: Mailbox,
  links: readonly { label: string; url: string }[],
): void {
  router.get(mailboxPath, (ctx) => {
    ctx.set({ ...pageHeaders(), "Referrer-Policy": "no-referrer" });
    ctx.body = renderPage("demo_mailbox", { mails: mailbox.list().map(shown), links });
  });
}

function shown({ to, subject, text, cameAtMs }: KeptMail) {
  const [url] = /https?:\/\/\S+\?token=\S+/.exec(text) ?? [];
  return { to, subject, text, url, cameAt: new Date(cameAtMs).toISOString() };
}
