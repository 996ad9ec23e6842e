// Owns how static files of the pages are served: the style sheets, alike on every port.
import type Router from "@koa/router";
import { stylesheets } from "./views/stylesheets.ts";

/** Adds the addresses of the style sheets to a router. */
export function addAssetRoutes(router: Router): void {
  for (const { path, body, gzipped, contentType, etag, cacheControl } of stylesheets()) {
    router.get(path, (ctx) => {
      const zipped = ctx.acceptsEncodings("gzip", "identity") === "gzip";
      ctx.set({
        "Content-Type": contentType,
        "Cache-Control": cacheControl,
        "X-Content-Type-Options": "nosniff",
        Vary: "Accept-Encoding",
        // Another body is another thing to a strong validator.
        ETag: zipped ? etag.replace(/"$/, '-gzip"') : etag,
        ...(zipped ? { "Content-Encoding": "gzip" } : {}),
      });
      ctx.status = 200;
      if (ctx.fresh) {
        ctx.remove("Content-Encoding");
        ctx.status = 304;
        return;
      }
      ctx.body = zipped ? gzipped : body;
    });
  }
}
