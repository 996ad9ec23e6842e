// Owns what the pages show of an authenticator app that is set up, while signing in and in the account: the picture, a link
// for the phone itself, the key as text, the form. Pure.
import type { TotpSetUp } from "../../views/login_pages.ts";
import type { TotpOffer } from "./enrol_totp.ts";
import { qrPicture } from "./qr_picture.ts";
import { totpUri } from "./totp.ts";

/**
 * @param names of the service, and the address the app shows beside its codes
 * @param form where it is posted, and what it says it is
 */
export function totpSetUp(
  offer: TotpOffer,
  names: { issuer: string; label: string },
  { action, use, error }: { action: string; use: string; error?: string | undefined },
): TotpSetUp {
  const appUrl = totpUri(offer.secret, names);
  return {
    form: { action },
    use,
    offer: offer.sealed,
    secret: (offer.secret.match(/.{1,4}/g) ?? []).join(" "),
    picture: qrPicture(appUrl),
    appUrl,
    ...(error === undefined ? {} : { error }),
  };
}
