// Owns how a login comes to be, whole: of one proof, or of two by way of a half-done sign-in. Whatever proves somebody here
// makes its login by this file, so that its methods, class and time are what was done.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { acrOfLevel, levelOfAmr } from "../../login_levels.ts";
import { getAccount, lockAccount } from "../accounts/account_store.ts";
import { readVouched, type Vouched } from "../sessions/voucher.ts";
import { type PendingKey, type PendingSignIn, savePending, usePending } from "./pending_store.ts";

/** Who signed in, as oidc-provider keeps it in the session, and who vouches for it. */
export type LoginAnswer = {
  /** `remember`: the person chose to stay signed in on the device (sessions/login_life.ts). */
  login: { accountId: string; ts: number; amr: string[]; acr: string; remember: boolean };
  voucher: Vouched;
};

/** A login that was made here. */
export type OwnLogin = Pick<
  PendingSignIn,
  "accountId" | "generation" | "membershipEndings" | "amr" | "authTimeMs" | "remember"
>;

/** The login, as it finishes an interaction. */
export function loginOf({
  accountId,
  generation,
  membershipEndings,
  amr,
  authTimeMs,
  remember,
}: OwnLogin): LoginAnswer {
  const level = levelOfAmr(amr);
  // Whole seconds, rounded down: rounded up, auth_time would lie in the future.
  const ts = Math.floor(authTimeMs / 1000);
  return {
    login: { accountId, ts, amr: [...amr], acr: acrOfLevel[level], remember },
    voucher: readVouched({
      ...{ method: "password", tenantId: null, clientId: null },
      ...{ generation, membershipEndings, level },
    }),
  };
}

/**
 * Completes a half-done sign-in: uses it up, once, and answers its login.
 * @param trx the transaction that uses the second proof up as well: with neither, neither is used
 * @param proven methods of the second proof (RFC 8176); that there were two is added here
 * @throws OperationError sign_in_expired if it was used, is too old, is another browser's or another person's, or was ended
 */
export async function completePending(
  trx: Database,
  key: PendingKey,
  accountId: string,
  proven: readonly string[],
  now: Date,
): Promise<LoginAnswer> {
  const pending = await takePending(trx, key, { accountId, step: "prove" }, now);
  return loginOf({ ...pending, amr: withFactor(pending.amr, proven) });
}

/**
 * Goes on with a half-done sign-in whose second factor was proven, and which opens nothing before a passkey is added.
 * @param trx the transaction that uses the second proof up as well
 * @param proven methods of the second proof (RFC 8176)
 * @throws OperationError sign_in_expired as {@link completePending} does
 */
export async function passProof(
  trx: Database,
  key: PendingKey,
  accountId: string,
  proven: readonly string[],
  now: Date,
): Promise<void> {
  const pending = await takePending(trx, key, { accountId, step: "prove" }, now);
  await savePending(
    trx,
    key,
    { ...pending, amr: withFactor(pending.amr, proven), step: "enroll_passkey" },
    now,
  );
}

/**
 * Answers the login of a sign-in whose second factor was set up in it.
 * @param trx a transaction
 * @throws OperationError sign_in_expired as {@link completePending} does
 */
export async function finishEnrolled(
  trx: Database,
  key: PendingKey,
  accountId: string,
  now: Date,
): Promise<LoginAnswer> {
  return loginOf(await takePending(trx, key, { accountId, step: "done" }, now));
}

/** A factor that is set up in a sign-in. */
export interface Enrolment {
  accountId: string;
  step: "enroll" | "enroll_passkey";
  proven: readonly string[];
}

/**
 * Sets up the second factor which a half-done sign-in waits for: its page shows what is shown once, then it is finished by
 * {@link finishEnrolled}. A first factor ends the person's sign-ins, and this one goes on.
 * @param trx a transaction
 * @param enrolment whose, at which step, and what setting it up proves (RFC 8176)
 * @param enrol adds the factor, in the same transaction
 * @returns what `enrol` answered
 * @throws OperationError sign_in_expired as {@link completePending} does, and what `enrol` throws
 */
export async function passEnrolment<Result>(
  trx: Database,
  key: PendingKey,
  { accountId, step, proven }: Enrolment,
  enrol: () => Promise<Result>,
  now: Date,
): Promise<Result> {
  // Held first: whatever ends the person's sign-ins comes before all of this, or after it.
  await lockAccount(trx, accountId);
  const pending = await takePending(trx, key, { accountId, step }, now);
  const result = await enrol();
  const { signInGeneration: generation } = await getAccount(trx, accountId);
  const amr = withFactor(pending.amr, proven);
  await savePending(trx, key, { ...pending, generation, amr, step: "done" }, now);
  return result;
}

const withFactor = (amr: readonly string[], proven: readonly string[]): string[] => [
  ...new Set([...amr, ...proven, "mfa"]),
];

async function takePending(
  trx: Database,
  key: PendingKey,
  at: Pick<PendingSignIn, "accountId" | "step">,
  now: Date,
): Promise<PendingSignIn> {
  const pending = await usePending(trx, key, at, now);
  if (pending !== undefined) return pending;
  throw new OperationError("sign_in_expired", "This sign-in was finished, took too long, or was ended.");
}
