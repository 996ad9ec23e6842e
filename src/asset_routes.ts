// Owns how static files of the pages are served: the style sheets, alike on every port, and those of brand colours.
import type Router from "@koa/router";
import type { Asset } from "./views/assets.ts";
import { brandSheetAt } from "./views/brand_sheet.ts";
import { passkeyScript, showPasswordScript } from "./views/script.ts";
import { stylesheets } from "./views/stylesheets.ts";

/** Adds the addresses of the style sheets to a router. */
export function addAssetRoutes(router: Router): void {
  router.get("/assets/brand/:sheet", (ctx, next) => {
    const sheet = brandSheetAt(ctx.path);
    if (sheet === undefined) return next();
    ctx.set({
      "Content-Type": "text/css; charset=utf-8",
      "Cache-Control": "public, max-age=31536000, immutable",
      "X-Content-Type-Options": "nosniff",
    });
    ctx.body = sheet;
  });
  for (const sheet of stylesheets()) addAsset(router, sheet);
}

/** Adds the addresses of the two scripts, on the port whose pages load it. */
export function addScriptRoute(router: Router): void {
  for (const script of [passkeyScript, showPasswordScript]) addAsset(router, script);
}

function addAsset(router: Router, asset: Asset): void {
  const { path, body, gzipped, contentType, etag, cacheControl } = asset;
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
