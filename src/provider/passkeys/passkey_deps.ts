// Owns what passkeys need of an installation wherever they are made or used.
import type { InstallationPart, StoreAndClock } from "../../installation.ts";
import { createPasskeySeals, type PasskeySeals } from "./passkey_seals.ts";
import { type RelyingParty, relyingPartyOf } from "./relying_party.ts";

/** What passkeys need. */
export interface PasskeyDeps extends StoreAndClock {
  seals: PasskeySeals;
  party: RelyingParty;
}

/** Makes it. @returns undefined where browsers have no passkeys */
export function passkeysOf({
  db,
  clock,
  issuer,
  secrets,
}: InstallationPart<"db" | "clock" | "issuer" | "secrets">): PasskeyDeps | undefined {
  const party = relyingPartyOf(issuer);
  return party && { db, clock, party, seals: createPasskeySeals(secrets) };
}
