// Owns turning a page model into HTML, under the headers that pages go out with.
// The only file that knows EJS. Templates are files of this folder, never strings from elsewhere; models are data.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ejs from "ejs";
import { brandSheetPath } from "./brand_sheet.ts";
import { currentFrame, currentLanguage } from "./frame.ts";
import type { MailModel } from "./mail.ts";
import { linkable, reachable } from "./page_links.ts";
import type { PageName, Pages } from "./pages.ts";
import { host, saidParts, strong } from "./said.ts";
import { passkeyScript, showPasswordScript } from "./script.ts";
import { type FrameName, stylesheet } from "./stylesheets.ts";
import type { Words } from "./words/language.ts";
import { defaultLanguage, languages, nameOfLanguage, wordsIn } from "./words/languages.ts";

const folder = fileURLToPath(new URL("./", import.meta.url));

const templates = compileTemplates();
const mailTemplates = compileMail();

/**
 * Draws a page, in the language of the request at hand (frame.ts) if it is one for persons.
 * @param name which page
 * @param model its content; every value is escaped
 * @returns a complete HTML document
 */
export function renderPage<N extends PageName>(name: N, model: Pages[N]): string {
  const template = templates.get(name);
  if (template === undefined) throw new Error(`there is no page named ${name}`);
  const frame = currentFrame();
  const forPersons = isForPersons(name);
  const language = forPersons ? currentLanguage() : defaultLanguage;
  const words = wordsIn(language);
  return template({
    page: model,
    frame,
    brandSheetPath: brandSheetPath(frame?.look?.color),
    language,
    words,
    languages: forPersons ? choices : [],
    typed: frame?.typed ?? {},
    saidParts,
    strong,
    host,
    stylesheetPath: stylesheet(frameOf(name)).path,
    linkable,
    reachable,
    scopeWords: (scope: string) => scopeWords(words, scope),
    scriptPath: passkeyScript.path,
    showPasswordPath: showPasswordScript.path,
    inCode,
  });
}

/**
 * Draws a mail, as text and as HTML; in HTML every value is escaped. It loads nothing from anywhere.
 * @param model its content
 */
export function renderMail(model: MailModel): { text: string; html: string } {
  return { text: mailTemplates.text(model), html: mailTemplates.html(model) };
}

/**
 * The headers every page goes out with: no script at all, no foreign content, no framing, no storing. A page on which passkeys
 * are made or used, or a person's password is typed, may load the scripts of ours (script.ts), from their own addresses, and
 * nothing written into the page.
 * `form-action` is left out on purpose: Chromium applies it to the redirects that follow a POST, and sign-in
 * ends in a redirect to the relying party.
 * @param page whether it loads one of them
 */
export function pageHeaders(page: { script?: boolean } = {}): Readonly<Record<string, string>> {
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": `default-src 'none'; ${page.script === true ? "script-src 'self'; " : ""}style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'`,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
  };
}

/**
 * The frame a page is drawn in, by its name: `console/…`, `portal/…`, `demo_…`; the account's pages are as wide as the
 * portal's; every other page is a card in the middle.
 */
export function frameOf(name: PageName): FrameName {
  const [area = ""] = name.split("/");
  if (area === "console" || area === "portal") return area;
  if (name.startsWith("demo_")) return "demo";
  return name.split("_")[0] === "account" ? "portal" : "narrow";
}

// A scope in words a person can consent to; one that only its application knows is shown as it is.
function scopeWords({ scopes, otherScope }: Words, scope: string): string {
  const known: Readonly<Record<string, string>> = scopes;
  return (Object.hasOwn(known, scope) ? known[scope] : undefined) ?? otherScope(scope);
}

// Who administers, and who looks at the demo, reads English.
function isForPersons(name: PageName): boolean {
  return !/^(?:console\/|portal\/|demo_)/.test(name);
}

const choices = languages.map((code) => ({ code, name: nameOfLanguage(code) }));

/** A text cut at its backticks: every second part is code. */
function inCode(text: string): readonly string[] {
  return text.split("`");
}

// Compiled once, at start: a template with a mistake stops the process instead of a sign-in.
function compileTemplates(): ReadonlyMap<string, (data: object) => string> {
  const compiled = new Map<string, (data: object) => string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ejs") || basename(file).startsWith("_") || dirname(file) === "mail") continue;
    const options = {
      filename: `${folder}${file}`,
      // Partials are found here from the folders of console and portal, too.
      views: [folder],
      cache: true,
      strict: true,
      localsName: "view",
      rmWhitespace: true,
    };
    const template = ejs.compile(readFileSync(options.filename, "utf8"), options);
    compiled.set(file.slice(0, -".ejs".length).replaceAll("\\", "/"), (data) => template(data));
  }
  return compiled;
}

function compileMail(): Readonly<Record<"text" | "html", (model: MailModel) => string>> {
  const compile = (name: string, options: { escape?: (text: unknown) => string } = {}) => {
    const filename = `${folder}mail/${name}.ejs`;
    return ejs.compile(readFileSync(filename, "utf8"), {
      ...{ filename, strict: true, localsName: "view" },
      ...options,
    });
  };
  // In plain text nothing has a meaning, so nothing is escaped.
  return { text: compile("text", { escape: (text) => String(text ?? "") }), html: compile("html") };
}
