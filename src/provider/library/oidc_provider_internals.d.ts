// Owns the types of what internals.ts takes from inside oidc-provider, which ships none.
declare module "oidc-provider/lib/actions/end_session.js" {
  import type { KoaContextWithOIDC } from "oidc-provider";

  /** The steps of a confirmed logout; the last one ends the session and sends the browser on. */
  export const confirm: readonly ((ctx: KoaContextWithOIDC, next?: () => Promise<void>) => Promise<void>)[];
}

declare module "oidc-provider/lib/helpers/validate_dpop.js" {
  import type Provider from "oidc-provider";
  import type { KoaContextWithOIDC } from "oidc-provider";

  interface Proof {
    thumbprint: string;
    jti: string;
  }
  /** Checks the proof in a request's header; undefined: there is none, or the feature is off. */
  // biome-ignore lint/style/noDefaultExport: it is the library's.
  export default function validateDpop(
    provider: Provider,
    ctx: KoaContextWithOIDC,
  ): Promise<Proof | undefined>;
  /** Refuses a proof that was used before. */
  export function checkDpopReplay(
    provider: Provider,
    ctx: KoaContextWithOIDC,
    proof: Proof,
    clientId: string,
    error: new (description: string) => Error,
  ): Promise<void>;
}

declare module "oidc-provider/lib/helpers/weak_cache.js" {
  import type Provider from "oidc-provider";
  import type { KoaContextWithOIDC } from "oidc-provider";

  /** What a Provider keeps for itself. */
  // biome-ignore lint/style/noDefaultExport: it is the library's.
  export default function instance(provider: Provider): {
    grantTypeHandlers: Map<string, (ctx: KoaContextWithOIDC) => Promise<void>>;
  };
}
