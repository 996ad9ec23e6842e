// Owns the pages of a login's second step, and what their forms do: a factor is proven, or the first one is set up and its
// recovery codes are shown. All of it is for who has a half-done sign-in in this browser.

import { OperationError } from "../../errors.ts";
import { browserFamily } from "../../input/browser_family.ts";
import { signInFault } from "../../views/fault_words.ts";
import { currentFrame } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import { type Account, getAccount } from "../accounts/account_store.ts";
import { enrolTotp, offerTotp, readTotpOffer, type TotpOffer } from "../factors/enrol_totp.ts";
import { countFactorTry, recordFactorRefusal, type TypedFactor } from "../factors/factor_attempts.ts";
import {
  completePending,
  finishEnrolled,
  type LoginAnswer,
  passEnrolment,
  passProof,
} from "../factors/pending_sign_ins.ts";
import { findPending, type PendingSignIn } from "../factors/pending_store.ts";
import { type FactorDeps, proveFactor } from "../factors/prove_factor.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import { mostProvable, type SecondFactors } from "../factors/second_factors.ts";
import { totpSetUp } from "../factors/totp_page.ts";
import { passkeysOf } from "../passkeys/passkey_deps.ts";
import { type InteractionState, shownAtLogin } from "./interaction.ts";
import { keyOf, needsPasskey, type StepDeps, wantedLevels } from "./login_steps.ts";
import { newPasskeyForm, setUpPlaceOf } from "./new_passkey.ts";
import { type PasskeyLoginDeps, passkeyForm } from "./passkey_login.ts";
import type { SignInFault } from "./sign_in_fault.ts";

/** A half-done sign-in, of whom, and what they can use. */
export interface HalfDone {
  pending: PendingSignIn;
  account: Account;
  factors: SecondFactors;
}

/** What a form of these pages led to: the next page, or the complete login. */
export type FactorOutcome = { page: string } | { answer: LoginAnswer } | { next: "passkey" };

/** Finds the half-done sign-in of this browser. */
export async function findHalfDone(deps: FactorDeps, state: InteractionState): Promise<HalfDone | undefined> {
  const pending = await findPending(deps.db, keyOf(state), deps.clock());
  if (pending === undefined) return undefined;
  const [account, factors] = await Promise.all([
    getAccount(deps.db, pending.accountId),
    listSecondFactors(deps.db, pending.accountId),
  ]);
  return { pending, account, factors };
}

/**
 * Draws the page that a half-done sign-in is at.
 * @param asked which way to prove the factor, as the link says
 */
export async function renderHalfDone(
  deps: FactorDeps & PasskeyLoginDeps & StepDeps,
  state: InteractionState,
  half: HalfDone,
  asked: string | undefined,
  failed?: SignInFault,
): Promise<string> {
  const { account, factors, pending } = half;
  if (pending.step === "done") return renderCodes(state, undefined);
  if (pending.step === "enroll_passkey") return renderNewPasskey(deps, state, account, failed);
  if (pending.step === "enroll") {
    return renderSetUp(deps, state, account, offerTotp(deps.seals, account.id, deps.clock()), failed);
  }
  const here = `/interaction/${state.uid}/factor`;
  const { totp, passkeys, recoveryCodes } = factors;
  const nothingElse = !totp && passkeys === 0;
  const { first, alone } = await passkeyAsked(deps, state, half);
  const app = totp ? "totp" : undefined;
  const use = (asked === "recovery_code" || nothingElse) && recoveryCodes > 0 ? "recovery_code" : app;
  const other = use === "recovery_code" ? here : `${here}?use=recovery_code`;
  const hasOther = recoveryCodes > 0 && (use !== "recovery_code" || totp);
  const passkey = passkeys > 0 ? await passkeyForm(deps, state, { accountId: account.id }) : undefined;
  return renderPage("factor", {
    ...commonOf(state),
    use: alone ? undefined : use,
    passkey: passkey && { ...passkey, primary: first },
    passkeyAsked: alone ? "alone" : first ? "first" : undefined,
    copied: nothingElse,
    otherFactorUrl: hasOther && !alone ? other : undefined,
    accountEmail: account.email ?? undefined,
    otherUrl: `/interaction/${state.uid}/login`,
    ...(failed ? { error: signInFault(failed.code, failed.waitSeconds) } : {}),
  });
}

// Where all that the sign-in is for requires a passkey, a code opens nothing: it is not asked for, and uses nothing up.
async function passkeyAsked(
  deps: StepDeps & PasskeyLoginDeps,
  state: InteractionState,
  { pending, factors }: HalfDone,
): Promise<{ first: boolean; alone: boolean }> {
  if (factors.passkeys === 0 || passkeysOf(deps) === undefined) return { first: false, alone: false };
  const { least, most } = await wantedLevels(deps, state, pending, mostProvable(factors));
  return { first: most === "phr", alone: least === "phr" };
}

/**
 * Takes a form of these pages.
 * @throws OperationError passkey_required where no code does, too_many_attempts, factor_code_wrong, factor_code_used, factor_exists, factor_unreadable,
 *   sign_in_expired
 */
export async function answerFactor(
  deps: FactorDeps & PasskeyLoginDeps & StepDeps,
  state: InteractionState,
  half: HalfDone,
  form: ReadonlyMap<string, string>,
  { clientAddress, userAgent }: { clientAddress: string; userAgent: string },
): Promise<FactorOutcome> {
  const accountId = half.account.id;
  const use = form.get("use");
  const typed = form.get("code") ?? "";
  if (use === "finish") {
    const now = deps.clock();
    return { answer: await deps.db.transaction((trx) => finishEnrolled(trx, keyOf(state), accountId, now)) };
  }
  if (use === "set_up") return setUp(deps, state, half, form);
  const kind: TypedFactor = use === "recovery_code" ? "recovery_code" : "totp";
  try {
    if ((await passkeyAsked(deps, state, half)).alone)
      throw new OperationError("passkey_required", "A code does not open what this sign-in is for.");
    const needed = await needsPasskey(deps, state, half.pending, half.factors);
    const tried = { accountId, browser: state.browserKey, browserName: browserFamily(userAgent), typed };
    return await proveFactor(deps, kind, tried, async (trx, now): Promise<FactorOutcome> => {
      if (!needed) return { answer: await completePending(trx, keyOf(state), accountId, ["otp"], now) };
      await passProof(trx, keyOf(state), accountId, ["otp"], now);
      return { next: "passkey" };
    });
  } catch (error) {
    if (error instanceof OperationError && error.status < 500 && error.code !== "sign_in_expired") {
      const of = { accountId, clientId: state.client.clientId, clientAddress };
      await recordFactorRefusal(deps, kind, of, error.code);
    }
    throw error;
  }
}

async function setUp(
  deps: FactorDeps,
  state: InteractionState,
  { account }: HalfDone,
  form: ReadonlyMap<string, string>,
): Promise<FactorOutcome> {
  const now = deps.clock();
  const offer = readTotpOffer(deps.seals, account.id, form.get("offer") ?? "", now);
  // Too old: the page has another by now.
  if (offer === undefined)
    return { page: renderSetUp(deps, state, account, offerTotp(deps.seals, account.id, now)) };
  try {
    const trier = { accountId: account.id, browser: state.browserKey };
    const refund = await countFactorTry(deps, "set_up", trier);
    const confirmed = { offer, code: form.get("code") ?? "" };
    const proven = { accountId: account.id, step: "enroll", proven: ["otp"] } as const;
    const { codes } = await deps.db.transaction((trx) => {
      const enrol = () =>
        enrolTotp(trx, deps.seals, { account, place: setUpPlaceOf(state, account) }, confirmed, now);
      return passEnrolment(trx, keyOf(state), proven, enrol, now);
    });
    await refund();
    return { page: renderCodes(state, codes.join("\n")) };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    if (error.code !== "factor_code_wrong" && error.code !== "too_many_attempts") throw error;
    const failed = { ...error, code: error.code, status: error.status, waitSeconds: error.retryAfterSeconds };
    return { page: renderSetUp(deps, state, account, offer, { ...failed, email: undefined }) };
  }
}

function renderSetUp(
  { issuer }: FactorDeps,
  state: InteractionState,
  account: Account,
  offer: TotpOffer,
  failed?: SignInFault,
): string {
  const names = { issuer: currentFrame()?.name ?? new URL(issuer).host, label: account.email ?? account.id };
  const error = failed && signInFault(failed.code, failed.waitSeconds);
  const { form, ...common } = commonOf(state);
  return renderPage("factor_set_up", {
    ...{ form, ...common },
    setUp: totpSetUp(offer, names, { action: form.action, use: "set_up", error }),
  });
}

async function renderNewPasskey(
  deps: PasskeyLoginDeps,
  state: InteractionState,
  account: Account,
  failed?: SignInFault,
): Promise<string> {
  return renderPage("passkey_set_up", {
    ...commonOf(state),
    passkey: await newPasskeyForm(deps, state, account),
    accountEmail: account.email ?? undefined,
    otherUrl: `/interaction/${state.uid}/login`,
    ...(failed ? { error: signInFault(failed.code, failed.waitSeconds) } : {}),
  });
}

/** Draws the page of new recovery codes. @param codes absent: they were shown already */
export const renderCodes = (state: InteractionState, codes: string | undefined): string =>
  renderPage("recovery_codes", { ...commonOf(state), codes });

const commonOf = (state: InteractionState) => ({
  form: { action: `/interaction/${state.uid}/factor` },
  ...shownAtLogin(state.client),
  cancelAction: `/interaction/${state.uid}/abort`,
});
