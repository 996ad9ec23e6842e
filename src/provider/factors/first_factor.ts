// Owns what a person's first second factor ends: every sign-in that a password alone opened. Whoever has one by a password
// that they stole must not keep it; the person goes on where they are.
import type { Database } from "../../db/connect.ts";
import { endSignIns } from "../sessions/end_sign_ins.ts";
import { hasSecondFactor, type SecondFactors } from "./second_factors.ts";

/** Where the person sets it up, which goes on. */
export interface SetUpPlace {
  /** In a browser session: of this uid. */
  sessionUid?: string | undefined;
  /** In a sign-in under way: of this uid. */
  interactionUid?: string | undefined;
}

/**
 * Ends a person's other sign-ins, if the factor that is added is their first.
 * @param trx the transaction that adds it, which holds the account
 * @param added.before what they could use until then
 * @returns whether it is
 */
export async function endSignInsOfBefore(
  trx: Database,
  added: {
    accountId: string;
    before: SecondFactors;
    reason: "factor.added" | "passkey.added";
    place: SetUpPlace;
  },
  now: Date,
): Promise<boolean> {
  const { accountId, before, reason, place } = added;
  if (hasSecondFactor(before)) return false;
  const kept = { keptSessionUid: place.sessionUid, keptInteractionUid: place.interactionUid };
  await endSignIns(trx, { accountId, reason, actor: `account:${accountId}`, ...kept }, now);
  return true;
}
