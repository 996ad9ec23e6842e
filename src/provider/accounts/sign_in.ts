// Owns signing in with e-mail address and password: slow down, verify, decide, in this order.
// Whoever fails learns neither whether the account exists nor whether it is disabled.
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { isEmailAddress, loginKeyOf } from "../../input/email_address.ts";
import type { Log } from "../../log.ts";
import { type Account, type Credentials, findCredentialsByLogin } from "./account_store.ts";
import {
  type AttemptKeys,
  type AttemptOrigin,
  attemptKeysOf,
  knownForMs,
  type RatedKey,
} from "./attempt_rates.ts";
import { listImportedHashKinds } from "./imported_account_store.ts";
import { replaceHash } from "./password_hash_store.ts";
import type { Passwords } from "./passwords.ts";
import {
  type CountedAttempt,
  countAttempt,
  findKnown,
  saveKnown,
  uncountAttempt,
} from "./sign_in_attempt_store.ts";

/** What signing in needs. */
export interface SignInDeps {
  db: Database;
  clock: Clock;
  passwords: Passwords;
  /** Where a clock that was ahead is told of. */
  log?: Log;
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
  const { refund, known } = await countOrRefuse(deps, keys, now);
  // What is no address names nobody, and takes as long.
  const credentials = isEmailAddress(request.login)
    ? await findCredentialsByLogin(deps.db, request.login)
    : undefined;
  const kinds = {
    own: credentials?.importedHashKind ?? null,
    present: await listImportedHashKinds(deps.db),
  };
  const matches = await deps.passwords
    .verifyPassword(credentials?.passwordHash, request.password, kinds, { known, account: loginKey })
    .catch(async (error: unknown) => {
      // Nothing was looked at, so nothing was tried.
      if (isOverloaded(error)) await refund();
      throw error;
    });
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
  if (credentials.importedHashKind !== deps.passwords.kind) await rehash(deps, credentials, request.password);
  for (const mark of [keys.knownAddressHash, keys.knownBrowserHash]) {
    if (mark !== undefined) await saveKnown(deps.db, mark, now.getTime() + knownForMs);
  }
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

// Counted before the password is looked at: a thousand guesses sent at once are a thousand attempts.
async function countOrRefuse(
  deps: SignInDeps,
  keys: AttemptKeys,
  now: Date,
): Promise<{
  refund: () => Promise<void>;
  /** Whether this browser has signed in to the account before. */
  known: boolean;
}> {
  const { rated, counted, healed } = await ratedKeysOf(deps, keys, now);
  const known = rated[0] === keys.browser;
  let healing = healed;
  let waitMs = 0;
  for (const key of rated) {
    const one = await count(deps, key, now);
    healing ||= one.healed;
    if (one.waitMs === undefined) counted.push(key);
    waitMs = Math.max(waitMs, one.waitMs ?? 0);
    // Of counts from the future all are cut in one go, so that one wait heals them.
    if (waitMs > 0 && !healing) break;
  }
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    throw new OperationError("too_many_attempts", "Too many attempts to sign in.", {
      fix: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then try again.`,
      retryAfterSeconds: seconds,
    });
  }
  const refund = async () => {
    for (const key of counted) await uncountAttempt(deps.db, key);
  };
  return { refund, known };
}

// What others can use up never decides where the account has signed in before.
async function ratedKeysOf(
  deps: SignInDeps,
  keys: AttemptKeys,
  now: Date,
): Promise<{ rated: readonly RatedKey[]; counted: RatedKey[]; healed: boolean }> {
  const marks = [keys.knownAddressHash, keys.knownBrowserHash].filter((mark) => mark !== undefined);
  const known = await findKnown(deps.db, marks, now);
  const nothing = { counted: [], healed: false };
  if (keys.browser !== undefined && known.has(keys.knownBrowserHash ?? "")) {
    return { rated: [keys.browser], ...nothing };
  }
  if (known.has(keys.knownAddressHash)) return { rated: [keys.address, keys.pair], ...nothing };
  // Past its rate the account's count stands still, so that a flood cannot prolong what it caused.
  const { waitMs, healed } = await count(deps, keys.account, now);
  if (waitMs !== undefined && !healed) return { rated: [keys.address, keys.guarded], ...nothing };
  return { rated: [keys.address, keys.pair], counted: waitMs === undefined ? [keys.account] : [], healed };
}

async function count(deps: SignInDeps, key: RatedKey, now: Date): Promise<CountedAttempt> {
  const counted = await countAttempt(deps.db, key, now);
  if (counted.healed) {
    deps.log?.warn("a count of sign-in attempts came from the future and was cut: a clock was ahead");
  }
  return counted;
}
