// Owns signing in with e-mail address and password: slow down, verify, decide, in this order.
// Whoever fails learns neither whether the account exists nor whether it is disabled.
import { OperationError } from "../../errors.ts";
import { isEmailAddress, loginKeyOf } from "../../input/email_address.ts";
import type { Account, Credentials } from "./account_store.ts";
import { type AttemptOrigin, attemptKeysOf, knownForMs } from "./attempt_rates.ts";
import { type CountDeps, countSignIn, isKnownBrowser } from "./counted_sign_in.ts";
import { replaceHash } from "./password_hash_store.ts";
import type { Passwords } from "./passwords.ts";
import { settleAttempts } from "./sign_in_attempt_store.ts";
import { readSignInFacts } from "./sign_in_facts_store.ts";

/** What signing in needs. */
export interface SignInDeps extends CountDeps {
  passwords: Passwords;
}

/** What the sign-in form sent, and from where. */
export interface SignInRequest extends AttemptOrigin {
  login: string;
  password: string;
}

/**
 * Signs a person in.
 * @returns the account
 * @throws OperationError too_many_attempts (with the seconds to wait in its fix), invalid_credentials,
 *   account_disabled (only to somebody who knows the password), overloaded, unavailable
 */
export async function signIn(deps: SignInDeps, request: SignInRequest): Promise<Account> {
  const now = deps.clock();
  const loginKey = loginKeyOf(request.login);
  // Who brings no mark of a browser is told before the store is asked; whether a mark counts, it must be asked.
  if (request.browser === undefined) deps.passwords.assertRoom(loginKey);
  const keys = attemptKeysOf(loginKey, request);
  const marks = { address: keys.knownAddressHash, browser: keys.knownBrowserHash };
  // What is no address names nobody, and takes as long.
  const name = isEmailAddress(request.login) ? loginKey : undefined;
  const { known, credentials, presentKinds } = await readSignInFacts(deps.db, name, marks, now);
  const takenBack = await countSignIn(deps, keys, known, now);
  const kinds = { own: credentials?.importedHashKind ?? null, present: presentKinds };
  const asker = { known: isKnownBrowser(keys, known), account: loginKey };
  const matches = await deps.passwords
    .verifyPassword(credentials?.passwordHash, request.password, kinds, asker)
    .catch(async (error: unknown) => {
      // Nothing was looked at, so nothing was tried.
      if (isOverloaded(error)) await settleAttempts(deps.db, { takenBack });
      throw error;
    });
  if (!credentials || !matches) {
    throw new OperationError(
      "invalid_credentials",
      "This e-mail address and password do not belong together.",
    );
  }
  if (credentials.account.disabledAtMs !== null) {
    await settleAttempts(deps.db, { takenBack });
    throw new OperationError("account_disabled", "This account is disabled.");
  }
  const untilMs = now.getTime() + knownForMs;
  const stood = [marks.address, marks.browser].flatMap((mark) => mark ?? []);
  await settleAttempts(deps.db, { takenBack, known: stood.map((keyHash) => ({ keyHash, untilMs })) });
  if (credentials.importedHashKind !== deps.passwords.kind) await rehash(deps, credentials, request.password);
  return credentials.account;
}

const isOverloaded = (error: unknown): boolean =>
  error instanceof OperationError && error.code === "overloaded";

// The password is known at this moment only, so a hash of another program, or of another cost, is replaced now.
async function rehash(deps: SignInDeps, { account, passwordHash }: Credentials, password: string) {
  let made: string;
  try {
    made = await deps.passwords.hashPassword(password);
  } catch (error) {
    // With too many in the queue the login is no less right; the next one does it.
    if (isOverloaded(error)) return;
    throw error;
  }
  await replaceHash(deps.db, { id: account.id, hash: passwordHash ?? "" }, made, deps.clock());
}
