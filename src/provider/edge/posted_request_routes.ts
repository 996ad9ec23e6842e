// Owns requests that relying parties post to endpoints a browser visits (OpenID Connect Core 1.0 section 3.1.2.1,
// RP-Initiated Logout 1.0 section 2). A post from another site carries no SameSite=Lax cookie, the GET that follows
// it does; so the session stays closed to cross-site posts. What is too long for an address waits in the store.
import type { IncomingMessage } from "node:http";
import type Router from "@koa/router";
import { OperationError } from "../../errors.ts";
import { parseClientAddress } from "../../input/client_address.ts";
import type { InstallationPart } from "../../installation.ts";
import { seeOther } from "../../see_other.ts";
import { readFormPairs } from "./form.ts";
import { pinnedAddressOf } from "./pinned_request.ts";
import { savePostedRequest, takePostedRequest } from "./posted_request_store.ts";

/** Longer requests do not travel in the address: proxies refuse addresses from 4 to 8 kB on. */
const longestRedirectedQuery = 2_048;

// The one parameter that brings a posted request back. No parameter of OpenID Connect has this name.
const parameter = "posted_request";

/** Adds the routes. A GET that brings a posted request back goes on to the Provider with its parameters. */
export function addPostedRequestRoutes(
  router: Router,
  { db, clock, issuer }: InstallationPart<"db" | "clock" | "issuer">,
): void {
  for (const path of ["/auth", "/session/end"]) {
    router.post(path, async (ctx) => {
      const pairs = await readFormPairs(ctx.req);
      const query = pairs.toString();
      const target = new URL(path, issuer);
      const short = query.length <= longestRedirectedQuery;
      // A token has no place in an address, where logs and histories keep it.
      target.search =
        short && !pairs.has("id_token_hint") ? query : await shorten(path, query, networkOf(ctx.req));
      seeOther(ctx, target.href);
    });

    router.get(path, async (ctx, next) => {
      const id = idOf(ctx.querystring);
      if (id === undefined || ctx.method !== "GET") return next();
      const query = await takePostedRequest(db, path, id, clock());
      if (query === undefined) {
        throw new OperationError("sign_in_expired", "This request took too long, or was made before.");
      }
      // Behind this line nobody tells it from a request that came by GET.
      ctx.req.url = `${path}?${query}`;
      return next();
    });
  }

  async function shorten(path: string, query: string, network: string): Promise<string> {
    const id = await savePostedRequest(db, { path, query, network }, clock());
    if (id === undefined) {
      throw new OperationError("unavailable", "Too many long requests wait for their browsers.", {
        fix: "Try again in a minute, or send a shorter request.",
      });
    }
    return new URLSearchParams({ [parameter]: id }).toString();
  }
}

function networkOf(request: IncomingMessage): string {
  return parseClientAddress(pinnedAddressOf(request))?.network ?? "";
}

function idOf(querystring: string): string | undefined {
  const pairs = [...new URLSearchParams(querystring)];
  const [only] = pairs;
  return pairs.length === 1 && only?.[0] === parameter ? only[1] : undefined;
}
