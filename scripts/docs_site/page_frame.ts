// Owns what stands around every page of the site: head, bar, navigation, what is on the page, the ways on. Nothing is loaded
// from another host, and the page's own policy says so to the browser.
import { relativeUrl } from "./links.ts";
import { escapeHtml, type Heading, type RenderedPage } from "./markdown_page.ts";
import { type PageGroup, type SitePage, urlOf } from "./site_pages.ts";

/** Everything the frame needs of a page. */
export interface FramedPage {
  readonly page: SitePage;
  readonly rendered: RenderedPage;
  readonly headings: readonly Heading[];
  readonly groups: readonly PageGroup[];
  /** The version of the product the pages describe. */
  readonly version: string;
}

// Opened from a disk, a page's own files are not "self" to every browser: they are named by their scheme too.
const policy =
  "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:; base-uri 'none'; form-action 'none'";

/** The whole page. */
export function framePage({ page, rendered, headings, groups, version }: FramedPage): string {
  const to = (url: string): string => escapeHtml(relativeUrl(page.url, url));
  const order = groups.flatMap((group) => group.pages);
  const at = order.findIndex(({ source }) => source === page.source);
  const [before, after] = [order[at - 1], at < 0 ? undefined : order[at + 1]];
  const isHome = page.url === "index.html";
  const title = isHome ? "tti-provider" : `${rendered.title} – tti-provider`;
  const parts = headings.filter(({ depth }) => depth === 2 || depth === 3);
  return `<!doctype html>
<html lang="en" data-root="${to("index.html").replace(/index\.html$/, "")}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" type="image/svg+xml" href="${to("icon.svg")}">
<link rel="stylesheet" href="${to("site.css")}">
<script src="${to("find.js")}" defer></script>
<script src="${to("site.js")}" defer></script>
</head>
<body>
<a class="skip" href="#content">To the text</a>
<header>
<a class="brand" href="${to("index.html")}"><span class="mark" aria-hidden="true"></span>tti-provider</a>
<search hidden><label class="unseen" for="query">Search the pages</label><input id="query" class="query" type="search" placeholder="Search (press /)" autocomplete="off" spellcheck="false" aria-controls="found"><p id="told" class="unseen" role="status"></p><ol id="found" class="found" hidden></ol></search>
<a class="to-pages" href="#pages">Pages</a>
<span class="version">${escapeHtml(version)}</span>
</header>
<div class="frame">
<main id="content" tabindex="-1">
<article>
${rendered.html}</article>
${waysOn(to, before, after)}
</main>
${
  parts.length < 2
    ? ""
    : `<nav class="here" aria-labelledby="here"><p id="here">On this page</p><ul>${parts.map(({ id, text, depth }) => `<li class="depth-${depth}"><a href="#${id}">${escapeHtml(text)}</a></li>`).join("")}</ul></nav>`
}
<nav id="pages" class="pages" aria-label="Pages">
${groups.map((group, index) => groupOf(group, index, page, to)).join("\n")}
</nav>
</div>
</body>
</html>
`;
}

function groupOf(group: PageGroup, index: number, page: SitePage, to: (url: string) => string): string {
  const links = group.pages.map(({ source, label }) => {
    const here = source === page.source ? ' aria-current="page"' : "";
    return `<li><a href="${to(urlOf(source))}"${here}>${escapeHtml(label)}</a></li>`;
  });
  return `<p id="group-${index}">${escapeHtml(group.title)}</p><ul aria-labelledby="group-${index}">${links.join("")}</ul>`;
}

type Linked = { readonly source: string; readonly label: string } | undefined;

function waysOn(to: (url: string) => string, before: Linked, after: Linked): string {
  if (before === undefined && after === undefined) return "";
  const way = (linked: Linked, name: string, rel: string): string =>
    linked === undefined
      ? "<span></span>"
      : `<a rel="${rel}" href="${to(urlOf(linked.source))}"><small>${name}</small> ${escapeHtml(linked.label)}</a>`;
  return `<nav class="on" aria-label="Before and after">${way(before, "Before:", "prev")}${way(after, "After:", "next")}</nav>`;
}
