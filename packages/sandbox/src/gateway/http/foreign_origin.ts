// Whether a request was sent by a web page that is not the sandbox's own. Pure.
import type { InboundRequest } from "./listener.ts";
import { isOwnHost } from "./local_host.ts";

/**
 * A web page elsewhere must not reset or read a developer's sandbox (cross-site request, DNS rebinding).
 *
 * @param endpoint the sandbox's own URL
 * @param forPeople whether it is for a page that a link elsewhere may open: what it shows, the other page cannot read
 * @returns why it is not taken, null when it is
 */
export function findForeignOrigin(
  request: InboundRequest,
  endpoint: string,
  forPeople = false,
): string | null {
  if (!isOwnHost(request, endpoint)) return "The request came under a host name that is not the sandbox's.";
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const host = header("host") ?? header(":authority") ?? "";
  const origin = header("origin");
  if (origin !== undefined && origin !== `http://${host}`)
    return `Requests from ${origin.slice(0, 100)} are not taken.`;
  const site = header("sec-fetch-site");
  const isNavigation = forPeople && request.method === "GET" && header("sec-fetch-mode") === "navigate";
  if (site !== undefined && site !== "same-origin" && site !== "none" && !isNavigation)
    return "Cross-site requests are not taken.";
  return null;
}
