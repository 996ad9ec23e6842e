// Owns what a recovery code is: eighty random bits in letters and digits that are not mistaken for one another. Pure.
import { createHash, randomInt } from "node:crypto";

// How many a person has at once.
const recoveryCodeCount = 10;

// Without 0, o, 1, i, l and u (Crockford's base32, in small letters).
const letters = "23456789abcdefghjkmnpqrstvwxyz";
const groups = 4;
const lettersOfGroup = 4;

/** Makes new codes, as they are shown, once. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () =>
    Array.from({ length: groups }, () =>
      Array.from({ length: lettersOfGroup }, () => letters[randomInt(letters.length)]).join(""),
    ).join("-"),
  );
}

/**
 * How a code is stored and found. Its bits are random, so one round of a fast hash is enough, and the account's id in it
 * makes equal codes of two people differ.
 * @param typed as it was typed: capitals, spaces and dashes do not count
 */
export function hashRecoveryCode(accountId: string, typed: string): string {
  const code = typed.toLowerCase().replaceAll(/[\s-]/g, "");
  return createHash("sha256")
    .update(JSON.stringify(["recovery code", accountId, code]))
    .digest("base64url");
}
