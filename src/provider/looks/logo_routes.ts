// Owns how logos are served, alike on every port with pages: as pictures and as nothing else, whatever is in them.
import type Router from "@koa/router";
import type { Database } from "../../db/connect.ts";
import { logoIdAt } from "../../views/logo_path.ts";
import { findPicture } from "./logo_store.ts";

/** Adds the addresses of logos to a router. */
export function addLogoRoutes(router: Router, { db }: { db: Database }): void {
  router.get("/assets/logo/:logo", async (ctx, next) => {
    const id = logoIdAt(ctx.path);
    const picture = id === undefined ? undefined : await findPicture(db, id);
    if (picture === undefined) return next();
    ctx.set({
      "Content-Type": "image/png",
      // Another picture, another address.
      "Cache-Control": "public, max-age=31536000, immutable",
      ETag: `"${id}"`,
      "X-Content-Type-Options": "nosniff",
      "Content-Disposition": "inline",
      "Content-Security-Policy": "default-src 'none'; sandbox",
      "Cross-Origin-Resource-Policy": "same-origin",
    });
    ctx.status = 200;
    if (ctx.get("If-None-Match") === `"${id}"`) ctx.status = 304;
    else ctx.body = picture;
  });
}
