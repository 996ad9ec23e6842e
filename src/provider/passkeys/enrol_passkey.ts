// Owns adding a passkey: the question the browser is given, and what its answer does. Only a login that was proven here adds one:
// an application's back end that vouches for people could make itself a key to what others of them own.
import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/server";
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { readText } from "../../input/text.ts";
import type { Account } from "../accounts/account_store.ts";
import { endSignInsOfBefore, type SetUpPlace } from "../factors/first_factor.ts";
import type { PendingKey } from "../factors/pending_store.ts";
import { replaceRecoveryCodes } from "../factors/recovery_code_store.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { judgeNewPasskey, keyAlgorithms } from "./judge_answer.ts";
import { readNewPasskey } from "./passkey_answer.ts";
import type { PasskeyDeps } from "./passkey_deps.ts";
import { tellOfPasskey } from "./passkey_notice.ts";
import { passkeyRefusal } from "./passkey_refusal.ts";
import { type ChallengePlace, challengeLifeMs } from "./passkey_seals.ts";
import { createPasskey, listPasskeys, mostPasskeys, type Passkey, useChallenge } from "./passkey_store.ts";

/** Who adds a passkey, and where: in a session, or in a sign-in that is half done. */
export type Enrolling = {
  account: Account;
  /** What goes on where it is the first factor, which ends all else; absent: that session. */
  place?: SetUpPlace;
  /** Which browser it is, as `browserFamily` names it, for the notice. */
  browser?: string | undefined;
} & ({ sessionUid: string; signIn?: undefined } | { signIn: PendingKey; sessionUid?: undefined });

/** What came of it. */
export interface AddedPasskey {
  passkey: Passkey;
  /**
   * Of the person's first second factor, whose other sign-ins ended: recovery codes, as they are shown; they are kept nowhere.
   * Undefined: it is not the first.
   */
  codes: string[] | undefined;
}

/** How passkeys are named where people read them. */
const passkeyNameRule = { most: 60 } as const;

/** Makes the question for a new passkey. Nothing is written. */
export async function offerEnrolment(
  { db, clock, seals, party }: PasskeyDeps,
  enrolling: Enrolling,
  serviceName: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { account } = enrolling;
  const own = await listPasskeys(db, account.id);
  const userHandle = own[0]?.userHandle ?? seals.userHandleOf(account);
  const name = account.email ?? account.name ?? account.id;
  return {
    challenge: seals.makeChallenge(placeOf(enrolling, userHandle), clock()),
    rp: { id: party.id, name: serviceName },
    user: { id: userHandle, name, displayName: account.name ?? name },
    pubKeyCredParams: keyAlgorithms.map((alg) => ({ alg, type: "public-key" })),
    timeout: challengeLifeMs,
    attestation: "none",
    // On a device that has one of them no second one is made.
    excludeCredentials: own.map(({ credentialId, transports }) => ({
      id: credentialId,
      type: "public-key",
      transports: [...transports] as AuthenticatorTransports,
    })),
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
  };
}

type AuthenticatorTransports = NonNullable<
  NonNullable<PublicKeyCredentialCreationOptionsJSON["excludeCredentials"]>[number]["transports"]
>;

/**
 * Adds the passkey that a browser made. The first factor ends the person's other sign-ins, and comes with recovery codes.
 * @param told the answer as it was posted, and what the person calls it; an empty name: one is made
 * @param hold holds the account until the transaction ends, and throws where the person's sign-in counts no more
 * @throws OperationError invalid_input (name), login_method_not_allowed, and each passkey_… of reading, judging and adding one; the
 *   question counts as answered then
 */
export async function addPasskey(
  deps: PasskeyDeps,
  enrolling: Enrolling,
  told: { answer: string; name: string },
  hold: (trx: Database) => Promise<unknown>,
): Promise<AddedPasskey> {
  const keep = await judgePasskey(deps, enrolling, told);
  return deps.db.transaction(async (trx) => {
    await hold(trx);
    return keep(trx);
  });
}

/**
 * Judges a passkey that a browser made.
 * @param told the answer as it was posted, and what the person calls it; an empty name: one is made
 * @returns keeps it, in a transaction that holds the account
 * @throws OperationError as {@link addPasskey} does; what is kept throws passkey_limit, passkey_exists
 */
export async function judgePasskey(
  deps: PasskeyDeps,
  enrolling: Enrolling,
  told: { answer: string; name: string },
): Promise<(trx: Database) => Promise<AddedPasskey>> {
  const { account, sessionUid, place = { sessionUid }, browser } = enrolling;
  const { db, clock, seals, party } = deps;
  const name = readPasskeyName(told.name);
  if (account.externalAtMs !== null)
    throw new OperationError("login_method_not_allowed", "This person signs in at their organization.");
  const answer = readNewPasskey(told.answer);
  const [first] = await listPasskeys(db, account.id);
  const userHandle = first?.userHandle ?? seals.userHandleOf(account);
  const asked = seals.readChallenge(answer.clientData.challenge, placeOf(enrolling, userHandle), clock());
  if (!(await useChallenge(db, asked))) throw passkeyRefusal("passkey_challenge_used");
  const made = await judgeNewPasskey(answer, party);
  return async (trx) => {
    const now = clock();
    const accountId = account.id;
    const before = await listSecondFactors(trx, accountId);
    const own = await listPasskeys(trx, accountId);
    if (own.length >= mostPasskeys) throw passkeyRefusal("passkey_limit");
    const named = name ?? `Passkey ${own.length + 1}`;
    const passkey = await createPasskey(trx, { ...made, accountId, userHandle, name: named }, now);
    if (passkey === undefined) throw passkeyRefusal("passkey_exists");
    const details = { passkey: passkey.id, synced: passkey.synced };
    const added = { type: "passkey.added", actor: `account:${accountId}`, accountId, details } as const;
    await createAuditEventInTenants(trx, added, await listTenantIdsOfAccount(trx, accountId), now);
    await tellOfPasskey(trx, "factor_added", account, { by: "person", browser }, now);
    const ended = { accountId, before, reason: added.type, place } as const;
    const isFirst = await endSignInsOfBefore(trx, ended, now);
    return { passkey, codes: isFirst ? await replaceRecoveryCodes(trx, accountId, now) : undefined };
  };
}

/**
 * Reads what a person calls a passkey.
 * @returns undefined where they call it nothing
 * @throws OperationError invalid_input
 */
export function readPasskeyName(typed: string): string | undefined {
  if (typed.trim() === "") return undefined;
  const read = readText(typed, passkeyNameRule);
  if ("text" in read) return read.text;
  throw new OperationError("invalid_input", `The name ${read.fault}.`, {
    field: "name",
    fix: "Choose a name by which you know the device, e.g. Work laptop.",
  });
}

// The handle is part of it: an authenticator keeps the one it was told, and it must be the one that is stored.
const placeOf = (enrolling: Enrolling, userHandle: string): ChallengePlace => {
  const { account, signIn } = enrolling;
  const of = [account.id, userHandle];
  return {
    purpose: "enrolment",
    browser: signIn === undefined ? enrolling.sessionUid : signIn.browserKey,
    of: JSON.stringify(signIn === undefined ? of : [...of, signIn.uid]),
  };
};
