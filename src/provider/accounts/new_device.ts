// Owns telling a person that somebody signed in where nobody had signed in to their account before: in a browser, and at an
// address, that are both new to it. A browser is told of once; the account's first sign-in, and what an organization's own login
// vouched for, are no news.
import { createHash } from "node:crypto";
import { browserFamily } from "../../input/browser_family.ts";
import { parseClientAddress } from "../../input/client_address.ts";
import type { StoreAndClock } from "../../installation.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { type AttemptOrigin, knownForMs } from "./attempt_rates.ts";
import { saveFirstSignIn } from "./first_sign_in_store.ts";
import { countAttempt, makeMark, saveKnown, settleAttempts } from "./sign_in_attempt_store.ts";

/**
 * How many such mails one account gets. Only who knows the password causes them, by a new browser and a new address each; whoever
 * has had five in an hour knows.
 */
export const newDeviceRate = { burst: 5, intervalMs: 3_600_000 } as const;

/** What a sign-in is told of with. */
export interface DeviceDeps extends StoreAndClock {
  sendsMail: boolean;
}

/** From where somebody signed in. */
export interface DeviceOrigin extends AttemptOrigin {
  /** The User-Agent of the request, as it stands there. */
  userAgent?: string | undefined;
}

/** Whose sign-in is complete. */
export interface PersonHere {
  id: string;
  email: string | null;
  /** Whether they have signed in before. */
  hasSignedIn: boolean;
  /** Whether this browser, or this address, has been seen at a sign-in of theirs. */
  isKnownHere: boolean;
}

/**
 * Remembers where a person signed in, and has them told if it is new. To be called once a sign-in is complete, with every factor
 * it takes, and before anything is answered.
 * @returns whether a mail was put in
 */
export async function rememberDevice(
  { db, clock, sendsMail }: DeviceDeps,
  { id, email, hasSignedIn, isKnownHere }: PersonHere,
  origin: DeviceOrigin,
): Promise<boolean> {
  const now = clock();
  const nowMs = now.getTime();
  const { browser, address } = deviceMarksOf(id, origin);
  const until = { nowMs, untilMs: nowMs + knownForMs };
  const marks = [address, ...(browser === undefined ? [] : [browser])].toSorted();
  // Nothing to tell, and nothing that only one of several may do.
  if (hasSignedIn && (isKnownHere || !sendsMail)) {
    await settleAttempts(db, { known: marks.map((keyHash) => ({ keyHash, untilMs: until.untilMs })) });
    return false;
  }
  return db.transaction(async (trx) => {
    const first = await saveFirstSignIn(trx, id, now);
    let isNew = false;
    // In the order of every statement that writes several.
    for (const mark of marks) {
      const isTold = mark === (browser ?? address);
      // Of several sign-ins at once in one browser, one makes its mark.
      const isMade = isTold && (await makeMark(trx, mark, until));
      if (!isMade) await saveKnown(trx, mark, until.untilMs);
      isNew ||= isMade;
    }
    if (!sendsMail || first || !isNew || isKnownHere || email === null) return false;
    const { waitMs } = await countAttempt(
      trx,
      { kind: "new_device_mail", keyHash: hashOf("mails", id), rate: newDeviceRate },
      now,
    );
    if (waitMs !== undefined) return false;
    const family = browserFamily(origin.userAgent);
    const details: Record<string, string> = family === undefined ? {} : { browser: family };
    await createMail(trx, { kind: "new_device", recipient: email, accountId: id, details }, now);
    return true;
  });
}

/**
 * The marks of a browser and an address. By the account, whatever it signs in with: another address makes no browser a new one.
 */
export function deviceMarksOf(accountId: string, { clientAddress, browser }: AttemptOrigin) {
  const network = parseClientAddress(clientAddress)?.network ?? clientAddress;
  return {
    address: hashOf("address", network, accountId),
    browser: browser === undefined ? undefined : hashOf("browser", browser, accountId),
  };
}

const hashOf = (...parts: string[]): string =>
  createHash("sha256")
    .update(JSON.stringify(["device", ...parts]))
    .digest("base64url");
