// Owns what follows the proof of who somebody is: the login is complete, or a second factor is proven or set up first. Every
// way of proving the first half, a password here or another, goes on from here, and so does a session that is asked for more.

import type { InstallationPart } from "../../installation.ts";
import {
  highestLevel,
  type LoginLevel,
  levelAskedFor,
  levelOfAmr,
  levelRequired,
  loginLevels,
  reaches,
} from "../../login_levels.ts";
import { isOwnClient } from "../clients/own_clients.ts";
import { type LoginAnswer, loginOf, type OwnLogin } from "../factors/pending_sign_ins.ts";
import { type PendingStep, savePending } from "../factors/pending_store.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import { hasSecondFactor, levelWithin, mostProvable, type SecondFactors } from "../factors/second_factors.ts";
import { passkeysOf } from "../passkeys/passkey_deps.ts";
import { recentSignInSeconds } from "../sessions/login_life.ts";
import { readVouched, voucherOf } from "../sessions/voucher.ts";
import { listVouchers } from "../sessions/voucher_store.ts";
import { isOpen, type Place, readPlaces } from "../subjects/places.ts";
import { firstShut, PlaceShut } from "../subjects/shut_place.ts";
import type { InteractionState } from "./interaction.ts";
import { factorMissing } from "./prompts.ts";

/** What the steps need. */
export type StepDeps = InstallationPart<"db" | "clock" | "requireVerifiedDomain" | "issuer" | "secrets">;

/**
 * Goes on after the first half of a login. Who could get no token in any tenant this login would open is told so here,
 * where a person reads it, and not by the application later.
 * @param factors what the person has beside
 * @returns the complete login; undefined: it is half done, and goes on at the page of the second step
 * @throws OperationError whatever refuses the person a token
 */
export async function goOn(
  deps: StepDeps,
  state: InteractionState,
  login: OwnLogin,
  factors: SecondFactors,
): Promise<LoginAnswer | undefined> {
  const { most, newPasskey } = await wantedOf(deps, state, login, factors);
  const first = newPasskey && !hasSecondFactor(factors) ? "enroll_passkey" : undefined;
  const step = first ?? nextStep(levelOfAmr(login.amr), most, hasSecondFactor(factors));
  if (step === undefined) return loginOf(login);
  await savePending(deps.db, keyOf(state), { ...login, step }, deps.clock());
  return undefined;
}

/**
 * Tells whether a sign-in whose second factor is proven opens nothing it is for before its person has a passkey: then one is added
 * in it. Whom it would not help is told so later, as before.
 */
export async function needsPasskey(
  deps: StepDeps,
  state: InteractionState,
  login: OwnLogin,
  factors: SecondFactors,
): Promise<boolean> {
  if (!mayAddPasskey(deps, factors)) return false;
  try {
    return (await wantedOf(deps, state, login, factors)).newPasskey;
  } catch (error) {
    if (error instanceof PlaceShut) return false;
    throw error;
  }
}

// What the person has, or an app, is tried first: who belongs to another organization, too, that asks for no passkey, is asked
// for none.
async function wantedOf(
  deps: StepDeps,
  state: InteractionState,
  login: OwnLogin,
  factors: SecondFactors,
): Promise<{ most: LoginLevel; newPasskey: boolean }> {
  try {
    const { most } = await wantedLevels(deps, state, login, mostProvable(factors));
    return { most, newPasskey: false };
  } catch (error) {
    const helps = error instanceof PlaceShut && error.code === "passkey_required";
    if (!helps || !mayAddPasskey(deps, factors)) throw error;
    return { most: "phr", newPasskey: true };
  }
}

// Who has one adds the next in the account, where they prove it. One that may have been copied counts as had.
const mayAddPasskey = (deps: StepDeps, { passkeys, copied }: SecondFactors): boolean =>
  passkeys + copied === 0 && passkeysOf(deps) !== undefined;

/**
 * What is left to do. Whoever has a second factor always proves it, whatever the application asks for.
 * @returns undefined: nothing
 */
function nextStep(level: LoginLevel, wanted: LoginLevel, hasFactor: boolean): PendingStep | undefined {
  if (reaches(level, "mfa")) return undefined;
  if (hasFactor) return "prove";
  return reaches(level, wanted) || wanted === "pwd" ? undefined : "enroll";
}

/**
 * Has a session that lacks nothing but a second factor prove that alone: its password counts from when it was typed, so
 * what asks for a new login asks for all of it.
 * @returns whether it can
 */
export async function stepUp(deps: StepDeps, state: InteractionState): Promise<boolean> {
  const { accountId, sessionUid, reasons } = state;
  if (accountId === undefined || sessionUid === undefined) return false;
  if (reasons.length !== 1 || reasons[0] !== factorMissing) return false;
  const own = (await listVouchers(deps.db, { sessionUid, accountId }, deps.clock()))
    .filter(({ method }) => method === "password")
    .toSorted((one, other) => other.authTimeMs - one.authTimeMs);
  const [newest] = own;
  if (newest === undefined) return false;
  const factors = await listSecondFactors(deps.db, accountId);
  const hasFactor = hasSecondFactor(factors);
  if (hasFactor && reaches(newest.level, levelWithin(factors))) return false;
  const { generation, membershipEndings, amr, authTimeMs } = newest;
  const remember = newest.remembered === true;
  const half = { accountId, generation, membershipEndings, amr, authTimeMs, remember };
  if (!hasFactor && !(await maySetUp(deps, state, half))) return false;
  const step = hasFactor ? "prove" : "enroll";
  await savePending(deps.db, keyOf(state), { ...half, step }, deps.clock());
  return true;
}

// Who has no factor sets one up as in the account: after a fresh sign-in, of which the password is all. Else it begins anew.
async function maySetUp(deps: StepDeps, state: InteractionState, half: OwnLogin): Promise<boolean> {
  const isFresh = deps.clock().getTime() - half.authTimeMs <= recentSignInSeconds * 1000;
  if (!isFresh || reaches(levelOfAmr(half.amr), "mfa")) return false;
  const factors = await listSecondFactors(deps.db, half.accountId);
  try {
    const { most } = await wantedLevels(deps, state, half, mostProvable(factors));
    return reaches("mfa", most);
  } catch (error) {
    // Then it is told after the password.
    if (error instanceof PlaceShut) return false;
    throw error;
  }
}

/** The half-done sign-in of an interaction's browser. */
export const keyOf = ({ uid, browserKey }: InteractionState) => ({ uid, browserKey });

/** What a login has to prove: less than `least` opens nothing it is for, and `most` all that it can open. */
export interface WantedLevels {
  least: LoginLevel;
  most: LoginLevel;
}

/**
 * What a login has to prove: the application may ask for it, and the organizations it would open require it.
 * @param provable what can be proven beside, as methods (RFC 8176)
 * @throws OperationError whatever shuts all that it is for, to whomever it comes
 */
export async function wantedLevels(
  deps: StepDeps,
  state: InteractionState,
  login: OwnLogin,
  provable: readonly string[],
): Promise<WantedLevels> {
  const asked = levelAskedFor(state.params.get("acr_values"));
  const { places } = await readPlaces(deps, login.accountId, [mostOf(login, provable)]);
  const required = state.params.get("tenant");
  const wanted = places.filter(({ tenant }) => required === undefined || tenant.id === required);
  const opened = wanted.filter((place) => place.voucher !== undefined);
  const levels = opened.filter(isOpen).map(({ tenant }) => levelRequired[tenant.requiredFactor]);
  const most = highestLevel([asked, ...levels]);
  if (isOwnClient(state.client.clientId)) return { least: asked, most };
  assertUseful(opened);
  const lacking = wanted.filter((place) => place.lacking !== undefined);
  if (opened.length === 0) assertNotShut(lacking);
  const least = loginLevels.find((level) => levels.some((one) => reaches(level, one))) ?? "pwd";
  return { least: highestLevel([asked, least]), most };
}

// The login as it could come to be.
const mostOf = (
  { accountId: _accountId, remember: _remember, amr, authTimeMs, ...kept }: OwnLogin,
  provable: readonly string[],
) =>
  voucherOf(readVouched({ method: "password", tenantId: null, clientId: null, ...kept }), {
    ...{ amr: [...amr, ...provable], acr: undefined, authTimeMs },
  });

function assertUseful(opened: readonly Place[]): void {
  const [first] = opened;
  // Where it opens nothing, the tenant page says so.
  if (first?.refusal === undefined || opened.some(isOpen)) return;
  assertNotShut(opened);
}

function assertNotShut(places: readonly Place[]): void {
  const shut = firstShut(places);
  if (shut !== undefined) throw new PlaceShut(shut.place, shut.code);
}
