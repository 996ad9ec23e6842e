// Owns signing in with a passkey: the question the browser is given, and whom its answer proves. What may be opened by it is
// decided where the sign-in goes on.
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { type Account, findAccount, lockAccount } from "../accounts/account_store.ts";
import { endSignIns } from "../sessions/end_sign_ins.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { judgeUsedPasskey } from "./judge_answer.ts";
import { readUsedPasskey } from "./passkey_answer.ts";
import type { PasskeyDeps } from "./passkey_deps.ts";
import { passkeyRefusal } from "./passkey_refusal.ts";
import { type ChallengePlace, challengeLifeMs } from "./passkey_seals.ts";
import {
  findPasskey,
  listPasskeys,
  markCloned,
  type Passkey,
  savePasskeyUse,
  useChallenge,
} from "./passkey_store.ts";

/** A sign-in in which a passkey may be used. */
export interface PasskeySignIn {
  interactionUid: string;
  /** The random key of the browser it was begun in. */
  browserKey: string;
  /** Whose password was proven already, and whose passkey it must be; absent: whoever has one may come. */
  accountId?: string;
}

/** Who was proven, and by what. */
export interface ProvenByPasskey {
  /** As it was before the passkey counted: whatever ends sign-ins from then on ends this one. */
  account: Account;
  passkey: Passkey;
}

/** Makes the question. Nothing is written. @returns undefined where it is for somebody who has none */
export async function offerPasskey(
  { db, clock, seals, party }: PasskeyDeps,
  signIn: PasskeySignIn,
): Promise<PublicKeyCredentialRequestOptionsJSON | undefined> {
  const { accountId } = signIn;
  const own = accountId === undefined ? [] : await listPasskeys(db, accountId);
  const usable = own.filter(({ clonedAtMs }) => clonedAtMs === null);
  if (accountId !== undefined && usable.length === 0) return undefined;
  return {
    challenge: seals.makeChallenge(placeOf(signIn), clock()),
    rpId: party.id,
    timeout: challengeLifeMs,
    userVerification: "required",
    // Without any the device offers those it has for this host.
    allowCredentials: usable.map(({ credentialId, transports }) => ({
      id: credentialId,
      type: "public-key",
      transports: [...transports] as never,
    })),
  };
}

/**
 * Proves a person by the passkey that a browser used.
 * @param text the answer as it was posted
 * @throws OperationError account_disabled, login_method_not_allowed, and each passkey_… of reading, judging and using one; the
 *   question counts as answered then
 */
export async function provePasskey(
  deps: PasskeyDeps,
  signIn: PasskeySignIn,
  text: string,
): Promise<ProvenByPasskey> {
  const { db, clock, seals, party } = deps;
  const answer = readUsedPasskey(text);
  const asked = seals.readChallenge(answer.clientData.challenge, placeOf(signIn), clock());
  if (!(await useChallenge(db, asked))) throw passkeyRefusal("passkey_challenge_used");
  const passkey = await findPasskey(db, answer.id);
  if (passkey === undefined) throw passkeyRefusal("passkey_unknown");
  // Read before the passkey counts: whoever takes it away ends what was read here.
  const account = await findAccount(db, passkey.accountId);
  if (account === undefined) throw passkeyRefusal("passkey_unknown");
  const used = await judgeUsedPasskey(answer, passkey, party);
  // One that is asked for by name may leave the handle away; one that was found must say whose it is (section 7.2, step 6).
  const named = answer.userHandle ?? (signIn.accountId === undefined ? undefined : passkey.userHandle);
  if (named !== passkey.userHandle || (signIn.accountId ?? account.id) !== account.id)
    throw passkeyRefusal("passkey_of_another");
  if (!(await savePasskeyUse(db, passkey, used, clock()))) throw await whyNotUsed(deps, passkey, account);
  if (account.disabledAtMs !== null)
    throw new OperationError("account_disabled", "This account is disabled.");
  if (account.externalAtMs !== null)
    throw new OperationError("login_method_not_allowed", "This person signs in at their organization.");
  return { account, passkey };
}

// The signature is right and the counter is not: of two devices that hold the key, one has been used. Whoever holds the copy
// may have signed in with it, so what stands ends.
async function whyNotUsed(
  { db, clock }: PasskeyDeps,
  { id, credentialId, accountId }: Passkey,
  { email }: Account,
): Promise<OperationError> {
  if ((await findPasskey(db, credentialId)) === undefined) return passkeyRefusal("passkey_unknown");
  await db.transaction(async (trx) => {
    const now = clock();
    await lockAccount(trx, accountId);
    if (!(await markCloned(trx, id, now))) return;
    const tenantIds = await listTenantIdsOfAccount(trx, accountId);
    const cloned = { type: "passkey.cloned", actor: "nobody", accountId, details: { passkey: id } } as const;
    await createAuditEventInTenants(trx, cloned, tenantIds, now);
    await endSignIns(trx, { accountId, reason: "passkey.cloned", actor: "nobody" }, now);
    if (email !== null) await createMail(trx, { kind: "passkey_copied", recipient: email, accountId }, now);
  });
  return passkeyRefusal("passkey_cloned");
}

const placeOf = ({ interactionUid, browserKey, accountId }: PasskeySignIn): ChallengePlace => ({
  purpose: accountId === undefined ? "sign_in" : "second_factor",
  browser: browserKey,
  of: JSON.stringify([interactionUid, accountId ?? null]),
});
