// Owns where the links of the pages lead: to a page and a heading of it, to a picture, to a file of the sources, elsewhere.
// A link that leads nowhere is a fault of its page. Pure but for looking whether a file is there.
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { type SitePage, urlOf } from "./site_pages.ts";

/** What is known while the links of all pages are judged. */
export interface LinkWorld {
  /** The project's root. */
  readonly root: string;
  readonly pages: ReadonlyMap<string, SitePage>;
  /** The ids of each page's headings, by its file. */
  readonly anchors: ReadonlyMap<string, ReadonlySet<string>>;
  /** Each page's first heading, by its file. */
  readonly titles: ReadonlyMap<string, string>;
  /** Where the sources can be read, ending in a slash; without it a link to them is plain text. */
  readonly sourceUrl: string | undefined;
}

/** Where a link leads: an address, with the title of the page that is there, a file that goes along, nowhere that the site has, or a fault. */
export type Target =
  | { readonly kind: "address"; readonly href: string; readonly title?: string | undefined }
  | { readonly kind: "file"; readonly href: string; readonly path: string }
  | { readonly kind: "source" }
  | { readonly kind: "fault"; readonly problem: string };

/**
 * Judges one link.
 * @param from the file of the page that has it
 * @param href as it is written there
 */
export function judgeLink(world: LinkWorld, from: string, href: string): Target {
  if (/^(https?:|mailto:)/.test(href)) return { kind: "address", href };
  if (/^[a-z][a-z+.-]*:|^\//i.test(href)) {
    return { kind: "fault", problem: `${href}: only https, mailto and relative links` };
  }
  const [path = "", anchor] = href.split("#");
  const target = path === "" ? from : posix.normalize(posix.join(posix.dirname(from), decodeURI(path)));
  if (target.startsWith("..") || !existsSync(posix.join(world.root, target))) {
    return { kind: "fault", problem: `${href}: there is no ${target}` };
  }
  const page = world.pages.get(target);
  if (page === undefined) return judgeFile(world, from, target, anchor);
  if (anchor !== undefined && world.anchors.get(target)?.has(anchor) !== true) {
    return { kind: "fault", problem: `${href}: ${target} has no heading #${anchor}` };
  }
  const hash = anchor === undefined ? "" : `#${anchor}`;
  const way = path === "" ? "" : relativeUrl(urlOf(from), page.url);
  return { kind: "address", href: `${way}${hash}`, title: world.titles.get(target) };
}

function judgeFile(world: LinkWorld, from: string, target: string, anchor: string | undefined): Target {
  if (/\.(png|svg|jpg)$/.test(target)) {
    return { kind: "file", href: relativeUrl(urlOf(from), target), path: target };
  }
  if (world.sourceUrl === undefined) return { kind: "source" };
  const lines = anchor === undefined ? "" : `#${anchor}`;
  return { kind: "address", href: `${world.sourceUrl}${encodeURI(target)}${lines}` };
}

/** The way from one page of the site to another, as a browser follows it from a disk too. */
export function relativeUrl(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to) || posix.basename(to);
}
