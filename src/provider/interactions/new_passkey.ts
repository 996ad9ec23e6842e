// Owns a passkey that is added while signing in, where an organization requires one of somebody who has none: the form its page
// shows, and what its answer does. All of it is for who has a half-done sign-in in this browser.
import { OperationError } from "../../errors.ts";
import { passkeyAmr } from "../../login_levels.ts";
import { currentFrame, currentWords } from "../../views/frame.ts";
import type { PasskeyForm } from "../../views/parts.ts";
import { type Account, getAccount } from "../accounts/account_store.ts";
import type { SetUpPlace } from "../factors/first_factor.ts";
import { finishEnrolled, type LoginAnswer, passEnrolment } from "../factors/pending_sign_ins.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import { judgePasskey, offerEnrolment } from "../passkeys/enrol_passkey.ts";
import type { InteractionState } from "./interaction.ts";
import { keyOf } from "./login_steps.ts";
import { type PasskeyLoginDeps, presentOf } from "./passkey_login.ts";

/** The form by which it is made. Nothing is written. */
export async function newPasskeyForm(
  deps: PasskeyLoginDeps,
  state: InteractionState,
  account: Account,
): Promise<PasskeyForm> {
  const passkeys = presentOf(deps);
  const words = currentWords().passkeys;
  const service = currentFrame()?.name ?? passkeys.party.id;
  const question = await offerEnrolment(passkeys, { account, signIn: keyOf(state) }, service);
  return {
    form: { action: `/interaction/${state.uid}/factor/new-passkey` },
    kind: "create",
    question: JSON.stringify(question),
    label: words.add,
    primary: true,
    without: words.cannotMakeOnTheWay,
    failed: words.noneMade,
    exists: words.hasOne,
  };
}

/** What came of it: recovery codes to be shown once, of a first second factor; or the complete login. */
export type NewPasskeyOutcome = { codes: readonly string[] } | { answer: LoginAnswer };

/**
 * Adds the passkey which a half-done sign-in waits for, and goes on: in one transaction, so that with neither the other is. Nothing
 * else of the account changes: that somebody could add one proves nothing of its address.
 * @param told the answer as it was posted, and the browser, as `browserFamily` names it, for the notice
 * @throws OperationError as addPasskey does; factor_exists if the person came to have one meanwhile; sign_in_expired
 */
export async function addPasskeyOnTheWay(
  deps: PasskeyLoginDeps,
  state: InteractionState,
  accountId: string,
  told: { answer: string; browser: string | undefined },
): Promise<NewPasskeyOutcome> {
  const account = await getAccount(deps.db, accountId);
  const enrolling = {
    account,
    signIn: keyOf(state),
    place: setUpPlaceOf(state, account),
    browser: told.browser,
  };
  const keep = await judgePasskey(presentOf(deps), enrolling, { answer: told.answer, name: "" });
  const now = deps.clock();
  const enrolment = { accountId, step: "enroll_passkey", proven: passkeyAmr } as const;
  return deps.db.transaction(async (trx) => {
    const add = async () => {
      const { passkeys, copied } = await listSecondFactors(trx, accountId);
      if (passkeys + copied > 0)
        throw new OperationError("factor_exists", "This account has a passkey already.");
      return keep(trx);
    };
    const { codes } = await passEnrolment(trx, keyOf(state), enrolment, add, now);
    return codes === undefined
      ? { answer: await finishEnrolled(trx, keyOf(state), accountId, now) }
      : { codes };
  });
}

/** The sign-in goes on, and so does the session of the same person that the browser had before: it is told by it. */
export const setUpPlaceOf = (
  { uid, accountId, sessionUid }: InteractionState,
  { id }: Account,
): SetUpPlace => ({
  interactionUid: uid,
  sessionUid: accountId === id ? sessionUid : undefined,
});
