// Owns where the library's own forms may come from: a device's code and the question after it, and the answer to "sign out?".
// They ask for a secret of the session themselves; this asks besides for the page it stands on, as each form of ours does.
import type Provider from "oidc-provider";
import { assertOwnForm } from "../edge/form.ts";

// As the library's router has them: capitals and one slash at the end make no difference to it.
const forms = /^\/(device|session\/end\/confirm)\/?$/i;

/**
 * Refuses what another site, or a neighbouring host, has a browser post there.
 * @see RFC 8628 section 5.4: whoever lets a device in must mean to
 */
export function refuseForeignForms(provider: Provider): void {
  const { origin } = new URL(provider.issuer);
  provider.use(function refuseForeign(ctx, next) {
    if (ctx.method === "POST" && forms.test(ctx.path)) assertOwnForm(ctx.req, origin);
    return next();
  });
}
