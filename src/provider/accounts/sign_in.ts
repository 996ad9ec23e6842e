// Owns signing in with e-mail address and password: slow down, verify, decide, in this order.
// Whoever fails learns neither whether the account exists nor whether it is disabled.
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { type Account, findCredentialsByLogin } from "./account_store.ts";
import { type AttemptKeys, attemptKeysOf, knownPairMs } from "./attempt_rates.ts";
import { loginKeyOf } from "./email_address.ts";
import type { Passwords } from "./passwords.ts";
import { countAttempt, isKnownPair, saveKnownPair, uncountAttempt } from "./sign_in_attempt_store.ts";

/** What signing in needs. */
export interface SignInDeps {
  db: Database;
  clock: Clock;
  passwords: Passwords;
}

/** What the sign-in form sent, and from where. */
export interface SignInRequest {
  login: string;
  password: string;
  /** The browser's address as the trusted proxies report it. */
  clientAddress: string;
}

/**
 * Signs a person in.
 * @returns the account
 * @throws OperationError too_many_attempts (with the seconds to wait in its fix), invalid_credentials,
 *   account_disabled (only to somebody who knows the password), unavailable
 */
export async function signIn(deps: SignInDeps, request: SignInRequest): Promise<Account> {
  const now = deps.clock();
  const keys = attemptKeysOf(loginKeyOf(request.login), request.clientAddress);
  const refund = await countOrRefuse(deps.db, keys, now);
  const credentials = await findCredentialsByLogin(deps.db, request.login);
  const matches = await deps.passwords.verifyPassword(credentials?.passwordHash, request.password);
  if (!credentials || !matches) {
    throw new OperationError(
      "invalid_credentials",
      "This e-mail address and password do not belong together.",
    );
  }
  await refund();
  if (credentials.account.disabledAtMs !== null) {
    throw new OperationError("account_disabled", "This account is disabled.");
  }
  await saveKnownPair(deps.db, keys.knownPairHash, now.getTime() + knownPairMs);
  return credentials.account;
}

// Counted before the password is looked at: a thousand guesses sent at once are a thousand attempts.
async function countOrRefuse(db: Database, keys: AttemptKeys, now: Date): Promise<() => Promise<void>> {
  const known = await isKnownPair(db, keys.knownPairHash, now);
  const rated = known ? [keys.address, keys.pair] : [keys.address, keys.pair, keys.account];
  for (const key of rated) {
    const refusal = await countAttempt(db, key, now);
    if (!refusal) continue;
    const seconds = Math.ceil(refusal.waitMs / 1000);
    throw new OperationError("too_many_attempts", "Too many attempts to sign in.", {
      fix: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then try again.`,
    });
  }
  return async () => {
    for (const key of rated) await uncountAttempt(db, key);
  };
}
