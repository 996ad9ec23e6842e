// Owns where a browser goes whose person answered "No, stay signed in". The application's own page after a logout
// would say "You are signed out", which is not so: the sign-in here stands. OpenID Connect RP-Initiated Logout 1.0,
// section 3, sends people back after a logout, and there was none.
import type Provider from "oidc-provider";
import { accountStayedPath } from "../clients/account_client.ts";

/** Sends whoever stays signed in to a page that says so. */
export function tellWhoStays(provider: Provider): void {
  provider.use(async function stay(ctx, next) {
    await next();
    const { oidc } = ctx;
    if (oidc?.route !== "end_session_confirm" || oidc.params?.["logout"] !== undefined) return;
    if (ctx.status !== 303) return;
    ctx.redirect(`${provider.issuer}${accountStayedPath}`);
    ctx.status = 303;
  });
}
