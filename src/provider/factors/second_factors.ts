// Owns what a person can use beside their password: the one seam for every kind of second factor.
//
// How another kind of factor plugs in (passkeys): its store has a table of its own; the one statement of
// second_factor_store.ts gets one more sub-select, and `SecondFactors` one more member. The page of the second step shows what the list has
// (interactions/factor_page.ts). Whoever verified one calls `completePending` of pending_sign_ins.ts with the methods that
// were proven (RFC 8176) in the transaction that uses the ceremony up: it uses the half-done sign-in up, once, and answers
// the login that finishes the interaction. As a first factor there is no half-done sign-in: `loginOf` makes the same login.
// What a login has proven follows from its methods alone (login_levels.ts): a passkey with user verification says
// ["pop", "user", "mfa"], and reaches `phr`.
import { type LoginLevel, passkeyAmr } from "../../login_levels.ts";

/** What a person can use. */
export interface SecondFactors {
  /** An authenticator app. */
  totp: boolean;
  /** How many passkeys. */
  passkeys: number;
  /** How many passkeys of which there may be copies: they prove nothing, and something else is asked for all the same. */
  copied: number;
  /** How many recovery codes are left. They stand in for a factor, and are none by themselves. */
  recoveryCodes: number;
}

/** What a login can come to prove at most, as methods (RFC 8176): by what the person has, or by what is set up in it. */
export const mostProvable = ({ passkeys }: SecondFactors): readonly string[] =>
  passkeys > 0 ? passkeyAmr : ["otp", "mfa"];

/**
 * Whether a person has a second factor: then no login of theirs is complete without one. A passkey that was copied counts
 * here: else whoever has the copy, and the password, would need no factor any more.
 */
export const hasSecondFactor = ({ totp, passkeys, copied }: SecondFactors): boolean =>
  totp || passkeys + copied > 0;

/** The most that a person can prove with what they have. */
export function levelWithin({ totp, passkeys }: SecondFactors): LoginLevel {
  if (passkeys > 0) return "phr";
  return totp ? "mfa" : "pwd";
}
