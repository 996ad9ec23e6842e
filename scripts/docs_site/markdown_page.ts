// Owns turning one page's Markdown into HTML: headings with the ids that forges give them, links led where they go in the
// site, terms of the glossary at their first use, and the sections that the search looks through.
import { Marked, type Token, type Tokens } from "marked";
import type { GlossaryTerm } from "./glossary.ts";
import { judgeLink, type LinkWorld } from "./links.ts";
import { plainText } from "./site_pages.ts";

/** A heading of a page. */
export interface Heading {
  readonly depth: number;
  readonly id: string;
  readonly text: string;
}

/** One page, ready for its frame. */
export interface RenderedPage {
  readonly title: string;
  readonly html: string;
  /** Pictures that it shows, as seen from the project's root. */
  readonly files: readonly string[];
  /** What is wrong with it, each for a person who can mend it. */
  readonly faults: readonly string[];
}

/** A piece of a page that the search finds: the text below a heading. */
export interface SearchSection {
  readonly url: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

const parser = new Marked({ gfm: true });

/** The headings of a page with their ids, as GitHub, GitLab and Gitea make them. */
export function headingsOf(text: string): Heading[] {
  const counts = new Map<string, number>();
  return parser
    .lexer(text)
    .filter((token): token is Tokens.Heading => token.type === "heading")
    .map((token) => {
      const words = plainText([token]);
      const id = slugOf(words);
      const before = counts.get(id) ?? 0;
      counts.set(id, before + 1);
      return { depth: token.depth, id: before === 0 ? id : `${id}-${before}`, text: words };
    });
}

const slugOf = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");

/** The pieces of a page that the search looks through. */
export function sectionsOf(text: string, url: string): SearchSection[] {
  const headings = headingsOf(text);
  const page = headings[0]?.text ?? url;
  const sections: { heading: Heading | undefined; tokens: Token[] }[] = [];
  let next = 0;
  for (const token of parser.lexer(text)) {
    if (token.type === "heading") sections.push({ heading: headings[next++], tokens: [] });
    else sections.at(-1)?.tokens.push(token);
  }
  return sections.map(({ heading, tokens }, index) => ({
    url: index === 0 ? url : `${url}#${heading?.id}`,
    page,
    heading: heading?.text ?? page,
    text: tokens
      .map((token) => plainText([token]))
      .join(" ")
      .replace(/\s+/g, " ")
      .trim(),
  }));
}

/**
 * Renders a page.
 * @param world what links are judged by
 * @param source the page's file
 * @param text its Markdown
 * @param terms of the glossary, to be linked where the page first uses them
 */
export function renderPage(
  world: LinkWorld,
  source: string,
  text: string,
  terms: readonly GlossaryTerm[],
): RenderedPage {
  const headings = headingsOf(text);
  const faults: string[] = [];
  const files = new Set<string>();
  const waiting = new Set(terms);
  // Within a heading, a link or code nothing is linked again.
  let plain = 0;
  let heading = 0;
  const within = (render: () => string): string => {
    plain += 1;
    try {
      return render();
    } finally {
      plain -= 1;
    }
  };
  const led = (href: string): { href?: string; title?: string | undefined } => {
    const target = judgeLink(world, source, href);
    if (target.kind === "fault") faults.push(`${source}: ${target.problem}`);
    if (target.kind === "file") files.add(target.path);
    return target.kind === "address" || target.kind === "file" ? target : {};
  };
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }) {
        const { id = "", text: words = "" } = headings[heading++] ?? {};
        const inner = within(() => this.parser.parseInline(tokens));
        const anchor =
          depth === 1
            ? ""
            : ` <a class="anchor" href="#${id}" aria-label="Link to “${escapeHtml(words)}”">#</a>`;
        return `<h${depth} id="${id}">${inner}${anchor}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const { href: to, title } = led(href);
        // A page that is linked by its file's name is one by its title here.
        const isFile = title !== undefined && /^[\w./-]+\.md$/.test(plainText(tokens));
        const inner = isFile ? escapeHtml(title) : within(() => this.parser.parseInline(tokens));
        if (to === undefined) return `<span class="source">${inner}</span>`;
        return `<a href="${escapeHtml(to)}">${inner}</a>`;
      },
      image({ href, text: words }) {
        const { href: to } = led(href);
        if (to === undefined || /^https?:/.test(to)) {
          faults.push(`${source}: the picture ${href} is none of the project's own`);
          return "";
        }
        return `<img src="${escapeHtml(to)}" alt="${escapeHtml(words)}" loading="lazy">`;
      },
      html({ text: html }) {
        const rest = html.replace(/<!--[\s\S]*?-->/g, "").trim();
        if (rest !== "" && !/^<br\s*\/?>$/.test(rest)) {
          faults.push(
            `${source}: ${rest.slice(0, 60)} is read as HTML and would not be seen; put it in backticks`,
          );
        }
        return rest;
      },
      codespan({ text: code }) {
        // A long name may go on in the next line where its parts end; what is copied stays whole.
        return `<code>${escapeHtml(code).replace(/[_./:](?=[^\s;])/g, "$&<wbr>")}</code>`;
      },
      code({ text: code, lang }) {
        // What a command prints is not for copying.
        const copied = lang === undefined || lang === "text" ? "" : ' class="copied"';
        return `<pre tabindex="0"${copied}><code>${markComments(escapeHtml(code), lang ?? "")}</code></pre>\n`;
      },
      table({ header, rows }) {
        const row = (cells: readonly Tokens.TableCell[], name: "th" | "td"): string =>
          `<tr>${cells.map((cell) => `<${name}${name === "th" ? ' scope="col"' : ""}>${this.parser.parseInline(cell.tokens)}</${name}>`).join("")}</tr>`;
        // Heads that say nothing are not read out as such.
        const heads = header.some((cell) => cell.text.trim() !== "")
          ? `<thead>${row(header, "td").includes("<td></td>") ? row(header, "td") : row(header, "th")}</thead>`
          : "";
        return `<div class="wide" tabindex="0"><table>${heads}<tbody>${rows.map((cells) => row(cells, "td")).join("\n")}</tbody></table></div>\n`;
      },
      text(token) {
        if ("tokens" in token && token.tokens !== undefined) return this.parser.parseInline(token.tokens);
        const escaped = "escaped" in token && token.escaped ? token.text : escapeHtml(token.text);
        return plain > 0 ? escaped : linkTerms(escaped, waiting);
      },
    },
  });
  const html = marked.parse(text, { async: false });
  const [first] = headings;
  if (first === undefined || first.depth !== 1)
    faults.push(`${source}: it does not begin with a heading "# …"`);
  return { title: first?.text ?? source, html, files: [...files], faults };
}

/** Links each waiting term where it stands first in some text, and takes it off the list. */
function linkTerms(escaped: string, waiting: Set<GlossaryTerm>): string {
  let runs: { text: string; done: boolean }[] = [{ text: escaped, done: false }];
  for (const term of waiting) {
    for (const [index, { text, done }] of runs.entries()) {
      const match = done ? null : term.pattern.exec(text);
      if (match === null) continue;
      waiting.delete(term);
      const link = `<a class="term" href="${escapeHtml(term.href)}" title="${escapeHtml(term.meaning)}">${match[0]}</a>`;
      runs = [
        ...runs.slice(0, index),
        { text: text.slice(0, match.index), done: false },
        { text: link, done: true },
        { text: text.slice(match.index + match[0].length), done: false },
        ...runs.slice(index + 1),
      ];
      break;
    }
  }
  return runs.map(({ text }) => text).join("");
}

/** Comments of a shell or a program stand back. */
function markComments(escaped: string, language: string): string {
  const begin = /^(sh|bash|yaml|yml|hcl)$/.test(language)
    ? "#"
    : /^(ts|js|mjs|jsonc)$/.test(language)
      ? "//"
      : undefined;
  if (begin === undefined) return escaped;
  return escaped.replace(new RegExp(`(^|\\s)(${begin} .*)`, "gm"), '$1<span class="comment">$2</span>');
}

/** Text as it may stand in HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
