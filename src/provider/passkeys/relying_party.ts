// Owns what passkeys are bound to: the issuer's host name (the RP ID) and its origin. A browser gives the key of one host to no
// other, which is what makes passkeys safe against copied pages; so no setting names another.
import { parseClientAddress } from "../../input/client_address.ts";

/** Whom passkeys are for (WebAuthn Level 3, section 4, "Relying Party"). */
export interface RelyingParty {
  /** The RP ID: the issuer's host name, without its port. */
  id: string;
  /** Where answers must come from, letter by letter. */
  origin: string;
}

/**
 * The relying party of an issuer.
 * @returns undefined where browsers have no passkeys: at an IP address, or over http elsewhere than on this machine
 *   (sections 5.1.3 and 13.4.9)
 */
export function relyingPartyOf(issuer: string): RelyingParty | undefined {
  const { hostname, origin, protocol } = new URL(issuer);
  if (parseClientAddress(hostname) !== undefined) return undefined;
  const secure = protocol === "https:" || hostname === "localhost" || hostname.endsWith(".localhost");
  return secure ? { id: hostname, origin } : undefined;
}
