// Owns which addresses a page may link to. What else stands in one is text.
import { readWebUrl } from "../input/web_address.ts";

/**
 * The URL, if a page may link to it: an absolute path, http or https. Everything else (`javascript:`, `data:`,
 * protocol-relative) is undefined, and the page shows text in place of a link.
 * @param url untrusted URL
 */
export function linkable(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  if (/^\/(?![/\\])/.test(url)) return url;
  return "url" in readWebUrl(url, { http: "anywhere", fragment: true }) ? url : undefined;
}

/** The same for where people get help, which may be an address for mail too. */
export function reachable(url: string | undefined): string | undefined {
  return url !== undefined && /^mailto:[^\s@,?&]+@[^\s@,?&]+$/i.test(url) ? url : linkable(url);
}
