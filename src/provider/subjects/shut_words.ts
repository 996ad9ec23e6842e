// Owns what a page says of a place that is shut to the person who is signed in: why, in their words, and a link to what opens it.
import { shutPlaceWords } from "../../views/fault_words.ts";
import { currentWords } from "../../views/frame.ts";
import type { WayOn } from "../../views/page_frame.ts";
import { type ToldPlace, type WayIn, wayInto, whyShut } from "./shut_place.ts";

/** A place that is shut, as pages tell it. */
export interface ShutInWords {
  why: string;
  way: WayOn | undefined;
}

/** What is known of who looks, and where. */
export interface Looking {
  /** Whether the person has a passkey. */
  hasPasskey: boolean;
  /** Where one signs in once more. */
  signInUrl: string;
  words?: ReturnType<typeof currentWords> | undefined;
}

/**
 * Tells why a place is shut, and what opens it.
 * @returns undefined: it is open
 */
export function shutInWords(place: ToldPlace, looking: Looking): ShutInWords | undefined {
  const code = whyShut(place);
  if (code === undefined) return undefined;
  const { hasPasskey, signInUrl, words = currentWords() } = looking;
  const way = wayInto(place, code, hasPasskey);
  return {
    why: shutPlaceWords(code, words),
    way: way && linkOf(way, place.tenant.id, { signInUrl, words }),
  };
}

/** A way in, as a link. */
export function linkOf(
  way: WayIn,
  tenantId: string,
  { signInUrl, words = currentWords() }: Pick<Looking, "signInUrl" | "words">,
): WayOn {
  return { label: words.waysIn[way], url: urlOf(way, tenantId, signInUrl) };
}

function urlOf(way: WayIn, tenantId: string, signInUrl: string): string {
  switch (way) {
    case "sign_in":
      return signInUrl;
    case "add_passkey":
      return "/account/passkeys";
    case "prove_domain":
      return `/portal/${encodeURIComponent(tenantId)}/domains`;
    case "prove_address":
      return "/account/email";
  }
}
