// Owns which pages the site has, where each stands in it, and in which order: the groups and links of docs/README.md.
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { lexer, type Token, type Tokens } from "marked";

/** A page: its Markdown file as seen from the project's root, and its place in the site. */
export interface SitePage {
  readonly source: string;
  readonly url: string;
}

/** A group of pages in the navigation. */
export interface PageGroup {
  readonly title: string;
  readonly pages: readonly { readonly source: string; readonly label: string }[];
}

/** The page that orders all others. */
export const indexPage = "docs/README.md";

const places = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "docs/**/*.md",
  "packages/*/*.md",
  "packages/*/docs/**/*.md",
  "examples/*/README.md",
];

/**
 * Every page there is, by the path of its file.
 * @param root the project's root
 */
export function sitePages(root: string): ReadonlyMap<string, SitePage> {
  const sources = globSync(places, { cwd: root }).map((path) => path.split("\\").join("/"));
  return new Map(sources.toSorted().map((source) => [source, { source, url: urlOf(source) }]));
}

/** Where a page stands: `docs/keys.md` is `docs/keys.html`, a README is its folder's `index.html`. */
export function urlOf(source: string): string {
  return source.replace(/README\.md$/, "index.md").replace(/\.md$/, ".html");
}

/** Reads a page's Markdown; line ends of any system become plain ones. */
export function readSource(root: string, source: string): string {
  return readFileSync(posix.join(root, source), "utf8").replaceAll("\r\n", "\n");
}

/**
 * The groups of the navigation: each second heading of docs/README.md with the links below it. A page is shown where it is
 * linked first; links to anything but a page count for nothing.
 * @param text the Markdown of docs/README.md
 * @param pages what is a page
 */
export function readNavigation(text: string, pages: ReadonlyMap<string, SitePage>): PageGroup[] {
  const groups: { title: string; pages: { source: string; label: string }[] }[] = [];
  const seen = new Set<string>([indexPage]);
  for (const token of lexer(text)) {
    if (token.type === "heading" && token["depth"] === 2) {
      groups.push({ title: plainText([token]), pages: [] });
    }
    for (const link of linksIn([token])) {
      const source = posix.normalize(
        posix.join(posix.dirname(indexPage), link.href.replace(/#.*$/, "") || "."),
      );
      if (!pages.has(source) || seen.has(source)) continue;
      seen.add(source);
      groups.at(-1)?.pages.push({ source, label: plainText(link.tokens) });
    }
  }
  return groups.filter((group) => group.pages.length > 0);
}

/** Every link of some Markdown, in order, those in tables and lists included. */
export function linksIn(tokens: readonly Token[]): Tokens.Link[] {
  return tokens.flatMap((token) =>
    token.type === "link" ? [token as Tokens.Link] : linksIn(childrenOf(token)),
  );
}

/** What a reader sees of some Markdown, without marks; blocks are told apart by spaces. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === "html" || token.type === "space") return "";
      if (token.type === "br") return " ";
      const children = childrenOf(token);
      if (children.length === 0) return "text" in token ? String(token["text"]) : "";
      const inline = ["paragraph", "heading", "text", "strong", "em", "link", "del"].includes(token.type);
      return inline ? plainText(children) : children.map((child) => plainText([child])).join(" ");
    })
    .join("");
}

function childrenOf(token: Token): readonly Token[] {
  if (token.type === "table") {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows].flat().map((cell) => ({ type: "paragraph", raw: "", tokens: cell.tokens }));
  }
  if (token.type === "list") return (token as Tokens.List).items;
  return token.type === "image" || !("tokens" in token) ? [] : (token.tokens ?? []);
}
