// Owns what the site consists of: every page framed, the pictures they show, the look, the search. It is put together in
// memory, and refused whole when a page cannot be reached, or a link leads nowhere.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { glossaryPage, readGlossary, termsFor } from "./glossary.ts";
import type { LinkWorld } from "./links.ts";
import { headingsOf, renderPage, sectionsOf } from "./markdown_page.ts";
import { framePage } from "./page_frame.ts";
import { indexPage, readNavigation, readSource, sitePages } from "./site_pages.ts";

/** What the site is made of. */
export interface SiteOptions {
  /** The project's root. */
  readonly root: string;
  /** Where the sources can be read, ending in a slash. */
  readonly sourceUrl?: string | undefined;
}

/** The site, not written yet. */
export interface Site {
  /** Contents by path in the site. */
  readonly files: ReadonlyMap<string, string | Buffer>;
  /** What is wrong: then it is not written. */
  readonly faults: readonly string[];
}

const assets = fileURLToPath(new URL("./assets/", import.meta.url));

/** Puts the site together. */
export function buildSite({ root, sourceUrl }: SiteOptions): Site {
  const pages = sitePages(root);
  const texts = new Map([...pages.keys()].map((source) => [source, readSource(root, source)]));
  const textOf = (source: string): string => texts.get(source) ?? "";
  const headings = new Map([...texts].map(([source, text]) => [source, headingsOf(text)]));
  const anchors = new Map(
    [...headings].map(([source, found]) => [source, new Set(found.map(({ id }) => id))] as const),
  );
  const titles = new Map([...headings].map(([source, found]) => [source, found[0]?.text ?? source] as const));
  const world: LinkWorld = { root, pages, anchors, titles, sourceUrl };
  const groups = readNavigation(textOf(indexPage), pages);
  const entries = readGlossary(textOf(glossaryPage));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

  const files = new Map<string, string | Buffer>();
  const faults = faultsOfNavigation(
    [...pages.keys()],
    groups.flatMap((group) => group.pages.map(({ source }) => source)),
  );
  for (const page of pages.values()) {
    const rendered = renderPage(world, page.source, textOf(page.source), termsFor(page.source, entries));
    faults.push(...rendered.faults);
    for (const path of rendered.files) files.set(path, readFileSync(join(root, path)));
    const framed = { page, rendered, headings: headings.get(page.source) ?? [], groups, version };
    files.set(page.url, framePage(framed));
  }
  const sections = [...pages.values()].flatMap(({ source, url }) => sectionsOf(textOf(source), url));
  files.set("search_index.js", `globalThis.searchSections = ${scriptOf(sections)};\n`);
  files.set("site.css", lookOf());
  for (const name of ["find.js", "site.js", "icon.svg"])
    files.set(name, readFileSync(join(assets, name), "utf8"));
  return { files, faults };
}

/** Every page has one door: a link of docs/README.md. */
function faultsOfNavigation(sources: readonly string[], linked: readonly string[]): string[] {
  return sources
    .filter((source) => source !== indexPage && !linked.includes(source))
    .map((source) => `${indexPage}: no link leads to ${source}; put one below a second heading`);
}

/** The design system's own tokens, then what this site needs of it. */
const lookOf = (): string =>
  ["../../src/views/style/0_tokens.css", "./assets/frame.css", "./assets/text.css"]
    .map((path) => readFileSync(new URL(path, import.meta.url), "utf8"))
    .join("\n");

/** JSON as it may stand in a script, line ends of JavaScript included. */
const scriptOf = (value: unknown): string =>
  JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
