// Owns the types of what internals.ts takes from inside oidc-provider, which ships none.
declare module "oidc-provider/lib/actions/end_session.js" {
  import type { KoaContextWithOIDC } from "oidc-provider";

  /** The steps of a confirmed logout; the last one ends the session and sends the browser on. */
  export const confirm: readonly ((ctx: KoaContextWithOIDC, next?: () => Promise<void>) => Promise<void>)[];
}
