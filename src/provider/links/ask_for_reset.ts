// Owns asking for a new password by mail. Whoever asks is told the same, after the same statements, whether or not anybody
// signs in with the address: who that is, is looked up when the mail is written, by the outbox.
import { createHash } from "node:crypto";
import type { LoginNames } from "../../audit/login_names.ts";
import { OperationError } from "../../errors.ts";
import { loginKeyOf, parseEmailAddress } from "../../input/email_address.ts";
import type { StoreAndClock } from "../../installation.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { noticeGuess, tellAttack } from "../accounts/attack_watch.ts";
import { type AttemptOrigin, attemptKeysOf, type RatedKey } from "../accounts/attempt_rates.ts";
import { countAttempt, findKnown } from "../accounts/sign_in_attempt_store.ts";

/**
 * How often it may be asked. No rate that somebody else can use up keeps a person from their mail:
 * - browser: one in which the account has signed in before; the address does not count then.
 * - address: one address (one IPv6 /64) asking for many people.
 * - mailbox: mail to one address. Past it no further mail goes out, and whoever asks is told the same: the mail that used the
 *   rate up lies in the mailbox, with a link that counts for an hour, and the last of them is at most `intervalMs` old.
 */
export const resetRates = {
  browser: { burst: 6, intervalMs: 60_000 },
  address: { burst: 10, intervalMs: 60_000 },
  mailbox: { burst: 3, intervalMs: 900_000 },
} as const;

/** What somebody asks, and from where. */
export interface ResetRequest extends AttemptOrigin {
  email: string;
}

/**
 * Takes a request. A mail may come of it. That somebody asks far too often is told in the trail, of any address alike.
 * @throws OperationError invalid_input for what is no address, too_many_attempts
 */
export async function askForReset(
  { db, clock, loginNames }: StoreAndClock & { loginNames: LoginNames },
  request: ResetRequest,
): Promise<void> {
  const email = parseEmailAddress(request.email);
  const login = loginKeyOf(email);
  const now = clock();
  const { browser, address, mailbox } = keysOf(login, request);
  const { knownBrowserHash = "" } = attemptKeysOf(login, request);
  const known = await findKnown(db, [knownBrowserHash], now);
  const isKnown = known.has(knownBrowserHash);
  const { waitMs } = await countAttempt(db, isKnown ? browser : address, now);
  if (waitMs !== undefined) {
    if (!isKnown) await tellAttack(db, "reset", address.keyHash, now);
    throw tooMany(waitMs);
  }
  const isTooMuch = await db.transaction(async (trx) => {
    const counted = await countAttempt(trx, mailbox, now);
    if (counted.waitMs !== undefined) return true;
    await createMail(trx, { kind: "password_reset", recipient: email }, now);
    return false;
  });
  if (isTooMuch)
    await noticeGuess({ db, clock }, "reset_mailbox", mailbox.keyHash, { loginHash: loginNames.hash(email) });
}

function keysOf(login: string, origin: AttemptOrigin): Record<keyof typeof resetRates, RatedKey> {
  // The address as sign-in counts it, under a name of its own.
  const { address, browser } = attemptKeysOf(login, origin);
  const keyHash = (...parts: string[]) =>
    createHash("sha256")
      .update(JSON.stringify(["password reset", ...parts]))
      .digest("base64url");
  return {
    browser: { kind: "reset", keyHash: keyHash("browser", browser?.keyHash ?? ""), rate: resetRates.browser },
    address: { kind: "reset", keyHash: keyHash("address", address.keyHash), rate: resetRates.address },
    mailbox: { kind: "reset_mailbox", keyHash: keyHash("mailbox", login), rate: resetRates.mailbox },
  };
}

function tooMany(waitMs: number): OperationError {
  const seconds = Math.ceil(waitMs / 1000);
  return new OperationError("too_many_attempts", "A new password was asked for too often.", {
    fix: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then try again.`,
    reason: { name: "reset_asked_often", values: { seconds } },
    retryAfterSeconds: seconds,
  });
}
