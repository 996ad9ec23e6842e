// Owns the way of a logout to the ISV's own logout page: whoever logged in there is logged out there too.
// Back-channel logout tells the ISV's clients besides (OpenID Connect Back-Channel Logout 1.0).
import type Provider from "oidc-provider";
import type { Session } from "oidc-provider";
import { uriOf } from "../../input/web_address.ts";
import type { StoreAndClock } from "../../installation.ts";
import { listVouchers } from "../sessions/voucher_store.ts";

/**
 * Sends browsers on to the ISV's logout page once a session that the ISV vouched for has ended here.
 * @param logoutUrl the ISV's page; it gets `return_to`, where the browser would have gone
 */
export function continueLogoutAtIsv(provider: Provider, deps: StoreAndClock, logoutUrl: string): void {
  provider.use(async function continueLogout(ctx, next) {
    await next();
    const { oidc } = ctx;
    const target = ctx.response.get("location");
    if (!/^end_session(_confirm)?$/.test(oidc?.route ?? "") || target === "") return;
    if (oidc.params?.["logout"] === undefined) return;
    if (!(await cameFromIsv(deps, oidc.session)) || resumesSignIn(provider, target)) return;
    const url = new URL(logoutUrl);
    url.searchParams.set("return_to", target);
    ctx.redirect(url.href);
    ctx.status = 303;
  });
}

async function cameFromIsv({ db, clock }: StoreAndClock, session: Session | undefined): Promise<boolean> {
  if (session?.accountId === undefined) return false;
  const vouchers = await listVouchers(db, { sessionUid: session.uid, accountId: session.accountId }, clock());
  return vouchers.some(({ method }) => method === "handoff");
}

// Signing in as somebody else ends the old session by the same route; that is no logout the person asked for.
function resumesSignIn(provider: Provider, target: string): boolean {
  const url = uriOf(target, provider.issuer);
  return url?.origin === new URL(provider.issuer).origin && url.pathname.startsWith("/auth/");
}
