// Owns what a hash of our own costs: the least, which is what hashes had before it could be set, and how the kinds of hashes
// are named. Pure.

/** What one hash costs. */
export interface PasswordCost {
  /** Memory of one hash, in MiB. */
  memoryMib: number;
  /** How often it goes over that memory. */
  passes: number;
}

/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane. */
export const leastCost: PasswordCost = { memoryMib: 19, passes: 2 };

const nameOf = ({ memoryMib, passes }: PasswordCost): string =>
  `$argon2id$v=19$m=${memoryMib * 1024},t=${passes},p=1`;

/**
 * The kind of a hash of our own, as `imported_hash_kind` names it.
 * @returns null for the least cost: every hash that no column tells of is of that kind
 */
export function kindOfCost(cost: PasswordCost): string | null {
  const name = nameOf(cost);
  return name === nameOf(leastCost) ? null : name;
}

/** The kind of a hash of our own by its text, as {@link kindOfCost} names it. */
export function kindOfHash(hash: string): string | null {
  const name = /^(\$argon2id\$v=19\$m=\d+,t=\d+,p=1)\$/.exec(hash)?.[1] ?? null;
  return name === nameOf(leastCost) ? null : name;
}
