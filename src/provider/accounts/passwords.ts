// Owns password hashing: Argon2id, bounded in how many run at once, equally slow for users who do not exist. Hashes that
// came with people from elsewhere are verified here too, under the same bound (imported_hash.ts reads them).
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { OperationError } from "../../errors.ts";
import { isStorable } from "../../input/text.ts";
import { decoyOf, readImportedHash } from "./imported_hash.ts";
import { isEasilyGuessed } from "./password_strength.ts";

// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
const argon2Options = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Shortest password a new account may have, in characters. */
const shortestPassword = 10;
/** Longest password, in characters: enough for any pass phrase, too little to keep a core busy. */
const longestPassword = 256;

// Callers that may wait for a free place before new ones are turned away.
const longestQueue = 200;

/** Of which kinds imported hashes are (imported_hash.ts). */
export interface ImportedKinds {
  /** The kind of the hash that is verified; null: it is of our own making. */
  own: string | null;
  /** Every kind that is in the store now. */
  present: readonly string[];
}

/** Hashes and verifies passwords; one instance per process, because it bounds the work. */
export interface Passwords {
  /** Hashes a password into a PHC string. */
  hashPassword(password: string): Promise<string>;
  /**
   * Tells whether a password belongs to a hash. Takes as long without a hash as with one, so that the
   * answer's time does not tell which users exist: of every kind of hash that is in the store one is computed,
   * whatever kind the user's own is of, and for nobody.
   * @param kinds absent: no hash in the store is imported
   * @throws OperationError unavailable if too many callers wait already
   */
  verifyPassword(
    passwordHash: string | null | undefined,
    password: string,
    kinds?: ImportedKinds,
  ): Promise<boolean>;
}

const choose =
  "Choose a pass phrase of several words that have nothing to do with you, or let one be generated.";

/**
 * Checks a new password: its length, and that it is not easily guessed. No rules about its characters: they make
 * passwords worse.
 * @param about what a guesser knows of the person: address, name, tenants
 * @throws OperationError invalid_input
 * @see NIST SP 800-63B section 3.1.1.2
 */
export async function assertNewPassword(
  password: string,
  about: readonly (string | null | undefined)[] = [],
): Promise<void> {
  const refuse = (what: string) =>
    new OperationError("invalid_input", `password ${what}.`, { field: "password", fix: choose });
  const length = [...password].length;
  if (length < shortestPassword || length > longestPassword) {
    throw refuse(`has ${length} characters; it needs ${shortestPassword} to ${longestPassword}`);
  }
  if (!isStorable(password)) throw refuse("holds half a character or U+0000");
  const known = about.filter((text) => typeof text === "string");
  if (await isEasilyGuessed(password, known)) {
    throw refuse(
      "is easily guessed: it is common, repeats itself, or is made of the person's own name or address",
    );
  }
}

/**
 * Makes the password hasher.
 * @param concurrency how many hashes may run at once. The default leaves a core to sign tokens: hashing and
 *   signing share one thread pool, and a burst of logins must not stall the signatures.
 */
export function createPasswords(concurrency = Math.max(1, availableParallelism() - 1)): Passwords {
  const limit = createLimit(concurrency);
  let decoy: Promise<string> | undefined;
  const hashPassword = (password: string) => limit(() => hash(canonical(password), argon2Options));
  return {
    hashPassword,
    async verifyPassword(passwordHash, password, { own, present } = noneImported) {
      decoy ??= hashPassword("nobody signs in with this password");
      const expected = (own === null ? passwordHash : null) ?? (await decoy);
      const tooLong = [...password].length > longestPassword;
      const typed = tooLong ? "" : password;
      const counts = !tooLong && passwordHash != null;
      const imported = own === null ? undefined : readImportedHash(passwordHash ?? "").hash;
      return limit(async () => {
        if ((await imported?.verify(typed)) && counts) return true;
        if ((await verify(expected, canonical(typed))) && counts && own === null) return true;
        // A right password shows its user anyway. A wrong one costs the same, whomever it was tried for.
        for (const kind of present) if (kind !== own) await decoyOf(kind)?.verify(typed);
        return false;
      });
    },
  };
}

const noneImported: ImportedKinds = { own: null, present: [] };

// The same password typed on another keyboard may arrive composed differently (NIST SP 800-63B).
const canonical = (password: string): string => password.normalize("NFKC");

function createLimit(concurrency: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= longestQueue) {
        throw new OperationError("unavailable", "Too many people are signing in at this moment.", {
          fix: "Try again in a few seconds.",
        });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      // The place goes to the next in line, or becomes free.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
