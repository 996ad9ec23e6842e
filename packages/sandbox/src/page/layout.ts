// The frame of every page: head, navigation, footer, and the headers that keep other origins and their scripts out.
import type { OutboundResponse } from "../gateway/http/listener.ts";
import { type Html, html } from "./html.ts";
import { SCRIPT_VERSION } from "./page_script.ts";
import { STYLESHEET_VERSION } from "./stylesheet.ts";

/** Nothing but our own stylesheet is loaded; forms go nowhere but here unless a page says so. */
const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
/** What a page with our script may besides: run that one file, and ask us. */
const SCRIPT_POLICY = "; script-src 'self'; connect-src 'self'";

/** A page to be framed. */
export type PageContent = {
  title: string;
  /** Which entry of the navigation is the present one. */
  section?: "requests" | "contents" | "controls";
  /** Whether our script runs on it; everything works without. */
  script?: boolean;
  /** Sources of `form-action`; default: no form may be sent. */
  formAction?: string;
  body: Html;
};

/** @returns the page as an answer; it is never stored and never framed */
export function renderPage(content: PageContent, status = 200): OutboundResponse {
  const { title, section, script = false, body } = content;
  const entry = (name: PageContent["section"], href: string, label: string) =>
    html`<a href="${href}"${section === name && html` aria-current="page"`}>${label}</a>`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Sandbox</title>
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/page.css?${STYLESHEET_VERSION}">
${script && html`<script src="/page.js?${SCRIPT_VERSION}" defer></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<a class="brand" href="/"><span class="mark" aria-hidden="true"></span>Sandbox <small>local AWS</small></a>
<nav aria-label="Pages">${entry("requests", "/", "Requests")}${entry("contents", "/contents", "Contents")}${entry("controls", "/controls", "Controls")}</nav>
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer>Not AWS. Nothing here leaves this machine, except what the issuers you registered are asked for.</footer>
</body>
</html>
`;
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": `${POLICY}${script ? SCRIPT_POLICY : ""}; form-action ${content.formAction ?? "'none'"}`,
      // Not no-referrer: forms would then come with the origin "null", like those of any other page.
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
    },
    body: page.markup,
  };
}

/** @returns a page that says what is wrong and where to go on */
export function renderMessagePage(status: number, title: string, text: string): OutboundResponse {
  return renderPage(
    { title, body: html`<h1>${title}</h1><p>${text}</p><p><a href="/">Last requests</a></p>` },
    status,
  );
}
