// Owns the tie between a sign-in and the browser it was begun in: a random cookie that no neighbouring host can
// plant, whose hash stands in the interaction. It is compared when the interaction is read and when it resumes.
//
// The library's own interaction cookies have paths, so they cannot carry the __Host- prefix, and a host beside the
// issuer can plant them (Domain=example.com): the victim would then finish the attacker's sign-in.
import { randomBytes } from "node:crypto";
import Provider, { type KoaContextWithOIDC } from "oidc-provider";
import { knownForMs } from "../accounts/attempt_rates.ts";
import { hashRecordId } from "../storage/record_payload.ts";

/** An interaction as it is stored, with the hash of its browser's cookie. */
interface BoundInteraction {
  browser?: string;
}

type Cookies = KoaContextWithOIDC["cookies"];

const keyPattern = /^[A-Za-z0-9_-]{43}$/;

/** The cookie's name. Over https its prefix makes browsers refuse it from anywhere else (RFC 6265bis 4.1.3). */
function browserCookieName(issuer: string): string {
  return issuer.startsWith("https:") ? "__Host-tti_browser" : "tti_browser";
}

/**
 * Reads this browser's random key.
 * @returns undefined if it has none, or one that is not ours
 */
export function browserKeyOf(cookies: Cookies, issuer: string): string | undefined {
  const key = cookies.get(browserCookieName(issuer), { signed: false });
  return key !== undefined && keyPattern.test(key) ? key : undefined;
}

/** Tells whether an interaction was begun in the browser that holds a key. */
export function isOfBrowser(interaction: object, key: string | undefined): boolean {
  return key !== undefined && (interaction as BoundInteraction).browser === hashRecordId(key);
}

/**
 * Ties every interaction of a new Provider to its browser. Interactions of before are tied to none, and end.
 */
export function bindInteractions(provider: Provider): void {
  const { Interaction, issuer } = provider;
  const members = [...Interaction.IN_PAYLOAD, "browser"];
  Object.defineProperty(Interaction, "IN_PAYLOAD", { get: () => members });

  const save = Interaction.prototype.save;
  Interaction.prototype.save = function bindAndSave(this: BoundInteraction, ttl: number) {
    const ctx = Provider.ctx;
    if (this.browser === undefined && ctx !== undefined) {
      this.browser = hashRecordId(giveKey(ctx.cookies, issuer));
    }
    return save.call(this as never, ttl);
  };

  // The resume finds its interaction by a cookie that can be planted. Our own pages ask in getInteraction.
  const find = Interaction.find;
  Interaction.find = async function findOfBrowser(this: typeof Interaction, ...args: [string]) {
    const found = await find.apply(this, args);
    const ctx = Provider.ctx;
    if (!found || ctx === undefined) return found;
    return isOfBrowser(found, browserKeyOf(ctx.cookies, issuer)) ? found : undefined;
  } as typeof find;
}

// One key serves all sign-ins a browser is in the middle of; each begun one gives it a new life.
function giveKey(cookies: Cookies, issuer: string): string {
  const key = browserKeyOf(cookies, issuer) ?? randomBytes(32).toString("base64url");
  cookies.set(browserCookieName(issuer), key, {
    httpOnly: true,
    sameSite: "lax",
    secure: issuer.startsWith("https:"),
    path: "/",
    signed: false,
    overwrite: true,
    // As long as a browser counts as known to the accounts that signed in in it (accounts/attempt_rates.ts).
    maxAge: knownForMs,
  });
  return key;
}
