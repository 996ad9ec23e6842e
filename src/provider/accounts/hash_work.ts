// Owns the computing of password hashes, one after the other: it runs in a thread that does nothing else (hash_thread.ts), because
// each keeps a core busy for milliseconds.
import { hashSync, verifySync } from "@node-rs/argon2";
import { decoyOf, readImportedHash } from "./imported_hash.ts";
import { leastCost, type PasswordCost } from "./password_cost.ts";

/** A password that is to be hashed. */
export interface ToHash {
  password: string;
  cost: PasswordCost;
}

/** A password that is to be compared with a hash. */
export interface ToVerify {
  password: string;
  passwordHash: string | null;
  /** Whether it may match at all: if not, as much is computed as if it might. */
  counts: boolean;
  /** The kind of the hash; null: of our own making and of the least cost. */
  own: string | null;
  /** Every kind that is in the store. */
  present: readonly string[];
}

/** Hashes one. @returns a PHC string with its parameters */
export function makeHash({ password, cost: { memoryMib, passes } }: ToHash): string {
  const options = { memoryCost: memoryMib * 1024, timeCost: passes, parallelism: 1 };
  return hashSync(canonical(password), options);
}

let decoy: string | undefined;

/** Tells whether a password belongs to a hash; computes one of every kind, whatever comes of it. */
export async function matchesHash(asked: ToVerify): Promise<boolean> {
  const { password, passwordHash, counts, own, present } = asked;
  // Of the least cost, whatever new ones cost: the kind that no column tells of.
  decoy ??= makeHash({ password: "nobody signs in with this password", cost: leastCost });
  const expected = (own === null ? passwordHash : null) ?? decoy;
  const imported = own === null ? undefined : readImportedHash(passwordHash ?? "").hash;
  if ((await imported?.verify(password)) && counts) return true;
  if (verifySync(expected, canonical(password)) && counts && own === null) return true;
  // A right password shows its user anyway. A wrong one costs the same, whomever it was tried for.
  for (const kind of present) if (kind !== own) await decoyOf(kind)?.verify(password);
  return false;
}

// The same password typed on another keyboard may arrive composed differently (NIST SP 800-63B).
const canonical = (password: string): string => password.normalize("NFKC");
