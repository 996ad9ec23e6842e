// Owns turning a page model into HTML, and the one stylesheet, joined from style/*.css in order of name.
// The only file that knows EJS. Templates are files of this folder, never strings from elsewhere; models are data.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ejs from "ejs";
import { currentFrame } from "./frame.ts";
import { linkable, type PageName, type Pages, scopeWords } from "./pages.ts";

const folder = fileURLToPath(new URL("./", import.meta.url));

/** A static file served with a name that changes with its content. */
export interface Asset {
  /** URL path, e.g. `/assets/0a1b2c….css`. */
  path: string;
  body: Buffer;
  contentType: string;
  /** Strong validator, quoted (RFC 9110 section 8.8.3). */
  etag: string;
  /** Value for `Cache-Control`: the name changes with the content, so a cache may keep it. */
  cacheControl: string;
}

const sheet = readStylesheet();
const templates = compileTemplates();

/** The stylesheet of every page. */
export function stylesheet(): Asset {
  return sheet;
}

/**
 * Draws a page.
 * @param name which page
 * @param model its content; every value is escaped
 * @returns a complete HTML document
 */
export function renderPage<N extends PageName>(name: N, model: Pages[N]): string {
  const template = templates.get(name);
  if (template === undefined) throw new Error(`there is no page named ${name}`);
  return template({
    page: model,
    frame: currentFrame(),
    stylesheetPath: sheet.path,
    linkable,
    scopeWords,
    inCode,
  });
}

/**
 * The headers every page goes out with: no script at all, no foreign content, no framing, no storing.
 * `form-action` is left out on purpose: Chromium applies it to the redirects that follow a POST, and sign-in
 * ends in a redirect to the relying party.
 */
export function pageHeaders(): Readonly<Record<string, string>> {
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy":
      "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
  };
}

/** A text cut at its backticks: every second part is code. */
function inCode(text: string): readonly string[] {
  return text.split("`");
}

function readStylesheet(): Asset {
  const parts = readdirSync(`${folder}style`).filter((file) => file.endsWith(".css"));
  const body = Buffer.concat(parts.sort().map((file) => readFileSync(`${folder}style/${file}`)));
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return {
    path: `/assets/${hash}.css`,
    body,
    contentType: "text/css; charset=utf-8",
    etag: `"${hash}"`,
    cacheControl: "public, max-age=31536000, immutable",
  };
}

// Compiled once, at start: a template with a mistake stops the process instead of a sign-in.
function compileTemplates(): ReadonlyMap<string, (data: object) => string> {
  const compiled = new Map<string, (data: object) => string>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".ejs") || file.startsWith("_")) continue;
    const options = {
      filename: `${folder}${file}`,
      cache: true,
      strict: true,
      localsName: "view",
      rmWhitespace: true,
    };
    const template = ejs.compile(readFileSync(options.filename, "utf8"), options);
    compiled.set(file.slice(0, -".ejs".length), (data) => template(data));
  }
  return compiled;
}
